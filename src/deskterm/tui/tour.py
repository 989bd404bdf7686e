"""The tour of the demo (C-16): a line above the line of keys that says what to press next, and notices when it was
done. It takes no keys: all of them work as always, and escape ends the tour when nothing else is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widgets import Static

from deskterm.tui.commands.keys import format_key
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT


class Step(NamedTuple):
    """A step of the tour. words: with names of commands in braces, which become their keys; needs: the commands that
    have to be run; acts: it changes a ticket."""

    words: str
    needs: tuple[str, ...]
    acts: bool = False


STEPS: tuple[Step, ...] = (
    Step("{down} goes down the queue, {up} goes up.", ("down",)),
    Step("{open} goes into the ticket, {back} comes back.", ("open", "back")),
    Step("{why} says why it is due when it is; esc closes that.", ("why",)),
    Step("{note} writes a note for colleagues: type a line, then ctrl+s.", ("note",), acts=True),
    Step("{undo} takes back what you did last: it stands in the last line.", ("undo",)),
    Step("{filter} filters: type sla:<1h or words, then enter; {back} shows all.", ("filter", "back")),
    Step("{next-view} shows the next view, {previous-view} the one before.", ("next-view",)),
    Step("{wall} shows the desk as a whole, for leads; esc comes back.", ("wall",)),
    Step("{help} lists all keys, these first; / searches them, esc closes.", ("help",)),
)
"""The steps of a tour of two minutes, in order; a step that was done earlier is skipped."""

LAST_WORDS = "That was the tour. ctrl+p finds every command by words; `deskterm init` makes a desk of your own."

_INTERVAL = 0.25
"""Seconds between two checks of what was done."""


class TourProgress:
    """Progress in the tour. steps: those of the tour."""

    def __init__(self, steps: Sequence[Step] = STEPS) -> None:
        self.steps = steps
        self._run: list[set[str]] = [set() for _ in steps]
        self._has_acted = False
        self._finished: set[int] = set()

    @property
    def place(self) -> int | None:
        """The index of the next step; None when all are done."""
        return next((place for place in range(len(self.steps)) if place not in self._finished), None)

    def note_command(self, name: str) -> None:
        """Note that a command was run. The commands of a step must be run in order: one cannot come back before
        going."""
        for step, run in zip(self.steps, self._run, strict=True):
            wanted = next((need for need in step.needs if need not in run), None)
            if name == wanted:
                run.add(name)
        # Undo counts at once: it is refused when nothing was done here, and the undone act is gone at the next check
        self._has_acted = self._has_acted or name == "undo"

    def finish_steps(self, *, has_acted: bool) -> None:
        """Finish the steps whose commands were run, once nothing is open any more. has_acted: an act of this console is
        not undone."""
        self._has_acted = self._has_acted or has_acted
        for place, (step, run) in enumerate(zip(self.steps, self._run, strict=True)):
            if run.issuperset(step.needs) and (self._has_acted or not step.acts):
                self._finished.add(place)


class TourLine(Static):
    """The line of the tour. keys_of: returns the keys of a command; is_busy: returns whether something to type in is
    open; act: returns the last act of this console."""

    DEFAULT_CSS = """
    TourLine { height: auto; max-height: 2; background: $surface; padding: 0 1; }
    """

    def __init__(
        self,
        keys_of: Callable[[str], tuple[str, ...]],
        is_busy: Callable[[], bool],
        act: Callable[[], object],
    ) -> None:
        super().__init__(id="tour", markup=False)
        self.progress = TourProgress()
        self._keys_of, self._is_busy, self._act = keys_of, is_busy, act
        self._first_act = act()

    def on_mount(self) -> None:
        self._show(None)
        self.set_interval(_INTERVAL, self.look)

    def look(self) -> None:
        """Go on to the next step when this one was done."""
        if self._is_busy():
            return
        before = self.progress.place
        self.progress.finish_steps(has_acted=self._act() not in (None, self._first_act))
        if self.progress.place != before:
            self._show(before)

    def _show(self, done: int | None) -> None:
        """Show the next step. done: index of the step that was just done."""
        place, steps = self.progress.place, self.progress.steps
        if place is None:
            self.update(Content.assemble(("✓ ", ACCENT), LAST_WORDS, (" · esc closes this line", FAINT)))
            return
        keys = {name: "/".join(map(format_key, self._keys_of(name)[:1])) for name in _names(steps[place].words)}
        words = Content.assemble(*_mark_keys(steps[place].words, keys))
        head = f"{'✓ ' if done is not None else ''}Tour {place + 1}/{len(steps)}"
        self.update(Content.assemble((head, ACCENT), "  ", words, (" · esc ends the tour", FAINT)))


def _names(words: str) -> list[str]:
    return [part.partition("}")[0] for part in words.split("{")[1:]]


def _mark_keys(words: str, keys: dict[str, str]) -> list[str | tuple[str, str]]:
    """Return the parts of a step's words, with keys instead of the names of commands."""
    first, *others = words.split("{")
    parts: list[str | tuple[str, str]] = [first]
    for other in others:
        name, _, rest = other.partition("}")
        # A command without a key is named instead
        parts += [(keys[name] or f":{name}", BOLD), rest]
    return parts

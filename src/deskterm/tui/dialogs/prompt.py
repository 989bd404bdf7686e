"""The line at the foot of the screen: a filter, a command, or one thing that a command asks for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal, NamedTuple, Protocol

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester, SuggestFromList
from textual.widgets import Input, Static

from deskterm.tui.dialogs.removable import Removable

PromptKind = Literal["line", "filter", "command"]


_LEAST_ROOM = 24
"""Cells that the text has at least beside its question."""


class Problem(NamedTuple):
    """A problem of a line. place: offset at which it begins; is_unfinished: the line is valid so far, but incomplete;
    rest: the line without its invalid part, None when nothing sensible is left."""

    sentence: str
    place: int
    is_unfinished: bool
    rest: str | None = None


class LineHelp(Protocol):
    """Help with a line while it is typed. suggests_in_thread: `suggest` reads the disk, and is called in a thread."""

    suggests_in_thread: bool

    def prepare(self) -> None:
        """Get ready; called in a thread."""

    def find_problem(self, text: str, *, at_once: bool = False) -> Problem | None:
        """Return the problem of the text; None for none. at_once: check it even before `prepare` has ended."""

    def suggest(self, text: str) -> str | None:
        """Return the text with its end completed."""


class HelpSuggester(Suggester):
    """Textual's suggester that asks the help of a line."""

    def __init__(self, line_help: LineHelp) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._help = line_help

    async def get_suggestion(self, value: str) -> str | None:
        if self._help.suggests_in_thread:
            return await asyncio.to_thread(self._help.suggest, value)
        return self._help.suggest(value)


class _Line(Removable, Input):
    """The text of a prompt. answered: called when enter is pressed, before any other key is delivered; refuse: shows
    the problem of the text, and returns whether there is one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab,shift+tab", "complete", "Complete", show=False)]

    answered: Callable[[], None] | None = None
    refuse: Callable[[str], bool] | None = None
    suggestions: Sequence[str] = ()

    def action_complete(self) -> None:
        """Accept the suggestion, or the only one that the last word may mean; without one, do nothing (C-07)."""
        if not self.cursor_at_end:
            return
        if not self._suggestion and (found := complete_by_part(self.value, self.suggestions)):
            self.value = found
            self.cursor_position = len(found)
        else:
            self.action_cursor_right()

    async def action_submit(self) -> None:
        if self.refuse is not None and self.refuse(self.value):
            return
        if self.answered is not None:
            self.answered()
        await super().action_submit()


def complete_by_part(text: str, suggestions: Sequence[str]) -> str:
    """Return the only suggestion that begins with all words but the last, and continues with a word that has a part
    beginning like the last: `status under-investigation` for `status inv`. Empty for none or several."""
    first, space, last = text.casefold().rpartition(" ")
    if not space or not last:
        return ""
    found = []
    for one in suggestions:
        begins, rest = one[: len(first) + 1].casefold(), one[len(first) + 1 :].casefold()
        if begins == first + space and any(part.startswith(last) for part in re.split("[ _-]", rest)):
            found.append(one)
    return found[0] if len(found) == 1 else ""


class Prompt(Horizontal):
    """One line to type in. Posts `Changed` while it is typed, `Entered` on enter, `Cancelled` on escape. line_help:
    finds problems of the line; while there is one, the line stays open, shows it, and posts its valid part as the
    change. Set before it is mounted: answered, called on enter and escape, before any other key is delivered; recalled,
    lines that the up key brings back, the newest first; changed, called with the text whenever it changes."""

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        background: $surface;

        Static { width: auto; padding: 0 0 0 1; color: $text-accent; text-style: bold; }
        Input { width: 1fr; background: $surface; }
        #problem {
            max-width: 75%; padding: 0 1; color: $text-error; text-style: none;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        #problem.unfinished { color: $text-muted; }

        &.-below { height: auto; layout: vertical; }
        &.-below Static { width: 100%; }
        &.-below Input { margin: 0 0 0 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Leave", show=False),
        Binding("up", "recall(1)", "The line before", show=False),
        Binding("down", "recall(-1)", "The line after", show=False),
    ]

    class Changed(Message):
        """The text of the line has changed."""

        def __init__(self, prompt: Prompt, text: str) -> None:
            super().__init__()
            self.prompt, self.text = prompt, text

    class Entered(Changed):
        """Enter was pressed."""

    class Cancelled(Changed):
        """Escape was pressed."""

    def __init__(
        self,
        kind: PromptKind,
        sign: str,
        text: str = "",
        suggestions: Sequence[str] = (),
        line_help: LineHelp | None = None,
    ) -> None:
        super().__init__(id="prompt")
        self.kind, self._sign, self._text = kind, sign, text
        self._suggestions, self._help = suggestions, line_help
        self.recalled: Sequence[str] = ()
        self._place = 0
        self._typed = ""
        """The text that was typed before the first line was recalled."""
        self.answered: Callable[[], None] | None = None
        self.changed: Callable[[str], None] | None = None

    def compose(self) -> ComposeResult:
        yield Static(self._sign, markup=False)
        suggester: Suggester | None = None
        if self._help is not None:
            suggester = HelpSuggester(self._help)
        elif self._suggestions:
            suggester = SuggestFromList(self._suggestions, case_sensitive=False)
        line = _Line(self._text, suggester=suggester, compact=True, select_on_focus=False)
        line.answered, line.suggestions = self.answered, self._suggestions
        line.refuse = self._refuse if self._help is not None else None
        yield line
        if self._help is not None:
            place = Static("", id="problem", markup=False)
            place.display = False
            yield place

    def on_mount(self) -> None:
        self._fit()
        self.query_one(Input).focus()
        if self._help is not None:
            self.run_worker(self._prepare(self._help), group="prompt")

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Put the text below a question that would leave too little room for it."""
        self.set_class(cell_len(self._sign) > self.app.size.width - _LEAST_ROOM, "-below")

    def focus_line(self) -> None:
        """Give the text the focus, at once."""
        self.screen.set_focus(self.query_one(Input))

    async def _prepare(self, line_help: LineHelp) -> None:
        """Prepare the help, and check again what was typed meanwhile."""
        await asyncio.to_thread(line_help.prepare)
        # The line may have been closed meanwhile; its children are removed before it is
        for line in self.query(Input):
            if line.value != self._text:
                self._look_at(line.value)

    def _look_at(self, text: str) -> None:
        """Post the change with the text, or its valid part, and show its problem."""
        problem = self._help.find_problem(text) if self._help is not None else None
        self._show(problem)
        shown = text if problem is None else problem.rest
        if shown is not None:
            self.post_message(self.Changed(self, shown))

    def _refuse(self, text: str) -> bool:
        """Show the problem of a text, with the cursor at its place; return whether there is one."""
        problem = self._help.find_problem(text, at_once=True) if self._help is not None else None
        self._show(problem)
        if problem is not None:
            self.query_one(Input).cursor_position = problem.place
        return problem is not None

    def _show(self, problem: Problem | None) -> None:
        for place in self.query("#problem").results(Static):  # none while the line is being removed
            place.update(problem.sentence if problem is not None else "")
            place.display = problem is not None and bool(problem.sentence)
            place.set_class(problem is not None and problem.is_unfinished, "unfinished")

    @on(Input.Changed)
    def _text_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.changed is not None:
            self.changed(event.value)
        self._look_at(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    def action_recall(self, by: int) -> None:
        """Recall an older or newer line; after the newest comes what was typed."""
        line = self.query_one(Input)
        if not self._place:
            self._typed = line.value
        place = max(0, min(self._place + by, len(self.recalled)))
        if place != self._place:
            self._place = place
            line.value = self.recalled[place - 1] if place else self._typed
            line.cursor_position = len(line.value)

    def action_cancel(self) -> None:
        if self.answered is not None:
            self.answered()
        self.post_message(self.Cancelled(self, self.query_one(Input).value))

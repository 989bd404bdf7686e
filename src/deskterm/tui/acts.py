"""The acts of one console, the newest last, which undo reverts one after another (C-03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from deskterm.errors import DeskError

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.core.transaction import CommandResult
    from deskterm.desk.templates.run import MacroCall

_MOST_KEPT = 200
"""Most acts that are kept; older ones can be undone from the list of all acts."""


class Act(NamedTuple):
    """An act that changed tickets. name: short, with its ticket (`severity of 1124`). heads: ticket → the number of the
    act's first event there. together: one change of several tickets, which is undone on all of them or on none."""

    name: str
    heads: Mapping[int, int]
    together: bool = True


class Refused(NamedTuple):
    """A ticket that refused an act, and its reason in a sentence."""

    number: int
    reason: str


class Refusals(NamedTuple):
    """The refusals of an act on several tickets. done: as for `Console.run_on`; selected: number of tickets that it was
    for."""

    done: str = ""
    selected: int = 0
    tickets: Sequence[Refused] = ()

    def name(self) -> str:
        """Return how many tickets refused what: `7 could not be closed`."""
        verb = self.done.partition(" ")[0].lower()
        return f"{len(self.tickets)} could not be {verb if verb.endswith('ed') else 'changed'}"


class Repeatable(NamedTuple):
    """An act that can be repeated. call: the recorded macro; name: of the first act; last: the act that was the newest
    when it was repeated last: while it still is, `call` is valid."""

    call: MacroCall
    name: str
    last: Act


class ActLog:
    """The acts that were done here and not undone here. changed: called when the newest act changes."""

    refused = Refusals()
    """The refusals of the last act on several tickets."""
    repeatable: Repeatable | None = None
    """The act that was repeated last."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._acts: list[Act] = []
        self._recorded: list[Act] | None = None
        """The acts since recording began; None while not recording."""
        self._changed = changed

    @property
    def last(self) -> Act | None:
        """The act that undo would take back; None where there is none."""
        return self._acts[-1] if self._acts else None

    def add(self, act: Act) -> None:
        """Add an act as the newest one."""
        self._acts.append(act)
        if self._recorded is not None:
            self._recorded.append(act)
        del self._acts[:-_MOST_KEPT]
        self._changed()

    def drop(self, heads: Mapping[int, int]) -> None:
        """Drop an act that was undone, or cannot be undone; the one before it is next."""
        self._acts = [act for act in self._acts if dict(act.heads) != dict(heads)]
        if self._recorded is not None:
            self._recorded = [act for act in self._recorded if dict(act.heads) != dict(heads)]
        self._changed()

    @property
    def is_recording(self) -> bool:
        """True while acts are recorded for a macro."""
        return self._recorded is not None

    def begin_recording(self) -> None:
        """Record the acts from now on, and forget those that were recorded."""
        self._recorded = []

    def end_recording(self) -> None:
        """Stop recording."""
        self._recorded = None

    def list_recorded(self) -> Sequence[Act]:
        """List the recorded acts; while not recording, the newest acts on the ticket of the newest act."""
        if self._recorded is not None:
            return self._recorded
        last = self.last
        if last is None:
            return []
        on_ticket = takewhile(lambda act: next(iter(act.heads)) == next(iter(last.heads)), reversed(self._acts))
        return list(on_ticket)[::-1]


class Outcome(NamedTuple):
    """The outcome of an act on several tickets. act: for undo; None when nothing was changed."""

    results: Sequence[CommandResult]
    refused: Sequence[Refused]
    act: Act | None


def run_on_each(
    desk: DeskSession, numbers: Sequence[int], command: Callable[[DeskSession, int], CommandResult]
) -> Outcome:
    """Run a command on each of these tickets as one act. A ticket that refuses it does not keep the others from being
    changed. Called in the write thread."""
    results, refused = [], []
    heads: dict[int, int] = {}
    together = len(numbers) == 1
    # One act, so that a single undo takes it back on all of them
    with desk.group_commands() if len(numbers) > 1 else nullcontext():
        for number in numbers:
            try:
                with desk.note_changes() as changed:
                    results.append(command(desk, number))
            except DeskError as error:
                refused.append(Refused(number, str(error)))
            else:
                # An act that changed other tickets too, such as a merge, is undone as a whole
                together = together or bool(changed.keys() - {number})
                heads |= {one: changed[one] for one in (number, *changed) if one in changed.keys() - heads}
    return Outcome(results, refused, _make_act(desk, heads, len(results), together=together))


def run_once(desk: DeskSession, command: Callable[[DeskSession], CommandResult]) -> tuple[CommandResult, Act | None]:
    """Run one command; return its result, and the act for undo. Called in the write thread. Raises what the command
    raises."""
    with desk.note_changes() as changed:
        result = command(desk)
    first = {result.number: changed[result.number]} if result.number in changed else {}
    return result, _make_act(desk, first | changed)


def _make_act(desk: DeskSession, heads: dict[int, int], count: int = 1, *, together: bool = True) -> Act | None:
    """Return an act for undo; None when nothing was changed. count: number of tickets that it was for."""
    if not heads:
        return None
    from deskterm.desk.history.undo_acts import name_act  # noqa: PLC0415 - of the desk: not for the first frame

    return Act(name_act(desk, heads, count), heads, together)

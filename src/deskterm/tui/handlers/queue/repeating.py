"""Repeat the last act of this console on other tickets (C-42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.templates.recording import record_macro
from deskterm.desk.templates.run import MacroCall, run_macro
from deskterm.errors import DeskError
from deskterm.tui.acts import Repeatable

if TYPE_CHECKING:
    from deskterm.tui.acts import Act
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def repeat(console: Console, target: Target, argument: str) -> None:
    """Repeat the last act of this console on the tickets: the same change with the same values. Letters and notes are
    never repeated, because a reply is for one requester. Raises DeskError when there is no act that can be repeated."""
    acts = console.acts
    if acts.last is None:
        raise DeskError("Nothing was done here that could be repeated.")
    found = acts.repeatable
    # Recorded once, from the first act: a repetition on a ticket that had some of the values already changes less
    if found is None or found.last is not acts.last:
        found = Repeatable(await _record(console, acts.last), acts.last.name, acts.last)
    call, now = found.call, console.now()

    def run(desk: DeskSession, number: int) -> CommandResult:
        return run_macro(desk, number, call, now=now)

    await console.run_on(target.numbers, run, "Repeated on {}")
    if acts.last is not None:
        acts.repeatable = found._replace(last=acts.last)


async def _record(console: Console, act: Act) -> MacroCall:
    """Record an act as a macro. Raises DeskError when it wrote something, or cannot be repeated."""
    now = console.now()

    def record(desk: DeskSession) -> MacroCall | None:
        try:
            macro, left_out = record_macro(desk, "repeated", [act.heads], now=now)
        except DeskError:
            return None
        writes = macro.has_reply or macro.note or macro.handover
        return None if left_out or writes else MacroCall(macro, named=False)

    call = await console.run(record)
    if call is None:
        raise DeskError(
            f"The {act.name} is not repeated: only changes of status, assignee, tags, severity, priority, type, fields "
            "and snooze are, and nothing that was written."
        )
    return call

"""Resolve, close and reopen tickets, and tick off their checklists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from deskterm.desk.conversation import thanks_messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import closing, confirmation, reopening
from deskterm.desk.workflow import checklists
from deskterm.errors import DeskError
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.handlers.questions import (
    NOTHING,
    choose_from_procedure,
    format_question,
    read_note,
    run_with_text,
)

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target

# No outcome has such a key, and no item such a place
_LEAVE = "+"
"""The choice that nothing more is to be ticked off."""


async def resolve(console: Console, target: Target, argument: str) -> None:
    """Open the composer for the letter that resolves the ticket. argument: the kind of resolution."""
    code = argument or await choose_from_procedure(
        console, f"How was {target.number} resolved?", lambda desk: desk.procedure.definition.closing.resolutions
    )
    if code is None:
        return
    number = target.number
    # Asked before the letter is written, because it decides who reads it
    count = await console.run(lambda desk: len(incidents.find_open_attached(desk, number)))
    attached = count > 0 and await console.confirm(
        f"{count} open {'ticket is' if count == 1 else 'tickets are'} attached to {number}.",
        "resolve all of them",
        "only this one",
    )
    await console.write("resolve", number, resolution=code, attached=attached)


async def close(console: Console, target: Target, argument: str) -> None:
    """Close the tickets without a resolution. argument: one of the procedure's reasons. Raises DeskError where the
    procedure has none."""
    reason = argument or await choose_from_procedure(
        console,
        format_question("Reason to close {}", target),
        lambda desk: desk.procedure.definition.closing.reasons,
    )
    # Empty and not None: the procedure has none, and nobody called the question off
    if reason == "":
        raise DeskError("This procedure has no reasons for closing: use s to change the status.")
    if reason is not None:
        now = console.now()
        await console.run_on(
            target.numbers, lambda desk, number: closing.close(desk, number, reason, now=now), "Closed {}"
        )


async def confirm(console: Console, target: Target, argument: str) -> None:
    """Record that the requester confirms the resolution. argument: their words."""
    await _record_verdict(console, target, argument, confirmed=True)


async def reject(console: Console, target: Target, argument: str) -> None:
    """Record that the requester rejects the resolution. argument: their words."""
    await _record_verdict(console, target, argument, confirmed=False)


async def _record_verdict(console: Console, target: Target, argument: str, *, confirmed: bool) -> None:
    """Record what the requester says of a resolution; a dash stands for those who did not write."""
    record = confirmation.confirm if confirmed else confirmation.reject
    await run_with_text(
        console,
        target,
        argument,
        f"What did the requester write about {{}}? ({NOTHING} for nothing)",
        lambda desk, number, text, now: record(desk, number, read_note(text), now=now),
    )


async def reopen(console: Console, target: Target, argument: str) -> None:
    """Reopen a ticket. argument: the reason, which is not asked for where a message was taken for mere thanks."""
    number, looked_at = target.number, console.now()

    def has_unreviewed_thanks(desk: DeskSession) -> bool:
        # Only a look: nothing is locked for it, and the ticket is closed as a rule
        with desk.ticket(number, "move", looked_at, dry_run=True, allow_closed=True) as work:
            return thanks_messages.has_unreviewed_thanks(work)

    if not argument and await console.run(has_unreviewed_thanks):
        await console.run_on([number], lambda desk, one: thanks_messages.overrule_thanks(desk, one, now=looked_at))
        return
    reason = argument or await console.ask(f"Reason to reopen {target.name}")
    if reason:
        # The time of the answer, not of the question, which may have stood open for an hour
        now = console.now()
        await console.run_on([number], lambda desk, one: reopening.reopen(desk, one, reason, now=now))


async def check_items(console: Console, target: Target, argument: str) -> None:
    """Tick items off until the agent stops or the list is done, then ask what it ended in. argument: places of items,
    which are ticked off without a question."""
    number = target.number
    places = [int(word) for word in argument.split() if word.isdecimal()]
    while True:
        # Each tick has the time of its answer: somebody may work through the list for an hour
        now = console.now()
        if places:
            await console.run_on([number], partial(checklists.tick_items, items=places, now=now))
        checklist = await console.run(partial(_read_checklist, number=number, now=now))
        key = _LEAVE if argument else await console.choose(checklist.title, checklist.choices)
        if key is None or key == _LEAVE:
            return
        if checklist.complete:
            await console.run_on([number], partial(checklists.tick_items, outcome=key, now=console.now()))
            return
        places = [int(key)]


class _Checklist(NamedTuple):
    """A checklist as a question: the items left, or the possible outcomes where all that is required is done."""

    title: Safe
    choices: list[Choice]
    complete: bool


def _describe_item(row: Mapping[str, Any]) -> Safe:
    notes = ("" if row["required"] else "not required", "another person" if row.get("second_person") else "")
    return Safe(", ".join(note for note in notes if note))


def _read_checklist(desk: DeskSession, number: int, now: datetime) -> _Checklist:
    part, rows = checklists.load_current_checklist(desk, number, now=now)
    left = [
        Choice(str(place), sanitize(row["text"]), _describe_item(row))
        for place, row in enumerate(rows, 1)
        if not row.get("done")
    ]
    complete = bool(part.outcomes) and not any(row["required"] and not row.get("done") for row in rows)
    outcomes = [Choice(one.key, sanitize(one.label), sanitize(one.definition)) for one in part.outcomes]
    leave = Choice(_LEAVE, Safe("leave it at that"))
    title = sanitize(f"{number} · {part.label}: {'what did it end in?' if complete else 'what is done?'}")
    return _Checklist(title, [*(outcomes if complete else left), leave], complete)

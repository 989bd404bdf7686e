"""Change status, assignee and tags of tickets, and snooze them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.policy.status_graph import list_next_statuses
from deskterm.desk.tickets import assignment, update
from deskterm.desk.workflow import transition_rules
from deskterm.desk.workflow.snooze import parse_snooze
from deskterm.desk.workflow.snooze import snooze as snooze_ticket
from deskterm.errors import UsageError
from deskterm.present.models import Choice, QueueLine
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.handlers.questions import describe_tickets, numbers_of, run_with_text

if TYPE_CHECKING:
    from deskterm.tui.console import Console

_NOBODY = _WAKE = "-"


async def change_status(console: Console, argument: str) -> None:
    """Move the tickets to a status. argument: its key or label."""
    lines = console.selection(many=True)
    status = argument or await _choose_status(console, lines)
    if not status:
        return
    unanswered = await _move(console, lines, status)
    if unanswered and await console.confirm(
        f"The last word on {describe_tickets(unanswered)} is the requester's, and not answered yet.",
        "move it anyway",
        "stay",
    ):
        await _move(console, unanswered, status, anyway=True)


async def _move(console: Console, lines: Sequence[QueueLine], status: str, *, anyway: bool = False) -> list[QueueLine]:
    """Move tickets; return those that were refused because the requester has to be answered first."""
    now = console.now()
    unanswered: set[int] = set()

    def move(desk: DeskSession, number: int) -> CommandResult:
        try:
            return update.move(desk, number, status, anyway=anyway, now=now)
        except transition_rules.NeedsReply:
            # Raised again, so that run_on() counts the ticket as refused
            unanswered.add(number)
            raise

    known = console.vocabulary.statuses.get(status)
    await console.run_on(numbers_of(lines), move, f"Moved {{}} to {known.label if known else status}")
    return [line for line in lines if line.number in unanswered]


async def _choose_status(console: Console, lines: Sequence[QueueLine]) -> str | None:
    """Ask for a status that all of the tickets can move to. Raises UsageError when there is none."""
    # One look-up for each combination: hundreds of tickets may be marked
    places = sorted({(line.type, line.status) for line in lines})

    def list_common_moves(desk: DeskSession) -> list[str]:
        moves = [[status.key for status in list_next_statuses(desk.procedure, *place)] for place in places]
        return [key for key in moves[0] if all(key in others for others in moves)]

    keys = await console.run(list_common_moves)
    if not keys:
        raise UsageError(
            f"{lines[0].status_label} is final: there is no way on from here."
            if len(places) == 1
            else "These tickets have no next status in common: mark fewer."
        )
    statuses = console.vocabulary.statuses
    choices = [statuses.get(key) or Choice(key, sanitize(key)) for key in keys]
    return await console.choose(f"Move {describe_tickets(lines)} to", choices)


async def assign(console: Console, argument: str) -> None:
    """Assign the tickets. argument: a login, or a dash for nobody."""
    lines = console.selection(many=True)
    people = [person for person in console.people if person.active and person.role != "viewer"]
    choices = [
        Choice(
            person.login,
            sanitize(person.login),
            sanitize(f"{person.name} · {person.team}" if person.team else person.name),
        )
        for person in people
    ]
    choices.append(Choice(_NOBODY, Safe("nobody"), Safe("unassign")))
    login = argument or await console.choose(
        f"Assign {describe_tickets(lines)} to", choices, lines[0].assignee, search=True
    )
    if login:
        await _assign(console, lines, None if login.casefold() in (_NOBODY, "nobody", "none") else login)


async def take(console: Console, argument: str) -> None:
    """Assign the tickets to the agent at the console."""
    await _assign(console, console.selection(many=True), console.agent.login)


async def _assign(console: Console, lines: Sequence[QueueLine], login: str | None) -> None:
    now = console.now()
    name = next((person.name for person in console.people if person.login == login), login)
    done = "Unassigned {}" if login is None else f"Assigned {{}} to {'you' if login == console.agent.login else name}"
    await console.run_on(numbers_of(lines), lambda desk, number: assignment.assign(desk, number, login, now=now), done)


async def tag(console: Console, argument: str) -> None:
    """Add tags, and remove those with a minus. argument: the tags: `vip -old`."""
    lines = console.selection(many=True)
    text = argument or await console.ask(f"Tags of {describe_tickets(lines)}: vip -old")
    if text:
        tags = text.replace(",", " ").split()
        added = [tag.lstrip("+#") for tag in tags if not tag.startswith("-")]
        removed = [tag.lstrip("-#") for tag in tags if tag.startswith("-")]
        now = console.now()
        done = f"Changed the tags of {{}}: {' '.join([*(f'+{tag}' for tag in added), *(f'-{tag}' for tag in removed)])}"
        await console.run_on(
            numbers_of(lines), lambda desk, number: update.tag(desk, number, added, removed, now=now), done
        )


async def snooze(console: Console, argument: str) -> None:
    """Take the tickets out of the queue until an instant, or bring them back. argument: the instant, or `-`."""

    def run(desk: DeskSession, number: int, text: str, now: datetime) -> CommandResult:
        until = None if text.strip() == _WAKE else parse_snooze(desk.procedure, text, now)
        return snooze_ticket(desk, number, until, now=now)

    await run_with_text(
        console,
        argument,
        "Snooze {} until? 2h, 3d, tomorrow 09:00 or 2026-11-23T09:00",
        run,
        many=True,
        done=lambda text: "Woke {}" if text.strip() == _WAKE else f"Snoozed {{}}: {text}",
    )

"""Change status, assignee and tags of tickets, and snooze them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.policy.name_matching import find_named
from deskterm.desk.policy.status_graph import list_next_statuses
from deskterm.desk.tickets import assignment, update
from deskterm.desk.workflow import transition_rules
from deskterm.desk.workflow.snooze import parse_snooze
from deskterm.desk.workflow.snooze import snooze as snooze_ticket
from deskterm.errors import UsageError
from deskterm.present.formats import format_message_time
from deskterm.present.models import Choice, Person
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.queries.lead.wall import AgentLoad, load_agent_loads
from deskterm.tui.handlers.questions import NOTHING, run_with_text
from deskterm.tui.target import Target

if TYPE_CHECKING:
    from deskterm.tui.console import Console


async def change_status(console: Console, target: Target, argument: str) -> None:
    """Move the tickets to a status. argument: its key or label."""
    status = argument or await _choose_status(console, target)
    if not status:
        return
    unanswered = await _move(console, target, status)
    if unanswered.lines and await console.confirm(
        f"The last word on {unanswered.name} is the requester's, and not answered yet.",
        "move it anyway",
        "stay",
    ):
        await _move(console, unanswered, status, anyway=True)


async def _move(console: Console, target: Target, status: str, *, anyway: bool = False) -> Target:
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
    await console.run_on(target.numbers, move, f"Moved {{}} to {known.label if known else status}")
    return Target(None, tuple(line for line in target.lines if line.number in unanswered))


async def _choose_status(console: Console, target: Target) -> str | None:
    """Ask for a status that all of the tickets can move to. Raises UsageError when there is none."""
    # One look-up for each combination: hundreds of tickets may be marked
    places = sorted({(line.type, line.status) for line in target.lines})

    def list_common_moves(desk: DeskSession) -> list[str]:
        moves = [[status.key for status in list_next_statuses(desk.procedure, *place)] for place in places]
        return [key for key in moves[0] if all(key in others for others in moves)]

    keys = await console.run(list_common_moves)
    if not keys:
        raise UsageError(
            f"{target.lines[0].status_label} is final: there is no way on from here."
            if len(places) == 1
            else "These tickets have no next status in common: mark fewer."
        )
    statuses = console.vocabulary.statuses
    choices = [statuses.get(key) or Choice(key, sanitize(key)) for key in keys]
    return await console.choose(f"Move {target.name} to", choices)


async def assign(console: Console, target: Target, argument: str) -> None:
    """Assign the tickets. argument: a login, a name or a part of one, or a dash for nobody."""
    login = argument or await _choose_agent(console, target)
    if login:
        await _assign(console, target, None if login.casefold() in (NOTHING, "nobody", "none") else login)


async def _choose_agent(console: Console, target: Target) -> str | None:
    """Ask for an agent: the list shows everybody's load, and those who are away come last (C-24)."""
    now = console.epoch()

    def load(desk: DeskSession) -> dict[str, AgentLoad]:
        with desk.open_reader() as reader:
            return {one.login: one for one in load_agent_loads(reader, now)}

    loads = await console.run(load)
    people = [person for person in console.people if person.active and person.role != "viewer"]
    people.sort(key=lambda person: person.login in loads and loads[person.login].away is not None)
    choices = [
        Choice(
            person.login, sanitize(person.login), sanitize(_describe_agent(console, person, loads.get(person.login)))
        )
        for person in people
    ]
    choices.append(Choice(NOTHING, Safe("nobody"), Safe("unassign")))
    return await console.choose(f"Assign {target.name} to", choices, target.lines[0].assignee, search=True)


def _describe_agent(console: Console, person: Person, load: AgentLoad | None) -> str:
    """Return name, team and load of an agent, and until when they are away: `Kim Novak · 12 open, 3 due, 1 late`."""
    parts = [person.name, *([person.team] if person.team else [])]
    if load is not None:
        counts = ((load.open, "open"), (load.due, "due"), (load.late, "late"))
        parts.append(", ".join(f"{count} {word}" for count, word in counts if count or word == "open"))
        if load.away is not None:
            parts.append(f"away until {format_message_time(load.away, console.epoch(), console.zone)}")
    return " · ".join(parts)


async def take(console: Console, target: Target, argument: str) -> None:
    """Assign the tickets to the agent at the console."""
    await _assign(console, target, console.agent.login)


async def _assign(console: Console, target: Target, login: str | None) -> None:
    now = console.now()
    named = find_named(login or "", [person for person in console.people if person.active])
    if len(named) == 1:
        login = named[0].login
    name = named[0].name if len(named) == 1 else login
    done = "Unassigned {}" if login is None else f"Assigned {{}} to {'you' if login == console.agent.login else name}"
    await console.run_on(target.numbers, lambda desk, number: assignment.assign(desk, number, login, now=now), done)


async def tag(console: Console, target: Target, argument: str) -> None:
    """Add tags, and remove those with a minus. argument: the tags: `vip -old`."""
    text = argument or await console.ask(f"Tags of {target.name}: vip -old")
    if text:
        tags = text.replace(",", " ").split()
        added = [tag.lstrip("+#") for tag in tags if not tag.startswith("-")]
        removed = [tag.lstrip("-#") for tag in tags if tag.startswith("-")]
        now = console.now()
        done = f"Changed the tags of {{}}: {' '.join([*(f'+{tag}' for tag in added), *(f'-{tag}' for tag in removed)])}"
        await console.run_on(
            target.numbers, lambda desk, number: update.tag(desk, number, added, removed, now=now), done
        )


async def snooze(console: Console, target: Target, argument: str) -> None:
    """Take the tickets out of the queue until an instant, or bring them back. argument: the instant, or `-`."""

    def run(desk: DeskSession, number: int, text: str, now: datetime) -> CommandResult:
        until = None if text.strip() == NOTHING else parse_snooze(desk.procedure, text, now)
        return snooze_ticket(desk, number, until, now=now)

    await run_with_text(
        console,
        target,
        argument,
        "Snooze {} until? 2h, 3d, tomorrow 09:00 or 2026-11-23T09:00",
        run,
        done=lambda text: "Woke {}" if text.strip() == NOTHING else f"Snoozed {{}}: {text}",
    )

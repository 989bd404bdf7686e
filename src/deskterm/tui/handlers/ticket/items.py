"""Development items of a ticket (apart from their status), and releases."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.development import item_workflow, items
from deskterm.desk.development.releases import publish_release
from deskterm.errors import DeskError
from deskterm.present.formats import format_count
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe
from deskterm.procedure.sla_terms import find_next_release
from deskterm.tui.handlers.questions import NOTHING, read_note, run_with_text, run_with_ticket

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target

_NEXT = "next"


async def join_item(console: Console, target: Target, argument: str) -> None:
    """Let the tickets wait for the development item of another ticket. argument: its number."""
    await run_with_ticket(
        console,
        target,
        argument,
        "Let {} wait for the item of which ticket?",
        lambda desk, number, home, now: items.join_item(desk, number, home, now=now),
        "Let {} wait for the item of",
    )


async def decide(console: Console, target: Target, argument: str) -> None:
    """Answer the question of the item's route. argument: `yes` or `no`, and why."""
    number = target.number
    word, _, reason = argument.partition(" ")
    answers = [Choice("yes", Safe("yes")), Choice("no", Safe("no"))]
    answer = word.casefold() or await console.choose(f"The question about the item of {number}", answers)
    if answer is None:
        return
    if answer not in ("yes", "no"):
        raise DeskError("The question is answered with yes or no.")
    now = console.now()
    await console.run_on(
        [number],
        lambda desk, one: item_workflow.decide_item(desk, one, answer == "yes", reason=reason.strip(), now=now),
    )


async def schedule_item(console: Console, target: Target, argument: str) -> None:
    """Schedule an item that is ready to a release. argument: its day, `next`, or a dash for none."""

    def run(desk: DeskSession, number: int, text: str, now: datetime) -> CommandResult:
        day: str | None = text.strip()
        if day == _NEXT:
            day = find_next_release(desk.procedure.definition, desk.procedure.terms, int(now.timestamp()))
            if day is None:
                raise DeskError("The procedure gives no dates of releases: name the day.")
        return item_workflow.schedule_item(desk, number, None if day == NOTHING else day, now=now)

    await run_with_text(
        console, target, argument, f"Release for the item of {{}}: a day, {_NEXT}, or {NOTHING} for none", run
    )


async def end_item(console: Console, target: Target, argument: str) -> None:
    """End an item that takes no release. argument: why."""
    await run_with_text(
        console,
        target,
        argument,
        "Reason to end the item of {}",
        lambda desk, number, reason, now: item_workflow.end_item(desk, number, reason=reason, now=now),
    )


async def publish(console: Console, target: Target, argument: str) -> None:
    """Publish a release. argument: its day, and what is new in it."""
    day, _, notes = argument.partition(" ")
    day = day or await console.ask("Release of which day goes out? 2026-11-26") or ""
    if not day:
        return
    notes = notes.strip() or await console.ask(f"What is new in the release of {day}? ({NOTHING} for no notes)") or ""
    if not notes:
        return
    now, words = console.now(), read_note(notes)
    release = await console.run(lambda desk: publish_release(desk, day, notes=words, now=now))
    tickets = format_count(len(release.results), "ticket")
    console.notify(f"The release of {release.day} is out: {format_count(release.items, 'item')}, {tickets}")
    console.refresh_lists()

"""Tell people something, and ask for more help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm.desk.conversation import delay_notice
from deskterm.desk.conversation.guard.findings import ReplyDraft
from deskterm.desk.conversation.guard.several import check_letter
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence, participants
from deskterm.desk.linking import incidents
from deskterm.desk.notify import calls, letters
from deskterm.desk.workflow import escalation, escalation_review, priority_dispute
from deskterm.desk.workflow.ladder_levels import LevelChoice, list_levels
from deskterm.errors import DeskError
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.procedure.channels import MAIL
from deskterm.tui.handlers.letter.guard import is_overruled
from deskterm.tui.handlers.questions import format_question, run_with_text, run_with_ticket

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def escalate(console: Console, target: Target, argument: str) -> None:
    """Take the next step of the ladder. argument: the reason."""
    question = "Reason to escalate {}"
    if not argument and len(target.lines) == 1:
        # Of several tickets each may stand at another level
        levels = await _load_levels(console, target.lines[0].number)
        if levels and levels[0].criteria:
            question = f"Reason to escalate {{}} to {levels[0].label} ({levels[0].criteria})"
    await run_with_text(
        console,
        target,
        argument,
        question,
        lambda desk, number, reason, now: escalation.escalate(desk, number, reason=reason, now=now),
        done=lambda reason: "Escalated {}",
    )


async def escalate_to_level(console: Console, target: Target, argument: str) -> None:
    """Escalate to a level that is chosen. argument: its name or number; a level further up asks how its criterion is
    met."""
    line = target.line
    levels = await _load_levels(console, line.number, argument)
    chosen = levels[0] if argument and levels else None
    if not argument:
        position = await console.choose(
            f"Escalate {line.number} to",
            [Choice(str(level.position), sanitize(level.label), sanitize(level.criteria)) for level in levels],
        )
        if not position:
            return
        chosen = next(level for level in levels if str(level.position) == position)
    # An unknown name is refused by the command itself
    wanted = argument if chosen is None else chosen.position
    criterion: str | None = ""
    if chosen is not None and chosen.skips and chosen.criteria:
        criterion = await console.ask(f"{chosen.label} is for: {chosen.criteria} How does {line.number} meet that?")
        if not criterion:
            return
    reason = await console.ask(f"Reason to escalate {line.number}")
    if reason:
        now = console.now()
        await console.run_on(
            [line.number],
            lambda desk, number: escalation.escalate(
                desk, number, level=wanted, reason=reason, criterion=criterion or "", now=now
            ),
        )


async def _load_levels(console: Console, number: int, named: str = "") -> list[LevelChoice]:
    """Load the levels that a ticket can be escalated to; none when a ladder has to be named first. named: load only the
    level of that name or number."""
    now = console.now()

    def load(desk: DeskSession) -> list[LevelChoice]:
        # Only a look. Where a ladder has to be named first, or the ticket is closed, the command itself says so
        try:
            with desk.ticket(number, "escalate", now, dry_run=True) as work:
                return list_levels(work, named=named)
        except DeskError:
            return []

    return await console.run(load)


async def acknowledge_calls(console: Console, target: Target, argument: str) -> None:
    """Acknowledge the calls of the tickets."""
    now = console.now()
    await console.run_on(
        target.numbers,
        lambda desk, number: calls.acknowledge(desk, number, now=now),
        "Acknowledged the calls for {}",
    )


async def review(console: Console, target: Target, argument: str) -> None:
    """Decide on the open escalation. argument: the decision."""
    await run_with_text(
        console,
        target,
        argument,
        "Decision on the escalation of {}",
        lambda desk, number, decision, now: escalation_review.review_escalation(
            desk, number, decision=decision, now=now
        ),
    )


async def dispute(console: Console, target: Target, argument: str) -> None:
    """Note that the customer disputes the priority. argument: how the ticket affects them."""
    await run_with_text(
        console,
        target,
        argument,
        "How does {} affect the customer?",
        lambda desk, number, text, now: priority_dispute.dispute_priority(desk, number, text, now=now),
    )


async def announce_delay(console: Console, target: Target, argument: str) -> None:
    """Tell the requester of a delay. argument: what takes longer, or the new date."""
    await run_with_text(
        console,
        target,
        argument,
        "Delay notice for {}: reason, or new date",
        lambda desk, number, text, now: delay_notice.announce_delay(desk, number, text, now=now),
        done=lambda text: "Sent a delay notice for {}",
    )


async def log_call(console: Console, target: Target, argument: str) -> None:
    """Log a call that replaces the letters still waiting. argument: what was said on the phone."""
    await run_with_text(
        console,
        target,
        argument,
        "Call about {}: what was said?",
        lambda desk, number, text, now: letters.log_call_instead(desk, number, text, now=now),
    )


async def add_participant(console: Console, target: Target, argument: str) -> None:
    """Add a participant. argument: a name or an address."""
    await run_with_text(
        console,
        target,
        argument,
        "Add CC to {}",
        lambda desk, number, person, now: participants.add_participant(desk, number, person, now=now),
        done=lambda person: f"Added CC to {{}}: {person}",
    )


async def attach(console: Console, target: Target, argument: str) -> None:
    """Attach the tickets to an incident. argument: its number."""
    await run_with_ticket(
        console,
        target,
        argument,
        "Attach {} to incident number",
        lambda desk, number, incident, now: incidents.attach_ticket(desk, number, incident, now=now),
        "Attached {} to incident",
    )


async def announce(console: Console, target: Target, argument: str) -> None:
    """Write to all who are affected by an incident. argument: the text."""
    text = argument or await console.ask(format_question("Message to everyone affected by {}", target))
    if not text:
        return
    number, now, draft = target.number, console.now(), ReplyDraft(text)
    findings = await console.run(
        lambda desk: check_letter(desk, incidents.find_written_to(desk, number), draft, channel=MAIL, now=now)
    )
    if not await is_overruled(console, target.name, findings):
        raise DeskError("Not sent: <key command> and ↑ bring the words back.")
    now = console.now()
    await console.run_on(
        target.numbers, lambda desk, number: incidents.announce_to_attached(desk, number, text, now=now)
    )


async def take_over(console: Console, target: Target, argument: str) -> None:
    """Take over the tickets of a colleague who is away."""
    now = console.now()
    await console.run_on(
        target.numbers,
        lambda desk, number: absence.take_over(desk, number, now=now),
        "Took over {}",
    )

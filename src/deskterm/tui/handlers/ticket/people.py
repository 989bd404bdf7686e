"""The people of a ticket: its department, those on CC, its incident, and the requester's feedback."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.conversation import survey
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.directory import participants, tier_coverage
from deskterm.desk.linking import incidents
from deskterm.desk.workflow import priority_dispute
from deskterm.desk.workflow.transfer import transfer as hand_over
from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe
from deskterm.tui.handlers.questions import (
    NOTHING,
    end_answer_with_comma,
    format_question,
    read_note,
    run_with_note,
    run_with_text,
)

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target

_TEAM = "team "
"""The prefix of a choice that is a team, not a department."""
_COMPLAINT = "complaint"


async def transfer(console: Console, target: Target, argument: str) -> None:
    """Hand the tickets to another department or team. argument: `team KEY`, or a department, and a note after a comma.
    Raises UsageError where the procedure has neither."""
    where, _, note = (part.strip() for part in argument.partition(","))
    if not where:
        words = console.vocabulary
        choices = [
            *words.departments.values(),
            *(choice._replace(key=_TEAM + choice.key) for choice in words.teams.values()),
        ]
        if not choices:
            raise UsageError("This procedure has no other departments or teams.")
        chosen = await console.choose(f"Hand {target.name} to", choices, search=True)
        if chosen is None:
            return
        where = chosen
        end_answer_with_comma()
        note = await console.ask(format_question(f"Note for those who get {{}} ({NOTHING} for none)", target)) or ""
        if not note:
            return
    now, note = console.now(), read_note(note)
    team = where.removeprefix(_TEAM) if where.startswith(_TEAM) else None
    await console.run_on(
        target.numbers,
        lambda desk, number: hand_over(desk, number, department=None if team else where, team=team, note=note, now=now),
        f"Handed {{}} to {where}",
    )


async def remove_participant(console: Console, target: Target, argument: str) -> None:
    """Take somebody off CC. argument: a name or an address."""
    await run_with_text(
        console,
        target,
        argument,
        "Take whom off CC of {}?",
        lambda desk, number, person, now: participants.remove_participant(desk, number, person, now=now),
        done=lambda person: f"Took {person} off CC of {{}}",
    )


async def detach(console: Console, target: Target, argument: str) -> None:
    """Take the tickets away from their incident."""
    now = console.now()
    await console.run_on(
        target.numbers,
        lambda desk, number: incidents.detach_ticket(desk, number, now=now),
        "Took {} away from their incident",
    )


async def record_handoff(console: Console, target: Target, argument: str) -> None:
    """Record that the ticket was passed to the client's own desk. argument: to whom, and what they were told."""
    await run_with_note(
        console,
        target,
        argument,
        "To whom was {} passed, and what were they told?",
        lambda desk, number, note, now: tier_coverage.record_handoff(desk, number, note=note, now=now),
    )


async def settle(console: Console, target: Target, argument: str) -> None:
    """Decide on a disputed priority. argument: the priority, or a dash to leave it as it is, and the reason."""
    number = target.number
    priority, _, note = argument.partition(" ")
    if not priority:
        stays = Choice(NOTHING, Safe("it stays as it is"))
        chosen = await console.choose(f"Priority of {number}", [*console.vocabulary.priorities.values(), stays])
        if chosen is None:
            return
        priority = chosen
        note = await console.ask(f"Reason for the priority of {number} ({NOTHING} for none)") or ""
        if not note:
            return
    now, words = console.now(), read_note(note)
    await console.run_on(
        [number],
        lambda desk, one: priority_dispute.settle_dispute(
            desk, one, priority=None if priority == NOTHING else priority, note=words, now=now
        ),
    )


async def record_feedback(console: Console, target: Target, argument: str) -> None:
    """Record the requester's feedback on how the ticket was handled. argument: a score, their words, or both;
    `complaint` in front marks a complaint."""

    def run(desk: DeskSession, number: int, text: str, now: datetime) -> CommandResult:
        words = text.split(maxsplit=1)
        is_complaint = words[0].casefold() == _COMPLAINT
        words = words[1].split(maxsplit=1) if is_complaint and len(words) > 1 else [] if is_complaint else words
        score = int(words[0]) if words and words[0].isdecimal() and len(words[0]) < 4 else None
        comment = " ".join(words[1:] if score is not None else words)
        return survey.record_answer(desk, number, score, comment=comment, complaint=is_complaint, now=now)

    await run_with_text(
        console,
        target,
        argument,
        f"What does the requester of {{}} think? 4 quick and friendly, or {_COMPLAINT} …",
        run,
    )


async def review_feedback(console: Console, target: Target, argument: str) -> None:
    """Mark the requester's feedback as reviewed. argument: a note for colleagues on what came of it."""
    await run_with_note(
        console,
        target,
        argument,
        "What was made of the answer about {}?",
        lambda desk, number, note, now: survey.review_answer(desk, number, note=note, now=now),
    )

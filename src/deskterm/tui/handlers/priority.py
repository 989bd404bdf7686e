"""Lift tickets out of their order, exempt them, and decide on what rules suggest."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.reactions import suggestions
from deskterm.desk.workflow import exemption, priority_override
from deskterm.errors import UsageError
from deskterm.present.models import Choice
from deskterm.present.sanitize import Safe, sanitize
from deskterm.tui.handlers.questions import NOTHING, choose_from_procedure

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def prioritise(console: Console, target: Target, argument: str) -> None:
    """Lift the tickets out of their order. argument: the priority. Raises UsageError where the procedure has no reasons
    for it, or the number of people affected is none."""
    part = await console.run(lambda desk: desk.procedure.definition.priority)
    if not part.overrides:
        raise UsageError("This procedure has no reasons that lift a ticket out of its order: use P or S.")
    priority = argument or await console.choose(f"Lift {target.name} to", list(console.vocabulary.priorities.values()))
    if not priority:
        return
    override = await choose_from_procedure(console, f"Reason to lift {target.name}", lambda desk: part.overrides)
    if override is None:
        return
    affected: int | None = None
    if part.asks_number_affected:
        text = await console.ask(f"Number of people affected by {target.name} (leave empty if the ticket says it)")
        if text and not text.isdecimal():
            raise UsageError(f"{text!r} is no number of people.")
        affected = int(text) if text else None
    now = console.now()
    await console.run_on(
        target.numbers,
        lambda desk, number: priority_override.override_priority(
            desk, number, priority, override=override, affected=affected, now=now
        ),
        "Moved {} out of order",
    )


async def exempt(console: Console, target: Target, argument: str) -> None:
    """Exempt the tickets from what is promised. argument: the reason, or a dash to end the exemption."""
    question = f"Reason for the SLA exemption of {target.name}"
    reason = argument or await choose_from_procedure(
        console, question, lambda desk: desk.procedure.definition.sla.exempt_reasons
    )
    if reason == "":  # the procedure has no list of reasons: any will do
        reason = await console.ask(question)
    if not reason:
        return
    now = console.now()

    def exempt_or_end(desk: DeskSession, number: int) -> CommandResult:
        if reason == NOTHING:
            return exemption.unexempt(desk, number, now=now)
        return exemption.exempt(desk, number, reason, now=now)

    done = "Ended the SLA exemption of {}" if reason == NOTHING else "Exempted {} from the SLA"
    await console.run_on(target.numbers, exempt_or_end, done)


async def decide_suggestion(console: Console, target: Target, argument: str) -> None:
    """Do what a rule suggests for the ticket, or leave it. Raises UsageError when nothing is suggested."""
    number, looked_at = target.number, console.now()
    open_suggestions = await console.run(lambda desk: _list_suggestions(desk, number, looked_at))
    if not open_suggestions:
        raise UsageError(f"Nothing is suggested for {number}.")
    key = await console.choose(f"Suggestion for {number}", open_suggestions)
    if key is None:
        return
    answers = [Choice("take", Safe("apply it")), Choice("leave", Safe("leave it as it is"))]
    answer = await console.choose(f"Apply it to {number}?", answers)
    if answer is not None:
        now = console.now()
        decide = suggestions.accept_suggestion if answer == "take" else suggestions.dismiss_suggestion
        await console.run_on([number], lambda desk, one: decide(desk, one, key, now=now))


def _list_suggestions(desk: DeskSession, number: int, now: datetime) -> list[Choice]:
    with desk.ticket(number, "edit", now, dry_run=True) as work:
        return [
            Choice(record.key, sanitize(str(record.values["ask"])))
            for record in suggestions.list_open_suggestions(work)
        ]

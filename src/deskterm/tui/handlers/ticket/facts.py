"""Corrections of a ticket's facts, and additions that were left open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.tickets import resolution, update
from deskterm.desk.tickets.supply import supply_fields
from deskterm.desk.workflow import severity_confirmation
from deskterm.errors import UsageError
from deskterm.tui.handlers.questions import NOTHING, read_note, run_with_note, run_with_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deskterm.present.models import Choice
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target


async def change_subject(console: Console, target: Target, argument: str) -> None:
    """Give the ticket a better subject. argument: the subject."""
    await run_with_text(
        console,
        target,
        argument,
        "Subject of {}",
        lambda desk, number, text, now: update.edit(desk, number, subject=text, now=now),
    )


async def change_impact(console: Console, target: Target, argument: str) -> None:
    """Set the impact: how many people the matter affects. argument: the impact. Raises UsageError when the procedure
    has none."""
    await _change_step(console, target, argument, "impact", console.vocabulary.impacts)


async def change_urgency(console: Console, target: Target, argument: str) -> None:
    """Set the urgency. argument: the urgency. Raises UsageError when the procedure has none."""
    await _change_step(console, target, argument, "urgency", console.vocabulary.urgencies)


async def _change_step(
    console: Console,
    target: Target,
    argument: str,
    field: Literal["impact", "urgency"],
    scale: Mapping[str, Choice],
) -> None:
    """Set one of the two fields that a priority is derived from. argument: a step of its scale, asked for by
    default."""
    if not argument and not scale:
        raise UsageError(f"This procedure has no {field}: set the priority with P, or the severity with S.")
    step = argument or await console.choose(f"{field.capitalize()} of {target.name}", list(scale.values()))
    if step:
        now = console.now()
        impact, urgency = (step, None) if field == "impact" else (None, step)
        await console.run_on(
            target.numbers,
            lambda desk, number: update.update_ticket(desk, number, impact=impact, urgency=urgency, now=now),
            f"Set the {field} of {{}} to {step}",
        )


async def supply(console: Console, target: Target, argument: str) -> None:
    """Supply fields that the request lacked. argument: `KEY=VALUE`, several separated by commas."""

    def run(desk: DeskSession, number: int, text: str, now: datetime) -> CommandResult:
        return supply_fields(desk, number, dict(_parse_field(part) for part in text.split(",")), now=now)

    await run_with_text(console, target, argument, "Fields that {} lacks: KEY=VALUE, KEY=VALUE", run)


def _parse_field(text: str) -> tuple[str, str]:
    key, sign, value = text.strip().partition("=")
    if not sign or not key:
        raise UsageError(f"{text.strip()!r} is no field: write it as KEY=VALUE.")
    return key, value


async def confirm_severity(console: Console, target: Target, argument: str) -> None:
    """Confirm the severity that the requester chose, or correct it. argument: the right one, and the reason when it is
    a correction."""
    number = target.number
    severity, _, reason = argument.partition(" ")
    if not severity:
        if not console.vocabulary.severities:
            raise UsageError("This procedure has no severities to confirm.")
        current = (await console.read_ticket(number)).line.importance
        chosen = await console.choose(
            f"The right severity of {number}", list(console.vocabulary.severities.values()), current
        )
        if chosen is None:
            return
        severity = chosen
        reason = await console.ask(f"Reason for the severity of {number} ({NOTHING} where it stays)") or ""
        if not reason:
            return
    now, words = console.now(), read_note(reason)
    await console.run_on(
        [number],
        lambda desk, one: severity_confirmation.confirm_severity(desk, one, severity, reason=words, now=now),
    )


async def record_fix(console: Console, target: Target, argument: str) -> None:
    """Record the permanent fix. argument: what it is."""
    await run_with_note(
        console,
        target,
        argument,
        "The permanent fix of {}",
        lambda desk, number, note, now: resolution.record_permanent_fix(desk, number, note=note, now=now),
    )

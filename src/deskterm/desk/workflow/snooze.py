"""Snoozes: a ticket leaves the queue until an instant, or until it is woken."""

from __future__ import annotations

from datetime import UTC, datetime

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.instant_text import names_day_only, parse_instant
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.zones import format_local_time


def parse_snooze(procedure: CompiledProcedure, text: str, now: datetime) -> datetime:
    """Parse the end of a snooze. A day without a time of day is meant from its first working hour on, by the
    procedure's first calendar, and one without any from the next working day's."""
    until = parse_instant(text, procedure.timezone, now)
    if not names_day_only(text) or until <= now:
        return until
    opening = procedure.terms.first_calendar.next_opening(to_epoch(until))
    return until if opening is None else datetime.fromtimestamp(opening, UTC)


def snooze(
    desk: DeskSession, number: int, until: datetime | None, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Snooze a ticket until an instant, or wake it (None). No clock pauses for it; a message of the requester
    ends it."""
    with desk.ticket(number, "snooze", now, version) as work:
        before, until_at = work.state.snoozed_until, None if until is None else to_epoch(until)
        if until_at is not None and until_at <= work.at:
            raise UsageError(f"{format_local_time(until_at, desk.timezone)} has passed: snooze the ticket until later.")
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is {work.state.status}: only open tickets can be snoozed.")
        if until_at == before:
            raise DeskError(f"Ticket {number} is {'not snoozed' if before is None else 'snoozed until then already'}.")
        work.append("snoozed", {"snoozed_until": (before, until_at)})
        phrase = "" if until_at is None else f"snoozed until {format_local_time(until_at, desk.timezone)}"
        result = work.build_result(f"{number} {phrase or 'is awake again'}")
    return result

"""The instant at which a reply is to be sent, as people write it: an instant, or an opening of the desk (C-20)."""

from __future__ import annotations

import re
from datetime import datetime

from deskterm.desk.core.row_mapping import to_datetime, to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.instant_text import parse_instant
from deskterm.errors import UsageError
from deskterm.sla.calendar import Calendar
from deskterm.sla.terms import SlaTerms

_OPENING = re.compile(r"(?:the )?(?:next )?opening(?: (?:after|from) (?P<after>\S.*))?", re.IGNORECASE)
_DAY = 86_400
_LONGEST = 366 * _DAY
"""Most seconds until a scheduled reply is sent: a mistyped year would not be noticed for years."""


def resolve_send_time(work: TicketTransaction, text: str) -> int:
    """Parse the instant at which to send, epoch seconds: `tomorrow 09:00`, `3h`; `next opening`, when the desk opens
    the next time; `next opening after tomorrow 7:00`, the first instant in working hours from then on. Raises
    UsageError for one that has passed or is more than a year ahead, and for a text that is no instant."""
    now = to_datetime(work.at)
    if match := _OPENING.fullmatch(" ".join(text.split())):
        after = match["after"]
        start = to_epoch(parse_instant(after, work.context.timezone, now)) if after else None
        due = find_opening(find_calendar(work.fold, work.procedure.terms), work.at, start)
    else:
        due = to_epoch(parse_instant(text, work.context.timezone, now))
    if due <= work.at:
        raise UsageError(f"A reply cannot be sent in the past: {text!r} has gone by. Send it now, or say when.")
    if due > work.at + _LONGEST:
        raise UsageError(f"{text!r} is more than a year ahead: no reply waits for that long.")
    return due


def suggest_send_times(desk: DeskSession, number: int, *, now: datetime) -> list[tuple[str, int]]:
    """Return the send times that are chosen most often, as texts, each with its instant in epoch seconds."""
    found = []
    with desk.ticket(number, "reply", now, dry_run=True) as work:
        for text in ("next opening", "1h", "3h", "1d", "7d"):
            try:
                found.append((text, resolve_send_time(work, text)))
            except UsageError:
                continue  # the desk does not open then
    return found


def find_opening(calendar: Calendar, now: int, start: int | None = None) -> int:
    """Return the first instant in working hours at or after `start`, or with None the next opening after now, epoch
    seconds. Raises UsageError where the calendar never opens again."""
    if start is not None:
        found = calendar.next_opening(start)
    else:
        # When the desk is open now, its next opening comes after it has closed; a desk that never closes has none
        end = next((closes for opens, closes in calendar.intervals(now, now + 14 * _DAY) if opens <= now), now)
        found = calendar.next_opening(end)
    if found is None or found >= now + 14 * _DAY + (start or now) - now:
        raise UsageError("The desk has no next opening within two weeks: say when the reply is to be sent.")
    return found


def find_calendar(fold: TicketFold, terms: SlaTerms) -> Calendar:
    """Return the calendar of the desk's hours for a ticket: that of a running clock, else of any clock, else the
    procedure's first."""
    clocks = sorted(fold.clocks(), key=lambda clock: clock.state != "running")
    found = (terms.calendars.get(clock.calendar) for clock in clocks)
    return next((calendar for calendar in found if calendar is not None), terms.first_calendar)

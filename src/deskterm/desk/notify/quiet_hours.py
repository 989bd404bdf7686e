"""Quiet hours: messages that the passing of time causes are delivered in working time only.

A warning, a missed target or a reminder has its true instant, whatever the hour, but nobody is to be woken by it: the
letter and the notice wait for the next opening of the calendar, and those that wait for one opening are delivered
together.
"""

from __future__ import annotations

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.sla.calendar import Calendar


def find_leaving_time(work: TicketTransaction) -> int | None:
    """Return the instant before which a letter to people outside does not leave, in UTC epoch seconds; None for at
    once. A letter that a person caused waits for as long as it may be undone (M-48), one that time caused for the next
    opening."""
    window = work.context.undo_window
    return work.at + window if window else find_delivery_time(work, for_staff=False)


def find_delivery_time(work: TicketTransaction, *, for_staff: bool) -> int | None:
    """Return the earliest delivery of a message, in UTC epoch seconds; None for at once, because a person caused it or
    it is working time now.

    for_staff: use the calendar of the ticket's team, where it has its own. Otherwise, and for people outside, the
    calendar of the clock that caused the message counts.
    """
    # Only the passing of time appends `noticed`, so without one a person caused the message
    clock_event = next((event for event in reversed(work.command_events) if event.kind == "noticed"), None)
    if clock_event is None:
        return None
    calendar = _find_calendar(work, str(clock_event.data["metric"]), for_staff=for_staff)
    if calendar is None:
        return None
    opens = calendar.next_opening(work.at)
    # At once even if the calendar never opens again: better at a bad hour than never
    return opens if opens is not None and opens > work.at else None


def _find_calendar(work: TicketTransaction, metric: str, *, for_staff: bool) -> Calendar | None:
    terms = work.procedure.terms
    if for_staff:
        team = next(
            (candidate for candidate in work.procedure.definition.teams if candidate.key == work.state.team), None
        )
        if team is not None and team.calendar is not None:
            return terms.calendars.get(team.calendar)
    clock = next((clock for clock in reversed(work.fold.clocks()) if clock.metric == metric), None)
    return terms.calendars.get(clock.calendar) if clock is not None else terms.first_calendar

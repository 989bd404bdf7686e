"""When what the passing of time brings may reach people: not at midnight, and not on a Sunday.

A warning, a missed target or a reminder has its true instant, whatever the hour. Nobody is to be woken by it: the
letter and the notice wait for the next opening, and those that wait for one opening go out together.
"""

from __future__ import annotations

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.sla.calendar import Calendar


def find_delivery_time(work: TicketTransaction, *, colleagues: bool) -> int | None:
    """When what comes by itself may be delivered, in epoch seconds; None for at once, because somebody did it or there
    is working time now. colleagues: counted in the hours of the ticket's team, where it has its own; else, and for
    people outside, in those of the clock that brought it."""
    noticed = next((event for event in reversed(work.happened) if event.kind == "noticed"), None)
    if noticed is None:
        return None
    hours = _hours(work, str(noticed.data["metric"]), colleagues=colleagues)
    if hours is None:
        return None
    try:
        opens = hours.after(work.at, 1) - 1
    except ValueError:  # it never opens again
        return None
    return opens if opens > work.at else None


def _hours(work: TicketTransaction, metric: str, *, colleagues: bool) -> Calendar | None:
    calendars = work.procedure.terms.calendars
    if colleagues:
        team = next((part for part in work.procedure.definition.teams if part.key == work.state.team), None)
        if team is not None and team.calendar is not None:
            return calendars.get(team.calendar)
    clock = next((clock for clock in reversed(work.fold.clocks()) if clock.metric == metric), None)
    return calendars.get(clock.calendar) if clock is not None else next(iter(calendars.values()), None)

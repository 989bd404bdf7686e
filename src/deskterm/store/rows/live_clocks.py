"""Live clocks of tickets in a list: the calendar that each is counted by, and whether it is paused."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection

IS_NO_TIMER = f"metric NOT LIKE '{TIMER_PREFIX}%'"
"""Condition for the rows of `clock` that promise something; queries with several tables put a prefix before it."""


class LiveClock(NamedTuple):
    """A clock that is `running` or `paused`. calendar: its key in the procedure; target: as the procedure writes it.
    since: last change of state, epoch seconds; overrun: open seconds after the due instant up to then."""

    ticket: int
    metric: str
    state: str
    calendar: str
    target: str
    since: int = 0
    overrun: int = 0


def load_live_clocks(reader: ReadConnection, numbers: Collection[int]) -> list[LiveClock]:
    """Load the live clocks of some tickets, timers left out."""
    if not numbers:
        return []
    parameters = {f"n{index}": number for index, number in enumerate(numbers)}
    found = reader.rows(
        "SELECT ticket_id, metric, state, calendar, target, since, overrun FROM clock "
        f"WHERE ticket_id IN ({', '.join(':' + name for name in parameters)}) AND state IN ('running', 'paused') "
        f"AND {IS_NO_TIMER}",
        parameters,
    )
    return [LiveClock._make((*row[:5], seconds_from_stored(row[5]), row[6])) for row in found]

"""The live clocks of tickets in a list: by which calendar each is counted, and whether it rests."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection


class LiveClock(NamedTuple):
    """A clock that runs (`running`) or rests (`paused`). calendar: its key in the procedure; target: as the procedure
    writes it. since: last change of state, epoch seconds; overrun: what counted after the due instant until then."""

    ticket: int
    metric: str
    state: str
    calendar: str
    target: str
    since: int = 0
    overrun: int = 0


def load_live_clocks(reader: ReadConnection, numbers: Collection[int]) -> list[LiveClock]:
    """The live clocks of these tickets."""
    if not numbers:
        return []
    places = {f"n{index}": number for index, number in enumerate(numbers)}
    found = reader.rows(
        "SELECT ticket_id, metric, state, calendar, target, since, overrun FROM clock "
        f"WHERE ticket_id IN ({', '.join(':' + name for name in places)}) AND state IN ('running', 'paused') "
        "AND metric NOT LIKE 'timer:%'",
        places,
    )
    return [LiveClock._make((*row[:5], seconds_from_stored(row[5]), row[6])) for row in found]

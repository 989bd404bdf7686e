"""The lives of a period as of an instant: of kept rows where these stand as they were, else folded again (R-03)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from deskterm.reports.attainment import Period
from deskterm.reports.lives.as_of import open_touched_tickets
from deskterm.reports.lives.kept import read_kept_lives
from deskterm.reports.lives.life import Life
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.conditions import Condition
from deskterm.store.queries.figures.numbers import load_life_numbers


def read_lives(
    reader: ReadConnection, period: Period, as_of: int, condition: Condition | None = None
) -> Iterator[Life]:
    """Yield the lives that figures of a period may count, by number, as of an instant in epoch seconds. condition: of a
    filter. To be read to the end within one `snapshot` of the reader."""
    numbers = load_life_numbers(reader, period.since, period.until, as_of, condition)
    kept = read_kept_lives(reader, numbers, as_of)
    past = open_touched_tickets(reader, period.until, as_of, is_filtered=condition is not None)
    if past is None:
        yield from kept
        return
    with past:
        numbers = load_life_numbers(past, period.since, period.until, as_of, condition)
        touched = read_kept_lives(past, numbers, as_of, reader)
        yield from heapq.merge(kept, touched, key=lambda life: life.number)

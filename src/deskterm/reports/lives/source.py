"""The lives of a period as of an instant: of kept rows where these stand as they were, else folded again (R-03)."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator, Sequence

from deskterm.progress import Progress
from deskterm.reports.attainment import Period
from deskterm.reports.lives.as_of import open_touched_tickets
from deskterm.reports.lives.kept import read_kept_lives
from deskterm.reports.lives.life import Life
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.conditions import Condition
from deskterm.store.queries.figures.numbers import CHUNK_SIZE, load_life_numbers


def read_lives(
    reader: ReadConnection, period: Period, as_of: int, condition: Condition | None = None
) -> Iterator[Life]:
    """Yield the lives that figures of a period may count, by number, as of an instant in epoch seconds. condition: of a
    filter. To be read to the end within one `snapshot` of the reader."""
    return (life for life, _ in read_lives_of(reader, [period], as_of, condition))


def read_lives_of(
    reader: ReadConnection,
    periods: Sequence[Period],
    as_of: int,
    condition: Condition | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[Life, Sequence[int]]]:
    """Yield the lives that figures of some periods may count, as `read_lives` does, each once and with the places of
    the periods that may count it. progress: called with how many lives were read, and how many there are."""
    numbers, places = _load_numbers(reader, periods, as_of, condition)
    kept = _count_read(read_kept_lives(reader, numbers, as_of), len(numbers), progress)
    last = max(period.until for period in periods)
    past = open_touched_tickets(reader, last, as_of, is_filtered=condition is not None)
    if past is None:
        for life in kept:
            yield life, places[life.number]
        return
    with past:
        numbers, more = _load_numbers(past, periods, as_of, condition)
        touched = read_kept_lives(past, numbers, as_of, reader)
        places |= more
        for life in heapq.merge(kept, touched, key=lambda life: life.number):
            yield life, places[life.number]


def _load_numbers(
    reader: ReadConnection, periods: Sequence[Period], as_of: int, condition: Condition | None
) -> tuple[Sequence[int], dict[int, Sequence[int]]]:
    """Return the numbers of the tickets of some periods, in order, and the places of the periods of each."""
    places: dict[int, Sequence[int]] = {}
    # One tuple for all tickets of the same periods: a month has many of them
    shared: dict[Sequence[int], Sequence[int]] = {}
    for place, period in enumerate(periods):
        for number in load_life_numbers(reader, period.since, period.until, as_of, condition):
            found = (*places.get(number, ()), place)
            places[number] = shared.setdefault(found, found)
    return array("q", sorted(places)), places


def _count_read(lives: Iterator[Life], total: int, progress: Progress | None) -> Iterator[Life]:
    for done, life in enumerate(lives):
        if progress is not None and done % CHUNK_SIZE == 0:
            progress(done, total)
        yield life
    if progress is not None:
        progress(total, total)

"""Lives of kept rows are those that the events give when everything is folded again, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.reports.attainment import Period
from deskterm.reports.lives.kept import read_kept_lives
from deskterm.reports.lives.life import Life
from deskterm.reports.lives.rules import load_rules
from deskterm.reports.lives.source import read_lives
from deskterm.store.db.reader import ReadConnection, open_reader
from reports.lives.folded_lives import fold_lives
from reports.measures.figures_desk import figures_desk
from small_desk import at

NUMBERS = range(1001, 1100)
LATER = int(at(60_000).timestamp())


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = figures_desk(store_url)
    yield made
    made.store.close()


@pytest.fixture
def reader(desk: DeskSession) -> Iterator[ReadConnection]:
    with open_reader(desk.store.url) as opened:
        yield opened


def arrange(lives: Iterator[Life]) -> list[Life]:
    """Return lives with their parts in one order, which is no part of what they say."""
    return [
        replace(
            life,
            visits=list(life.visits),
            cycles=sorted(life.cycles, key=lambda cycle: (cycle.metric, cycle.number)),
            records=sorted(life.records, key=lambda record: (record.kind, record.key)),
            messages=sorted(life.messages, key=lambda mark: mark.seq),
            changes=list(life.changes),
        )
        for life in lives
    ]


def test_kept_rows_say_what_the_events_say(reader: ReadConnection) -> None:
    """R-56: a second definition of nothing."""
    rules = load_rules(reader, LATER)
    kept = arrange(read_kept_lives(reader, [*NUMBERS], LATER))
    folded = arrange(fold_lives(reader, rules.find_version, [*NUMBERS], LATER))
    assert len(kept) == len(folded) > 30
    for one, other in zip(kept, folded, strict=True):
        assert one == other
    continued = [cycle for life in kept for cycle in life.cycles if cycle.continuation.began != cycle.started_at]
    assert any(cycle.continuation.late_already for cycle in continued)
    assert {entry.kind for life in kept for entry in life.entries} == {
        "resolved", "ended", "reopened", "brought-back",
    }  # fmt: skip


@pytest.mark.parametrize("minute", [0, 5000, 15_000, 60_000])
def test_lives_as_of_an_instant_are_those_of_the_events_up_to_it(reader: ReadConnection, minute: int) -> None:
    """R-03: some of the tickets have not changed since, and others are folded again."""
    as_of = int(at(minute).timestamp())
    rules = load_rules(reader, as_of)
    whole = Period(0, as_of + 1)
    expected = arrange(fold_lives(reader, rules.find_version, [*NUMBERS], as_of))
    assert arrange(read_lives(reader, whole, as_of)) == expected
    week = Period(as_of - 604_800, as_of + 1)
    expected = [
        life
        for life in expected
        if life.received_at < week.until
        and (life.is_open_at(as_of) or life.number in {one.number for one in read_lives(reader, week, as_of)})
    ]
    found = arrange(read_lives(reader, week, as_of))
    assert found == expected

"""Live clocks by due instant, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import register, update
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.queries.deadlines import (
    Deadline,
    DeadlineFilter,
    count_paused,
    count_window,
    load_due_instants,
    load_window,
)
from deskterm.store.queries.queue import Viewer
from small_desk import at, small_desk

COLUMNS = (
    "ticket_id, metric, state, started_at, target, due_at, next_event_at, consumed, since, waived, policy, calendar, "
    "version"
)


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    desk = small_desk(store_url)
    for minute, severity in ((0, "low"), (10, "high"), (20, "low")):
        register.register(desk, subject="x", type="fault", severity=severity, requester="Kim", now=at(minute))
    yield desk
    desk.store.close()


@pytest.fixture
def reader(desk: DeskSession) -> Iterator[ReadConnection]:
    with open_reader(desk.store.url) as reader:
        yield reader


def load_all(reader: ReadConnection, wanted: DeadlineFilter) -> list[Deadline]:
    found = list(load_window(reader, wanted, 10_000))
    assert len(found) == count_window(reader, wanted)
    return found


def load_due(reader: ReadConnection, *, since: int = 0, until: int | None = None) -> list[Deadline]:
    within = until - since if until is not None else None
    return load_all(reader, DeadlineFilter(since, within, dated=True))


def load_breached(reader: ReadConnection, now: int) -> list[Deadline]:
    return load_all(reader, DeadlineFilter(now, breached=True))


def to_seconds(minutes: float) -> int:
    return int(at(minutes).timestamp())


def keys(found: list[Deadline]) -> list[tuple[int, str]]:
    return [(clock.number, clock.metric) for clock in found]


def test_bug_12_every_clock_of_a_ticket_is_listed_soonest_first(reader: ReadConnection) -> None:
    assert keys(load_due(reader)) == [
        (1002, "response"),
        (1001, "response"),
        (1003, "response"),
        (1002, "resolution"),
        (1001, "resolution"),
        (1003, "resolution"),
    ]


def test_a_period_includes_both_of_its_ends(reader: ReadConnection) -> None:
    assert keys(load_due(reader, since=to_seconds(40), until=to_seconds(60))) == [
        (1002, "response"),
        (1001, "response"),
    ]
    assert keys(load_due(reader, since=to_seconds(40) + 1, until=to_seconds(60) - 1)) == []


def test_a_clock_is_overdue_from_the_second_after_its_due_instant(reader: ReadConnection) -> None:
    assert keys(load_breached(reader, to_seconds(40))) == []
    assert keys(load_breached(reader, to_seconds(40) + 1)) == [(1002, "response")]


def test_a_clock_that_is_paused_after_its_breach_is_listed_last(desk: DeskSession, reader: ReadConnection) -> None:
    messages.reply(desk, 1002, "On it", status="working", now=at(20))
    update.move(desk, 1002, "waiting", now=at(10 + 300))
    found = load_breached(reader, to_seconds(10 + 300))
    assert keys(found) == [(1001, "response"), (1003, "response"), (1002, "resolution")]
    assert found[-1].due is None
    assert found[-1].breached_at == to_seconds(10 + 240)


def test_clocks_of_solved_tickets_are_not_listed(desk: DeskSession, reader: ReadConnection) -> None:
    for number in (1001, 1002, 1003):
        update.move(desk, number, "solved", now=at(30))
    assert load_due(reader) == []
    assert load_breached(reader, to_seconds(300)) == []


def test_a_waived_breach_is_not_listed(desk: DeskSession, reader: ReadConnection) -> None:
    with desk.store.writing() as session:
        session.execute(text("UPDATE clock SET waived = 1 WHERE ticket_id = 1002 AND metric = 'response'"))
    assert keys(load_breached(reader, to_seconds(59))) == []


def test_paused_clocks_are_counted(desk: DeskSession, reader: ReadConnection) -> None:
    assert count_paused(reader) == 0
    messages.reply(desk, 1001, "On it", status="working", now=at(30))
    update.move(desk, 1001, "waiting", now=at(40))
    assert count_paused(reader) == 1


def test_bug_35_no_clock_that_is_due_is_cut_off_however_many_there_are(
    desk: DeskSession, reader: ReadConnection
) -> None:
    with desk.store.writing() as session:
        session.execute(
            text(
                f"INSERT INTO clock ({COLUMNS}, cycle) "
                "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1501) "
                f"SELECT {COLUMNS}, i FROM clock, n WHERE ticket_id = 1001 AND metric = 'response'"
            )
        )
    assert len(load_due(reader, until=to_seconds(60))) == 1502
    assert len(load_due(reader)) == 1506
    assert sum(clock.number == 1001 for clock in load_breached(reader, to_seconds(61))) == 1501
    assert load_due_instants(reader) == [clock.due for clock in load_due(reader)]


def test_a_window_holds_the_first_ones_and_says_how_many_there_are(reader: ReadConnection) -> None:
    """D-48: a list of a large desk reads what it shows."""
    everything = DeadlineFilter(to_seconds(0))
    first = list(load_window(reader, everything, 2))
    assert keys(first) == [(1002, "response"), (1001, "response")]
    assert first == load_all(reader, everything)[:2]
    assert count_window(reader, everything) == 6
    mine = DeadlineFilter(to_seconds(0), view="mine", viewer=Viewer("ann", None, to_seconds(0)), metric="response")
    assert load_all(reader, mine) == []
    unassigned = mine._replace(view="unassigned")
    assert keys(load_all(reader, unassigned)) == [(1002, "response"), (1001, "response"), (1003, "response")]


def test_missed_clocks_come_before_those_that_are_due_soon(reader: ReadConnection) -> None:
    wanted = DeadlineFilter(to_seconds(61), 3600 * 4, breached=True)
    assert keys(load_all(reader, wanted))[:3] == [(1002, "response"), (1001, "response"), (1003, "response")]
    assert len({(clock.number, clock.metric) for clock in load_all(reader, wanted)}) == count_window(reader, wanted)

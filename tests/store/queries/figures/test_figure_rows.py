"""The rows that figures are counted from: of the tickets of a period, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.filters.conditions import Among
from deskterm.store.queries.figures.numbers import load_life_numbers, load_touched_numbers, read_rows
from deskterm.store.queries.figures.rows import (
    load_cycle_rows,
    load_message_marks,
    load_record_rows,
    load_ticket_rows,
    load_visit_rows,
)
from small_desk import at, small_desk
from tampering import tamper

ENDED, STILL_OPEN, ENDED_LATER, TOO_LATE = 1001, 1002, 1003, 1004


def seconds(minute: int) -> int:
    return to_epoch(at(minute))


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """Minutes 100 to 200 are the period."""
    session = small_desk(store_url)
    register(session, subject="ended before", type="fault", severity="low", received_at=at(-9), now=at(0))
    register(
        session, subject="still open", type="fault", severity="high", body="help", email="kim@larch.example", now=at(1)
    )
    register(session, subject="ended in it", type="fault", severity="low", now=at(2))
    update.move(session, ENDED, "solved", now=at(10))
    assignment.assign(session, STILL_OPEN, "sam", now=at(20))
    messages.reply(session, STILL_OPEN, "on it", now=at(21))
    update.move(session, ENDED_LATER, "solved", now=at(150))
    register(session, subject="received after it", type="fault", now=at(200))
    yield session
    session.store.close()


def load(reader: ReadConnection, as_of: int = 1000) -> list[int]:
    return list(load_life_numbers(reader, seconds(100), seconds(200), seconds(as_of)))


def test_the_lives_of_a_period_are_open_or_touched_in_it_or_later_or_have_a_running_clock(desk: DeskSession) -> None:
    with open_reader(desk.store.url) as reader:
        assert load(reader) == [STILL_OPEN, ENDED_LATER]
    tamper(desk, "UPDATE clock SET state = 'running' WHERE ticket_id = 1001 AND metric = 'resolution'")
    with open_reader(desk.store.url) as reader:
        assert load(reader) == [ENDED, STILL_OPEN, ENDED_LATER]
    tamper(desk, "UPDATE clock SET metric = 'timer:x' WHERE ticket_id = 1001 AND metric = 'resolution'")
    with open_reader(desk.store.url) as reader:
        assert load(reader) == [STILL_OPEN, ENDED_LATER], "a timer promises nothing"


def test_tickets_with_a_later_event_are_found_apart(desk: DeskSession) -> None:
    """R-03"""
    with open_reader(desk.store.url) as reader:
        assert load(reader, as_of=149) == [STILL_OPEN]
        assert load(reader, as_of=150) == [STILL_OPEN, ENDED_LATER], "T itself belongs to it"
        touched = {minute: list(load_touched_numbers(reader, seconds(200), seconds(minute))) for minute in (149, 150)}
        assert touched == {149: [ENDED_LATER], 150: []}
        assert list(load_touched_numbers(reader, seconds(201), seconds(150))) == [TOO_LATE]


def test_a_filter_narrows_them(desk: DeskSession) -> None:
    with open_reader(desk.store.url) as reader:
        found = load_life_numbers(reader, seconds(100), seconds(200), seconds(1000), Among("severity", ("high",)))
        assert list(found) == [STILL_OPEN]


def test_a_ticket_says_when_it_arrived_and_when_that_was_recorded(desk: DeskSession) -> None:
    """R-02"""
    with open_reader(desk.store.url) as reader:
        ended, still_open = load_ticket_rows(reader, [ENDED, STILL_OPEN])
    assert (ended.received_at, ended.recorded_at) == (seconds(-9), seconds(0))
    assert (ended.solved_at, ended.closed_at, ended.last_event_at) == (seconds(10), None, seconds(10))
    assert (still_open.client, still_open.severity, still_open.assignee) == ("larch", "high", "sam")
    assert (still_open.answered_at, still_open.recorded_at) == (seconds(21), seconds(1))


def test_rows_of_each_kind_come_in_the_order_of_tickets(desk: DeskSession) -> None:
    numbers = [ENDED, STILL_OPEN, TOO_LATE]
    with open_reader(desk.store.url) as reader, reader.snapshot():
        visits = [(number, *visit[:2], *visit[3:5]) for number, *visit in load_visit_rows(reader, numbers)]
        cycles = list(load_cycle_rows(reader, numbers))
        marks = [row[:4] for row in load_message_marks(reader, numbers)]
        records = list(load_record_rows(reader, numbers))
        assert list(load_record_rows(reader, numbers, ("entry", "survey"))) == []
    assert visits[:3] == [
        (ENDED, 1, "new", seconds(-9), seconds(10)),
        (ENDED, 2, "solved", seconds(10), None),
        (STILL_OPEN, 1, "new", seconds(1), None),
    ]
    assert [row[0] for row in cycles] == sorted(row[0] for row in cycles)
    assert {metric for number, metric, *_ in cycles if number == ENDED} >= {"response", "resolution"}
    assert marks == [(STILL_OPEN, 1, "public", "requester"), (STILL_OPEN, 3, "public", "agent")]
    assert [row[0] for row in records] == sorted(row[0] for row in records)


def test_tickets_are_read_a_few_at_a_time(desk: DeskSession) -> None:
    with open_reader(desk.store.url) as reader:
        for numbers in ([1001, 1002, 1003, 1004], [1001, 1003], [1004], []):
            for chunk in (1, 2, 3):
                rows = read_rows(
                    reader, numbers, lambda wanted: f"SELECT id FROM ticket WHERE id {wanted}", chunk=chunk
                )
                assert [number for (number,) in rows] == numbers


def test_what_figures_seek_is_a_range_of_an_index(tmp_path: Path) -> None:
    """R-56: the lives of a period, and the spans of tickets."""
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    queries = {
        "SELECT id FROM ticket WHERE (+is_open = 1 OR last_event_at >= '1') AND received_at < '2' AND last_event_at <= "
        "'3'": "ticket_life (last_event_at<?)",
    }
    with open_reader(desk.store.url) as reader:
        for query, index in queries.items():
            ((*_, step),) = reader.rows(f"EXPLAIN QUERY PLAN {query}")
            assert f"USING COVERING INDEX {index}" in step
        ((*_, step),) = reader.rows("EXPLAIN QUERY PLAN SELECT n FROM status_span WHERE ticket_id BETWEEN 4 AND 5")
        assert "SEARCH status_span USING PRIMARY KEY (ticket_id>? AND ticket_id<?)" in step
    desk.store.close()

"""A desk as of a past instant: rows that are kept, and those folded again, are the rows that it had at that instant."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.test_random_histories import COMMANDS, SEVERITIES, Step, VersionedDesk
from deskterm.automation.runner import Runner
from deskterm.desk.conversation import messages
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.erasing.erasure import ERASED, erase_person
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from deskterm.reports.lives.as_of import open_touched_tickets
from deskterm.store.db.instants import to_stored_text
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.db.tables import ClockRow, Message, RecordRow, StatusSpan, Ticket, table_of
from deskterm.store.filters.conditions import Among, Condition, HasWords
from deskterm.store.queries.figures.numbers import load_life_numbers
from deskterm.store.queries.figures.rows import (
    load_cycle_rows,
    load_message_marks,
    load_record_rows,
    load_ticket_rows,
    load_visit_rows,
)
from due_time_desk import due_time_desk
from examples import examples
from small_desk import at, small_desk
from tampering import tamper

LOADERS: tuple[Callable[..., Iterator[Any]], ...] = (
    load_ticket_rows,
    load_visit_rows,
    load_cycle_rows,
    load_record_rows,
    load_message_marks,
)
TABLES = (Ticket, StatusSpan, ClockRow, RecordRow, Message)
Tables = dict[str, list[tuple[Any, ...]]]
EVER = to_epoch(at(10_000_000))


def seconds(minute: int) -> int:
    return to_epoch(at(minute))


def read_tables(reader: ReadConnection, as_of: int = EVER) -> Tables:
    """Read all rows of the tickets without an event after an instant; numbers of messages are the database's own."""
    found: Tables = {}
    for model in TABLES:
        table = table_of(model)
        key = "id" if model is Ticket else "ticket_id"
        columns = [column.name for column in table.c if (model, column.name) != (Message, "id")]
        rows = reader.rows(
            f"SELECT {', '.join(columns)} FROM {table.name} WHERE {key} IN "
            "(SELECT id FROM ticket WHERE last_event_at <= :as_of)",
            {"as_of": reader.instant(as_of)},
        )
        found[table.name] = [
            tuple(to_stored_text(value) if isinstance(value, datetime) else value for value in row) for row in rows
        ]
    return found


@contextmanager
def readers_as_of(reader: ReadConnection, as_of: int, *, is_filtered: bool = False) -> Iterator[list[ReadConnection]]:
    """The readers whose rows together are the desk as of an instant."""
    with reader.snapshot():
        past = open_touched_tickets(reader, EVER, as_of, is_filtered=is_filtered)
        yield [reader] if past is None else [reader, past]
    if past is not None:
        past.close()


def read_tables_as_of(url: str, as_of: int) -> Tables:
    with open_reader(url) as reader, readers_as_of(reader, as_of) as readers:
        parts = [read_tables(one, as_of) for one in readers]
    return {name: sorted(row for part in parts for row in part[name]) for name in parts[0]}


def read_lives(readers: list[ReadConnection], since: int, as_of: int, condition: Condition | None = None) -> list[Any]:
    """Read the rows that a period of all that is later than `since` is counted from, by kind."""
    numbers = [load_life_numbers(reader, since, EVER, as_of, condition) for reader in readers]
    found: list[Any] = [sorted(number for part in numbers for number in part)]
    for load in LOADERS:
        rows = [row for reader, part in zip(readers, numbers, strict=True) for row in load(reader, part)]
        found.append(sorted(rows, key=lambda row: row[:3]))
    return found


TICKETS = (1001, 1002, 1003)
ACTS = st.sampled_from([*sorted(COMMANDS), *["undo"] * 4])
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(TICKETS),
        st.builds(Step, ACTS, st.one_of(st.integers(0, 90), st.integers(0, 3000)), st.just(0)),
    ),
    min_size=1,
    max_size=12,
)


def perform(versions: VersionedDesk, number: int, step: Step, minute: int) -> None:
    try:
        if step.command == "undo":
            undo_last_command(versions.desk(0), number, now=at(minute))
        else:
            COMMANDS[step.command](versions, number, step, minute)
    except DeskError:
        pass


def run_history(url: str, steps: list[tuple[int, Step]], cut: int, severity: str, days: int) -> None:
    """Run a history on a new desk, and compare what it was after so many steps with what it says of that instant when
    all are done. days: how far the period goes back."""
    versions = VersionedDesk([due_time_desk(url)])
    desk = versions.desk(0)
    for place, _ in enumerate(TICKETS):
        values: dict[str, Any] = {"body": "y", "type": "fault", "severity": severity, "email": "kim@larch.example"}
        register(desk, subject=f"x{place}", now=at(place), **values)
    minute = len(TICKETS)
    for number, step in steps[:cut]:
        minute += step.minutes
        perform(versions, number, step, minute)
    # What is due is recorded at its own instant, whenever that is done: so that it is by then
    deque(Runner(desk.store).step(at(minute)), maxlen=0)
    as_of, since = seconds(minute), seconds(minute) - days * 86_400
    with open_reader(url) as reader:
        then, lives_then = read_tables(reader), read_lives([reader], since, as_of)
    minute += 1
    for number, step in steps[cut:]:
        minute += step.minutes
        perform(versions, number, step, minute)
    assert read_tables_as_of(url, as_of) == {name: sorted(rows) for name, rows in then.items()}
    with open_reader(url) as reader, readers_as_of(reader, as_of) as readers:
        assert read_lives(readers, since, as_of) == lives_then
    desk.store.close()


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES, severity=SEVERITIES, data=st.data())
def test_a_desk_as_of_an_instant_has_the_rows_that_it_had_then(
    tmp_path: Path, steps: list[tuple[int, Step]], severity: str, data: st.DataObject
) -> None:
    """R-03, R-32: also when what was done then was undone since."""
    cut, days = data.draw(st.integers(0, len(steps))), data.draw(st.integers(0, 3))
    with TemporaryDirectory(dir=tmp_path) as folder:
        run_history(f"sqlite:///{folder}/desk.sqlite3", steps, cut, severity, days)


@pytest.mark.long
@settings(max_examples=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES, severity=SEVERITIES, data=st.data())
def test_five_thousand_desks_as_of_an_instant(
    tmp_path: Path, steps: list[tuple[int, Step]], severity: str, data: st.DataObject
) -> None:
    cut, days = data.draw(st.integers(0, len(steps))), data.draw(st.integers(0, 3))
    with TemporaryDirectory(dir=tmp_path) as folder:
        run_history(f"sqlite:///{folder}/desk.sqlite3", steps, cut, severity, days)


STORY = [
    (1001, Step("working", 5, 0)),
    (1002, Step("ask", 9, 0)),
    (1003, Step("closed", 30, 0)),
    (1001, Step("solved", 60, 0)),
    (1001, Step("undo", 5, 0)),
    (1002, Step("answer", 2000, 0)),
    (1003, Step("undo", 5, 0)),
    (1002, Step("hand over", 1, 0)),
]


@pytest.mark.parametrize("cut", [4, 6])
def test_a_story_as_of_an_instant_on_either_database(store_url: str, cut: int) -> None:
    """R-03, R-32"""
    run_history(store_url, STORY, cut, "high", 1)


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """A ticket that was worked on until minute 10, and in another way from minute 100 on."""
    session = small_desk(store_url)
    words: dict[str, Any] = {
        "subject": "printer",
        "body": "It jams",
        "requester": "Kim Hall",
        "email": "kim@larch.example",
    }
    register(session, type="fault", severity="low", now=at(0), **words)
    register(session, subject="quiet", type="fault", severity="high", now=at(1))
    update.move(session, 1001, "working", now=at(10))
    assignment.assign(session, 1001, "sam", now=at(100))
    update.set_severity(session, 1001, "high", now=at(101))
    messages.record_customer_message(session, 1001, "The scanner too", now=at(102))
    register(session, subject="new", type="fault", severity="low", now=at(103))
    yield session
    session.store.close()


def test_what_was_registered_later_is_not_there_and_fields_are_those_of_then(desk: DeskSession) -> None:
    """R-03"""
    with open_reader(desk.store.url) as reader, readers_as_of(reader, seconds(99)) as readers:
        _, past = readers
        ((number,),) = past.rows("SELECT id FROM ticket")
        (ticket,) = load_ticket_rows(past, [number])
        assert (number, ticket.severity, ticket.assignee, ticket.status) == (1001, "low", None, "working")
        # Its response was late after an hour
        assert (ticket.recorded_at, ticket.last_event_at) == (seconds(0), seconds(60))
        assert (ticket.requester, ticket.client, ticket.subject) == ("Kim Hall", "larch", "printer")
        assert [seq for _, seq, *_ in load_message_marks(past, [number])] == [1]


def test_a_desk_that_nobody_has_touched_since_needs_no_past(desk: DeskSession) -> None:
    with open_reader(desk.store.url) as reader:
        assert open_touched_tickets(reader, EVER, seconds(103)) is None
        past = open_touched_tickets(reader, seconds(103), seconds(102))
        assert past is None, "the ticket of minute 103 was received after the period"


def test_a_filter_finds_what_it_would_have_found_then(desk: DeskSession) -> None:
    """R-04: no word of a later message, and no later severity."""
    filters: dict[Condition, list[int]] = {
        Among("severity", ("low",)): [1001],
        Among("severity", ("high",)): [1002],
        HasWords("jams"): [1001],
        HasWords("scanner"): [],
        HasWords("Hall"): [1001],
    }
    with open_reader(desk.store.url) as reader, readers_as_of(reader, seconds(99), is_filtered=True) as readers:
        for condition, found in filters.items():
            assert read_lives(readers, seconds(0), seconds(99), condition)[0] == found


def test_erased_names_and_words_stay_erased(desk: DeskSession) -> None:
    """R-31"""
    erase_person(desk, "Kim Hall", now=at(200))
    with open_reader(desk.store.url) as reader, readers_as_of(reader, seconds(99), is_filtered=True) as readers:
        (ticket,) = load_ticket_rows(readers[1], [1001])
        assert (ticket.requester, ticket.subject) == (ERASED, "")
        assert read_lives(readers, seconds(0), seconds(99), HasWords("jams"))[0] == []
        assert [seq for _, seq, *_ in load_message_marks(readers[1], [1001])] == [1], "counts stay"


def test_a_name_in_a_field_of_before_texts_were_kept_apart_stays_erased(desk: DeskSession) -> None:
    """R-31"""

    def read_fields() -> str:
        with open_reader(desk.store.url) as reader, readers_as_of(reader, seconds(99)) as readers:
            (ticket,) = load_ticket_rows(readers[1], [1001])
            return ticket.fields

    name = """'"changes":{', '"changes":{"fields.note":[null,"Kim Hall"],'"""
    tamper(desk, f"UPDATE event SET data = replace(data, {name}) WHERE ticket_id = 1001 AND seq = 1")
    assert "Kim Hall" in read_fields()
    values = f"""1001, 99, 'erased', '{to_stored_text(at(200))}', 'ann', 1, '{{"fields":["note"]}}', ''"""
    columns = "ticket_id, seq, kind, at, actor, procedure_version, data, hash"
    tamper(desk, f"INSERT INTO event ({columns}) VALUES ({values})")
    assert "Kim Hall" not in read_fields()


def test_a_department_that_is_hidden_is_so_in_the_past(store_url: str) -> None:
    session = due_time_desk(store_url)
    for department in ("hardware", "software"):
        register(session, subject="x", type="fault", department=department, severity="low", now=at(0))
    transfer(session, 1001, department="software", note="x", now=at(9))
    transfer(session, 1002, department="hardware", note="x", now=at(9))
    with open_reader(store_url) as reader:
        reader.limit(["hardware"], "sam")
        with readers_as_of(reader, seconds(8)) as readers:
            assert read_lives(readers, seconds(0), seconds(8))[0] == []
        reader.limit([], "")
        with readers_as_of(reader, seconds(8)) as readers:
            assert read_lives(readers, seconds(0), seconds(8))[0] == [1001, 1002]
    session.store.close()

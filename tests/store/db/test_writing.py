"""Written data stays: triggers, several writers, a writer that is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Event, Ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def build_ticket() -> Ticket:
    return Ticket(type="query", subject="Help", status="open", category="open", received_at=NOW, updated_at=NOW)


def add_event(store: Store) -> None:
    with store.writing() as session:
        ticket = build_ticket()
        session.add(ticket)
        session.flush()
        assert ticket.id is not None
        session.add(
            Event(
                ticket_id=ticket.id, seq=1, kind="noted", at=NOW, actor="sam", procedure_version=1, data="{}", hash=""
            )
        )


def test_the_first_ticket_is_number_1001(store: Store) -> None:
    with store.writing() as session:
        first, second = build_ticket(), build_ticket()
        session.add(first)
        session.flush()
        session.add(second)
    assert (first.id, second.id) == (1001, 1002)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE event SET actor = 'kim'", "DELETE FROM event"],
)
def test_the_database_refuses_to_change_events(store: Store, statement: str) -> None:
    add_event(store)
    with pytest.raises(DBAPIError, match="events are kept for ever"), store.writing() as session:
        session.execute(text(statement))
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT actor FROM event") == [("sam",)]


def test_replacing_an_event_is_refused_too(store: Store) -> None:
    add_event(store)
    statement = (
        "TRUNCATE event CASCADE"
        if store.dialect == "postgresql"
        else "INSERT OR REPLACE INTO event SELECT * FROM event"
    )
    with pytest.raises(DBAPIError, match="events are kept for ever"), store.writing() as session:
        session.execute(text(statement))


def replace_event(store: Store, event_id: str) -> None:
    """Replace an event over a connection as the sqlite3 shell opens it: without recursive triggers."""
    connection = sqlite3.connect(store.url.removeprefix("sqlite:///"))
    try:
        with connection:
            connection.execute(
                "INSERT OR REPLACE INTO event (id, ticket_id, seq, kind, at, actor, procedure_version, data, hash) "
                f"SELECT {event_id}, ticket_id, seq, kind, at, 'mallory', procedure_version, data, hash FROM event"
            )
    finally:
        connection.close()


@pytest.mark.parametrize("event_id", ["id", "id + 50", "NULL"])
def test_no_other_program_replaces_an_event(store: Store, event_id: str) -> None:
    if store.dialect == "postgresql":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE, and ON CONFLICT DO UPDATE is an update")
    add_event(store)
    with pytest.raises(sqlite3.IntegrityError, match="events are kept for ever"):
        replace_event(store, event_id)
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT actor FROM event") == [("sam",)]


def test_events_are_guarded_again_after_a_bulk_insert(store: Store) -> None:
    if store.dialect == "postgresql":
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    add_event(store)
    columns = ("ticket_id", "seq", "kind", "at", "actor", "procedure_version", "data", "hash")
    with store.bulk() as bulk:
        bulk.insert("event", columns, [(1001, 2, "noted", NOW, "sam", 1, "{}", "")])
        bulk.commit()
        bulk.insert("event", columns, [(1001, 3, "noted", NOW, "sam", 1, "{}", "")])
        bulk.insert("event", columns, [(1001, 4, "noted", NOW, "sam", 1, "{}", "")])
    with pytest.raises(sqlite3.IntegrityError, match="events are kept for ever"):
        replace_event(store, "id")
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT DISTINCT actor FROM event") == [("sam",)]


def load_numbers(store: Store) -> list[int]:
    with open_reader(store.url) as reader:
        return [number for (number,) in reader.rows("SELECT ticket_id FROM ticket_number ORDER BY ticket_id")]


def test_the_number_of_every_ticket_is_noted(store: Store) -> None:
    with store.writing() as session:
        session.add_all([build_ticket(), build_ticket()])
    columns = (
        *("id", "type", "subject", "status", "category", "is_open", "requester", "organisation", "channel", "tags"),
        *("fields", "received_at", "updated_at", "reopened", "waiting", "rank", "order_at", "next_due_at"),
        *("next_metric", "breached", "version", "hash"),
    )
    with store.bulk() as bulk:
        reserved = bulk.reserve_ids("ticket", 2)
        rows = [
            (number, "q", "", "o", "open", 1, "", "", "", "", "{}", NOW, NOW, 0, "us", 0, NOW, NOW, "", 0, 0, "")
            for number in reserved
        ]
        bulk.insert("ticket", columns, rows)
    assert load_numbers(store) == [1001, 1002, 1003, 1004]


@pytest.mark.parametrize("statement", ["UPDATE ticket_number SET ticket_id = 7", "DELETE FROM ticket_number"])
def test_the_database_refuses_to_change_numbers(store: Store, statement: str) -> None:
    with store.writing() as session:
        session.add(build_ticket())
    with pytest.raises(DBAPIError, match="numbers of tickets are kept for ever"), store.writing() as session:
        session.execute(text(statement))
    assert load_numbers(store) == [1001]


def test_an_error_rolls_everything_back(store: Store) -> None:
    def write() -> None:
        with store.writing() as session:
            session.add(build_ticket())
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT count(*) FROM ticket") == [(0,)]


def test_a_dangling_reference_is_refused(store: Store) -> None:
    with pytest.raises(DBAPIError), store.writing() as session:
        session.add(
            Event(ticket_id=77, seq=1, kind="noted", at=NOW, actor="sam", procedure_version=1, data="{}", hash="")
        )


_COUNT = """
import sys
from sqlmodel import select
from deskterm.store.db.engine import open_store
from deskterm.store.db.tables import Ticket
store = open_store(sys.argv[1])
for _ in range(40):
    with store.writing() as session:
        ticket = session.exec(select(Ticket).with_for_update()).one()
        ticket.version += 1
"""


def test_several_processes_write_at_once_and_nothing_is_lost(store: Store) -> None:
    with store.writing() as session:
        session.add(build_ticket())
    writers = [subprocess.Popen([sys.executable, "-c", _COUNT, store.url]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT version FROM ticket") == [(120,)]


_WRITE = """
import sys
from datetime import UTC, datetime
from deskterm.store.db.engine import open_store
from deskterm.store.db.tables import Ticket
store = open_store(sys.argv[1])
now = datetime(2026, 3, 2, tzinfo=UTC)
while True:
    with store.writing() as session:
        ticket = Ticket(type="query", subject="Help", status="open", category="open", received_at=now, updated_at=now)
        session.add(ticket)
    print(ticket.id, flush=True)
"""


def test_every_commit_that_a_killed_writer_acknowledged_is_there(store: Store) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _WRITE, store.url], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline() for _ in range(60)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    committed = {int(line) for line in acknowledged if line.endswith("\n")}
    with open_reader(store.url) as reader:
        there = {number for (number,) in reader.rows("SELECT id FROM ticket")}
        assert committed <= there
        assert len(there - committed) <= 1
        if reader.dialect == "sqlite":
            assert reader.rows("PRAGMA integrity_check") == [("ok",)]
    add_event(store)

"""The bare read-only connection."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from deskterm.errors import DeskError
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.engine import Store, create_store
from deskterm.store.db.errors import Interrupted
from deskterm.store.db.reader import open_reader, translate_parameters
from deskterm.store.db.tables import Contact
from store.ticket_rows import change_arrives


@pytest.mark.parametrize(
    "module", ["queries.queue", "queries.ticket_detail", "db.reader", "db.location", "db.migrations"]
)
def test_the_first_rows_need_no_sqlalchemy(module: str) -> None:
    program = f"import sys, deskterm.store.{module}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "sqlmodel", "pydantic", "psycopg", "textual", "typer", "holidays", "dateutil"}
    assert heavy.isdisjoint(result.stdout.split())


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT :a, :b_2", "SELECT %(a)s, %(b_2)s"),
        ("SELECT id::text, ':a', 'it''s :a' WHERE x = :a", "SELECT id::text, ':a', 'it''s :a' WHERE x = %(a)s"),
        ("SELECT 7 % 3, '100%'", "SELECT 7 %% 3, '100%%'"),
    ],
)
def test_only_parameters_are_translated(sql: str, expected: str) -> None:
    assert translate_parameters(sql) == expected


def test_one_statement_serves_both_databases(store: Store) -> None:
    with open_reader(store.url) as reader:
        assert reader.rows("SELECT :a, 7 % 4, ':a 100%'", {"a": "x"}) == [("x", 3, ":a 100%")]


def test_a_reader_cannot_write(store: Store) -> None:
    with open_reader(store.url) as reader, pytest.raises(Exception, match=r"[Nn]othing can be written"):
        reader.rows("DELETE FROM ticket")


def test_the_last_connection_to_close_leaves_one_file(tmp_path: Path) -> None:
    store = create_store(f"sqlite:///{tmp_path}/desk.sqlite3")
    reader = open_reader(store.url)
    reader.rows("SELECT count(*) FROM ticket")
    store.close()
    reader.close()
    assert [path.name for path in tmp_path.iterdir()] == ["desk.sqlite3"]


def test_a_lost_connection_is_opened_anew_and_counts_as_a_change(store: Store) -> None:
    with open_reader(store.url) as reader:
        if store.dialect == "postgresql":
            ((backend,),) = reader.rows("SELECT pg_backend_pid()")
            with store.writing() as session:
                session.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
            with pytest.raises(DeskError, match=r"cannot be reached"):
                reader.rows("SELECT 1")
            assert reader.has_changed()
        assert reader.rows("SELECT 1") == [(1,)]
        assert not reader.has_changed()


def test_a_reader_may_be_used_in_another_thread(store: Store) -> None:
    found: list[object] = []
    with open_reader(store.url) as reader:
        thread = threading.Thread(target=lambda: found.extend(reader.rows("SELECT 1")))
        thread.start()
        thread.join()
    assert found == [(1,)]


def test_a_long_query_can_be_interrupted(store: Store) -> None:
    endless = (
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000000) SELECT count(*) FROM n"
    )
    raised: list[BaseException] = []

    with open_reader(store.url) as reader:

        def run_query() -> None:
            try:
                reader.rows(endless)
            except Interrupted as error:
                raised.append(error)

        thread = threading.Thread(target=run_query)
        thread.start()
        while thread.is_alive():
            reader.interrupt()
            thread.join(0.05)
        assert len(raised) == 1
        assert reader.rows("SELECT 1") == [(1,)]


def test_what_a_cache_asks_the_database_for_can_be_interrupted_too(tmp_path: Path) -> None:
    store = create_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    store.close()
    with open_reader(store.url) as reader:
        # SQLite ends a query as it does for an interruption when this returns true
        reader.driver_connection.set_progress_handler(lambda: True, 1)
        with pytest.raises(Interrupted):
            reader.keep("one", lambda: 1)
        reader.driver_connection.set_progress_handler(None, 1)
        assert reader.keep("one", lambda: 1) == 1


def test_a_query_that_begins_while_another_is_interrupted_fails_in_no_other_way(store: Store) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with open_reader(store.url) as reader:
            is_over = threading.Event()

            def interrupt() -> None:
                while not is_over.is_set():
                    reader.interrupt()

            thread = threading.Thread(target=interrupt)
            thread.start()
            try:
                for _ in range(100):
                    with suppress(Interrupted):
                        reader.rows("SELECT 1")
            finally:
                is_over.set()
                thread.join()
            assert reader.rows("SELECT 1") == [(1,)]
    finally:
        sys.setswitchinterval(before)


def test_only_a_commit_counts_as_a_change(store: Store) -> None:
    with open_reader(store.url) as reader:
        with store.writing() as session:
            session.add(Contact(name="kim"))
            session.flush()
            notify_change(session, 1001)
            assert not reader.has_changed()
        assert change_arrives(reader)
        assert not reader.has_changed()


def test_a_change_before_a_query_is_still_reported(store: Store) -> None:
    with open_reader(store.url) as reader:
        with store.writing() as session:
            session.add(Contact(name="kim"))
            notify_change(session, 1001)
        reader.rows("SELECT 1")
        assert change_arrives(reader)


def test_a_limited_reader_sees_nothing_of_a_department_but_what_is_assigned_to_its_login(store: Store) -> None:
    """D-21: on both databases, in every table that holds parts of a ticket, and after a change of the limits."""
    row = "INSERT INTO ticket (id, type, subject, status, category, is_open, requester, organisation, channel, tags, " \
          "fields, received_at, updated_at, reopened, waiting, rank, order_at, next_due_at, next_metric, breached, " \
          "version, hash, department, assignee) VALUES (:id, 'x', '', 'new', 'new', 1, '', '', '', '', '{}', " \
          ":at, :at, 0, 'us', 0, :at, :at, '', 0, 1, '', :department, :assignee)"  # fmt: skip
    event = "INSERT INTO event (ticket_id, seq, kind, at, actor, procedure_version, data, hash) " \
            "VALUES (:id, 1, 'x', :at, 'ann', 1, '{}', '')"  # fmt: skip
    with store.writing() as session:
        for number, department, assignee in ((1, None, None), (2, "dp", None), (3, "dp", "o'neil"), (4, "sales", None)):
            values = {"id": number, "at": "2026-11-23 09:00:00", "department": department, "assignee": assignee}
            session.execute(text(row), values)
            session.execute(text(event), values)
    with open_reader(store.url) as reader:

        def seen(table: str = "ticket", column: str = "id") -> list[int]:
            return [number for (number,) in reader.rows(f"SELECT {column} FROM {table} ORDER BY {column}")]

        assert seen() == [1, 2, 3, 4]
        reader.limit(["dp"], "o'neil")
        assert seen() == seen("event", "ticket_id") == [1, 3, 4]
        assert [reader.is_hidden(number) for number in (1, 2, 3, 5)] == [False, True, False, False]
        reader.limit(["dp", "sales"], "kim")
        assert seen() == seen("event", "ticket_id") == [1]
        with pytest.raises(DeskError):
            reader.rows("DELETE FROM desk")
        reader.limit([], "kim")
        assert seen() == seen("event", "ticket_id") == [1, 2, 3, 4]

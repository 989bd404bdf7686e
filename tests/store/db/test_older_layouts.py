"""A desk of an older layout with tickets on it is upgraded, and is then like any other."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.history.desk_chain import verify_desk
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.store.db.engine import open_store
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import open_reader
from deskterm.store.filters.conditions import HasWords
from deskterm.store.queries.search import search_tickets
from deskterm.store.queries.ticket_detail import load_clocks, load_ticket_detail
from due_time_desk import due_time_desk
from small_desk import at

ADDED_BY_2 = {"clock": ("waived",), "ticket": ("sprint", "snoozed_until"), "desk": ("fold",)}
ADDED_BY_3 = {
    "ticket": ("exempt", "held", "flags"),
    "message": ("mark", "contact_id"),
    "organisation": ("coverage", "handoff"),
    "agent": ("away_until", "certified"),
    "desk": ("settings", "refolding"),
}
ADDED_BY_4 = {"clock": ("overrun",)}
ADDED_BY_6 = {"ticket": ("source",)}
ADDED_BY_7 = {"desk": ("chain",), "ticket": ("zones",), "clock": ("zones",)}
ADDED_BY_9 = {"desk": ("covers_people",), "agent": ("salt",), "organisation": ("salt",), "contact": ("salt",)}
ADDED_BY_10 = {"contact": ("undeliverable",)}
ADDED_BY_11 = {"ticket": ("last_event_at",)}


def undo_layout_5(session: Session, dialect: str) -> None:
    """Remove the table that layout 5 added, and create the one that it dropped, with a trace of a removed ticket."""
    session.execute(text("DROP TRIGGER ticket_noted" + (" ON ticket" if dialect == "postgresql" else "")))
    session.execute(text("DROP TABLE ticket_number"))
    key, instant = (
        ("INTEGER PRIMARY KEY AUTOINCREMENT", "DATETIME")
        if dialect == "sqlite"
        else ("BIGSERIAL PRIMARY KEY", "TIMESTAMP WITH TIME ZONE")
    )
    session.execute(text(f"CREATE TABLE change (id {key}, ticket_id BIGINT, at {instant} NOT NULL)"))
    for number in ("1001", "1001", "1003", "NULL"):
        session.execute(text(f"INSERT INTO change (ticket_id, at) VALUES ({number}, '2026-11-23 09:00:00')"))


def create_layout_1(url: str) -> None:
    """Create a desk, and remove all that later layouts added, from the tables and from the rows."""
    desk = due_time_desk(url)
    register(desk, subject="x", type="fault", severity="high", now=at(0))
    update.move(desk, 1001, "working", now=at(1))
    messages.reply(desk, 1001, "Which browser?", status="waiting", channel="phone", now=at(45))
    register(desk, subject="y", type="fault", severity="low", now=at(50))
    with desk.store.writing() as session:
        session.execute(text("DELETE FROM clock WHERE metric LIKE 'timer:%' OR metric = 'effort'"))
        session.execute(text("UPDATE clock SET next_event_at = due_at WHERE state = 'running'"))
        undo_layout_5(session, desk.store.dialect)
        later = "record", "access", "backup", "desk_event", "draft", "template", "saved_view", "view_choice"
        for table in (*later, "attachment", "file_content", "mail", "mailbox", "sending", "status_span"):
            session.execute(text(f"DROP TABLE {table}"))
        for index in ("ticket_snoozed", "ticket_life"):
            session.execute(text(f"DROP INDEX {index}"))
        for added in (ADDED_BY_2, ADDED_BY_3, ADDED_BY_4, ADDED_BY_6, ADDED_BY_7, ADDED_BY_9, ADDED_BY_10, ADDED_BY_11):
            for table, columns in added.items():
                for column in columns:
                    session.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        if desk.store.dialect == "sqlite":
            session.execute(text("DROP TRIGGER event_no_replace"))
            for trigger in ("added", "removed", "changed"):
                session.execute(text(f"DROP TRIGGER text_words_{trigger}"))
            session.execute(text("DROP TABLE text_words"))
            for state in ("open", "closed"):
                session.execute(text(f"DROP INDEX ticket_texts_{state}"))
        else:
            session.execute(text("ALTER TABLE personal_text DROP COLUMN words"))
            session.execute(text("DROP TABLE presence"))
        session.execute(text("UPDATE desk SET schema_number = 1"))
    desk.store.close()


def test_a_desk_of_layout_1_is_upgraded_with_a_backup_and_without_findings(store_url: str) -> None:
    create_layout_1(store_url)
    store = open_store(store_url)
    assert store.upgraded is not None
    assert (store.upgraded.before, store.upgraded.after) == (1, SCHEMA)
    if store.dialect == "sqlite":
        assert store.upgraded.backup is not None
        assert Path(store.upgraded.backup).exists()
    assert check_integrity(store).findings == ()
    with open_reader(store_url) as reader:
        found_by_word, _ = search_tickets(reader, HasWords("brows"), 0)
        assert [row.number for row in found_by_word] == [1001], "C-12: words of older texts are indexed"
        found, clocks = load_ticket_detail(reader, 1001), load_clocks(reader, 1001)
    assert found is not None
    assert [clock.metric for clock in clocks if clock not in found.clocks] == ["timer:status:waiting"]
    assert not found.clocks[0].waived
    store.close()


def test_the_rows_of_an_upgraded_desk_are_projected_anew(store_url: str) -> None:
    create_layout_1(store_url)
    store = open_store(store_url)
    desk = open_desk(store, "ann")
    messages.record_customer_message(desk, 1001, "Firefox", now=at(60))
    with open_reader(store_url) as reader:
        found = load_ticket_detail(reader, 1002)
    assert found is not None
    assert "effort" in {clock.metric for clock in found.clocks}
    assert check_integrity(store).findings == ()
    assert verify_desk(store) == []
    store.close()


def test_ticket_numbers_are_taken_over_also_of_a_removed_ticket(store_url: str) -> None:
    create_layout_1(store_url)
    open_store(store_url).close()
    with open_reader(store_url) as reader:
        noted = reader.rows("SELECT ticket_id FROM ticket_number ORDER BY ticket_id")
        assert noted == [(1001,), (1002,), (1003,)]
        assert [one.sentence for one in verify_chains(reader).faults] == ["ticket 1003 is missing, with all its events"]


def test_events_of_an_upgraded_desk_cannot_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite3"
    create_layout_1(f"sqlite:///{path}")
    open_store(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="events are kept for ever"):
        connection.execute("INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = 3")
    connection.close()

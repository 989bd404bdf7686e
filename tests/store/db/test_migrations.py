"""A store of an older layout is upgraded, and never damaged."""

from __future__ import annotations

import resource
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deskterm.errors import DeskError
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.migrations import MIGRATIONS, SCHEMA, Migration
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Contact, Desk, Event, Organisation, Ticket
from deskterm.store.db.upgrade import upgrade

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

REBUILT = Migration(
    1,
    "organisations have a country",
    sqlite=(
        "CREATE TABLE organisation_new (id INTEGER PRIMARY KEY, key VARCHAR NOT NULL UNIQUE, name VARCHAR NOT NULL, "
        "domain VARCHAR NOT NULL, tenant VARCHAR NOT NULL, notes TEXT NOT NULL, country VARCHAR NOT NULL)",
        "INSERT INTO organisation_new SELECT id, key, name, domain, tenant, notes, 'GB' FROM organisation",
        "DROP TABLE organisation",
        "ALTER TABLE organisation_new RENAME TO organisation",
        "DROP TRIGGER event_no_delete",
    ),
    postgresql=(
        "ALTER TABLE organisation ADD COLUMN country VARCHAR NOT NULL DEFAULT 'GB'",
        "DROP TRIGGER event_no_change ON event",
    ),
)

SECOND = Migration(
    2,
    "organisations have a colour",
    sqlite=("ALTER TABLE organisation ADD COLUMN colour VARCHAR NOT NULL DEFAULT 'blue'",),
    postgresql=("ALTER TABLE organisation ADD COLUMN colour VARCHAR NOT NULL DEFAULT 'blue'",),
)


@pytest.fixture
def old(store: Store) -> Store:
    """A store of layout 0 with an organisation, its contact, a ticket and an event."""
    with store.writing() as session:
        session.add(Desk(name="Acme", schema_number=0, created_at=NOW))
        session.add(Organisation(id=5, key="nw", name="Northwind"))
        session.flush()
        session.add(Contact(name="kim", organisation_id=5))
        session.add(Ticket(id=1001, type="q", subject="", status="o", category="open", received_at=NOW, updated_at=NOW))
        session.flush()
        session.add(
            Event(ticket_id=1001, seq=1, kind="noted", at=NOW, actor="sam", procedure_version=1, data="{}", hash="")
        )
    return store


def backups(store: Store) -> list[Path]:
    if store.dialect == "postgresql":
        return []
    path = Path(store.url.removeprefix("sqlite:///"))
    return sorted(other for other in path.parent.iterdir() if "backup" in other.name)


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(store.url.removeprefix("sqlite:///")) if store.dialect == "sqlite" else None
    if connection is not None:
        found = connection.execute(sql).fetchall()
        connection.close()
        return found
    with store.reading() as session:
        return [tuple(row) for row in session.execute(text(sql))]


def test_the_migrations_lead_to_the_present_layout() -> None:
    assert [step.number for step in MIGRATIONS] == list(range(SCHEMA - len(MIGRATIONS) + 1, SCHEMA + 1))


def test_opening_an_older_store_upgrades_it_and_reports_that(old: Store) -> None:
    store = open_store(old.url, migrations=(REBUILT, SECOND), schema=2)
    assert store.upgraded is not None
    assert (store.upgraded.before, store.upgraded.after) == (0, 2)
    assert "from layout 0 to 2" in str(store.upgraded)
    assert rows(store, "SELECT id, name, country, colour FROM organisation") == [(5, "Northwind", "GB", "blue")]
    assert rows(store, "SELECT organisation_id FROM contact") == [(5,)]
    assert rows(store, "SELECT schema_number FROM desk") == [(2,)]
    store.close()
    again = open_store(old.url, migrations=(REBUILT, SECOND), schema=2)
    assert again.upgraded is None
    again.close()


def test_events_are_guarded_again_after_an_upgrade(old: Store) -> None:
    store = open_store(old.url, migrations=(REBUILT,), schema=1)
    with pytest.raises(DBAPIError, match="events are kept for ever"), store.writing() as session:
        session.execute(text("DELETE FROM event"))
    store.close()


def test_a_copy_of_the_older_store_is_kept_beside_it(old: Store) -> None:
    upgraded = upgrade(old.url, (REBUILT,), 1)
    assert upgraded is not None
    if old.dialect == "postgresql":
        assert upgraded.backup is None
        return
    assert backups(old) == [upgraded.backup]
    assert upgraded.backup is not None
    assert upgraded.backup.name == "desk.sqlite3.layout-0.backup"
    assert str(upgraded.backup) in str(upgraded)
    assert stat.S_IMODE(upgraded.backup.stat().st_mode) == 0o600
    kept = sqlite3.connect(upgraded.backup)
    assert kept.execute("SELECT schema_number FROM desk").fetchall() == [(0,)]
    assert kept.execute("SELECT count(*) FROM event").fetchall() == [(1,)]
    assert kept.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    kept.close()


def test_a_backup_is_never_overwritten(old: Store) -> None:
    if old.dialect == "sqlite":
        Path(old.url.removeprefix("sqlite:///") + ".layout-0.backup").write_text("precious")
    upgraded = upgrade(old.url, (REBUILT,), 1)
    assert upgraded is not None
    if upgraded.backup is not None:
        assert upgraded.backup.name == "desk.sqlite3.layout-0.backup-2"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_backup_that_the_disk_has_no_room_for_is_none(old: Store) -> None:
    """D-48: nothing with the name of a backup is left, the store is as it was, and later the upgrade is made."""
    path = Path(old.url.removeprefix("sqlite:///"))
    old.checkpoint()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = path.read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(DeskError, match=r"Nothing can be written at .* \(no backup before the upgrade: "):
            upgrade(old.url, (REBUILT,), 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [file.name for file in path.parent.iterdir() if "layout" in file.name] == []
    assert path.read_bytes() == before
    assert upgrade(old.url, (REBUILT,), 1) is not None
    assert len(backups(old)) == 1


def test_a_second_upgrade_has_nothing_to_do(old: Store) -> None:
    assert upgrade(old.url, (REBUILT,), 1) is not None
    assert upgrade(old.url, (REBUILT,), 1) is None


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM organisation", "ALTER TABLE nowhere ADD COLUMN colour TEXT"],
    ids=["a dangling reference", "an error"],
)
def test_an_upgrade_that_fails_leaves_the_store_as_it_was(old: Store, statement: str) -> None:
    bad = Migration(2, "wrong", sqlite=(statement,), postgresql=(statement,))
    with pytest.raises(DeskError, match="could not be upgraded from layout 0 to 2"):
        open_store(old.url, migrations=(REBUILT, bad), schema=2)
    assert rows(old, "SELECT schema_number FROM desk") == [(0,)]
    assert rows(old, "SELECT id, key, name, domain FROM organisation") == [(5, "nw", "Northwind", "")]
    assert rows(old, "SELECT organisation_id FROM contact") == [(5,)]


def test_a_store_that_is_too_old_for_the_migrations_is_refused(old: Store) -> None:
    with pytest.raises(DeskError, match=r"No way is known from layout 0 .* to 2"):
        open_store(old.url, migrations=(SECOND,), schema=2)
    assert backups(old) == []


def test_a_store_of_a_newer_version_is_refused_and_untouched(old: Store) -> None:
    open_store(old.url, migrations=(REBUILT,), schema=1).close()
    with pytest.raises(DeskError, match="written by a newer deskterm"):
        open_store(old.url, migrations=(), schema=0)


def test_a_reader_upgrades_too(old: Store) -> None:
    with pytest.raises(DeskError, match="No way is known"):
        open_reader(old.url)
    with open_reader(old.url, migrations=(REBUILT,), schema=1) as reader:
        assert reader.upgraded is not None
        assert reader.rows("SELECT country FROM organisation") == [("GB",)]

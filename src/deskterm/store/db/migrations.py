"""The layout of the store: its number, and the migrations from older ones.

A migration is plain SQL on a bare connection: nothing heavy is imported to find out that there is nothing to do. All
migrations of an upgrade run in one transaction; a SQLite file is copied first, next to the store.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError
from deskterm.store.db import errors
from deskterm.store.db.connection import connect_postgresql, connect_sqlite, read_schema_number
from deskterm.store.db.location import dialect, display_location, sqlite_path
from deskterm.store.db.text_index import POSTGRESQL_INDEX, SQLITE_INDEX, SQLITE_REBUILD
from deskterm.store.db.triggers import PRESENCE_TABLE, trigger_statements

SCHEMA = 9
"""The number of the present layout; a store with a higher one was written by a newer deskterm."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A step to layout `number` from the one before it. Prefer ADD COLUMN. On SQLite it runs with foreign keys off, so
    that a table may be rebuilt; afterwards references are checked and the triggers created anew."""

    number: int
    description: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


_WAIVERS_AND_SPRINTS = (
    "ALTER TABLE clock ADD COLUMN waived INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE ticket ADD COLUMN sprint VARCHAR",
    "ALTER TABLE desk ADD COLUMN fold INTEGER NOT NULL DEFAULT 1",
)

_RECORD_COLUMNS = (
    "ALTER TABLE ticket ADD COLUMN exempt VARCHAR",
    "ALTER TABLE ticket ADD COLUMN held VARCHAR",
    "ALTER TABLE ticket ADD COLUMN flags VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE message ADD COLUMN mark VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE message ADD COLUMN contact_id BIGINT",
    "ALTER TABLE organisation ADD COLUMN coverage VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE organisation ADD COLUMN handoff VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE desk ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE desk ADD COLUMN refolding VARCHAR NOT NULL DEFAULT ''",
)
_RECORD_INDEXES = (
    "CREATE INDEX record_state ON record (kind, state, at)",
    "CREATE INDEX record_key ON record (kind, key)",
)

_OVERRUN = ("ALTER TABLE clock ADD COLUMN overrun INTEGER NOT NULL DEFAULT 0",)

_SOURCE = ("ALTER TABLE ticket ADD COLUMN source VARCHAR",)

_BACKUP_COLUMNS = (
    "login VARCHAR NOT NULL, location VARCHAR NOT NULL, bytes BIGINT NOT NULL, events BIGINT NOT NULL, "
    "sha256 VARCHAR NOT NULL"
)

_TICKET_NUMBERS = (
    # Rows of `change` may be all that is left of a ticket: their numbers go over before the table does.
    "INSERT INTO ticket_number SELECT id FROM ticket UNION SELECT ticket_id FROM change WHERE ticket_id IS NOT NULL",
    "DROP TABLE change",
)

_SNOOZED_INDEX = (
    "CREATE INDEX ticket_snoozed ON ticket (snoozed_until, id) WHERE is_open = 1 AND snoozed_until IS NOT NULL",
)

_ZONES = (
    "ALTER TABLE ticket ADD COLUMN zones VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE clock ADD COLUMN zones VARCHAR NOT NULL DEFAULT ''",
)

_DESK_EVENT_COLUMNS = "kind VARCHAR NOT NULL, actor VARCHAR NOT NULL, data TEXT NOT NULL, hash VARCHAR NOT NULL"
_DESK_CHAIN = "ALTER TABLE desk ADD COLUMN chain VARCHAR NOT NULL DEFAULT ''"

_DRAFT_COLUMNS = (
    "key VARCHAR NOT NULL, login VARCHAR NOT NULL, behind VARCHAR NOT NULL DEFAULT '', kind VARCHAR NOT NULL"
)
_DRAFT_INDEX = "CREATE INDEX draft_owner ON draft (login, behind)"

_TEMPLATE_COLUMNS = (
    "kind VARCHAR NOT NULL, owner VARCHAR NOT NULL DEFAULT '', key VARCHAR NOT NULL, "
    "language VARCHAR NOT NULL DEFAULT '', document TEXT NOT NULL"
)
_TEMPLATE_INDEX = "CREATE UNIQUE INDEX template_key ON template (kind, owner, key, language)"

_SAVED_VIEW_COLUMNS = (
    "key VARCHAR NOT NULL PRIMARY KEY, login VARCHAR NOT NULL, name VARCHAR NOT NULL, team VARCHAR NOT NULL DEFAULT ''"
)
_SAVED_VIEW_INDEX = (
    "CREATE UNIQUE INDEX saved_view_name ON saved_view (login, name)",
    "CREATE TABLE view_choice (login VARCHAR NOT NULL PRIMARY KEY, data TEXT NOT NULL)",
)

POSTGRESQL_PRESENCE = (
    # A repetition has room in the page of the row that it replaces, so that the table does not grow
    f"CREATE UNLOGGED TABLE {PRESENCE_TABLE} (session VARCHAR NOT NULL PRIMARY KEY, login VARCHAR NOT NULL, "
    "ticket_id BIGINT NOT NULL, writing VARCHAR NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL) WITH (fillfactor = 50)",
)
"""The table of a PostgreSQL desk's presence; a SQLite desk has a file beside it instead."""

_CONTENT_COLUMNS = "digest VARCHAR NOT NULL PRIMARY KEY, size BIGINT NOT NULL"
_ATTACHMENT_COLUMNS = (
    "seq INTEGER NOT NULL, place INTEGER NOT NULL, type VARCHAR NOT NULL, size BIGINT NOT NULL, salt VARCHAR NOT NULL, "
    "content VARCHAR REFERENCES file_content (digest), PRIMARY KEY (ticket_id, seq, place)"
)
_ATTACHMENT_INDEX = "CREATE INDEX attachment_content ON attachment (content)"

_SALTED_TABLES = ("agent", "organisation", "contact")
_SALTS = (
    *(f"ALTER TABLE {table} ADD COLUMN salt VARCHAR NOT NULL DEFAULT ''" for table in _SALTED_TABLES),
    "ALTER TABLE desk ADD COLUMN covers_people INTEGER NOT NULL DEFAULT 0",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        2,
        "missed targets may be waived, tickets scheduled and put off",
        sqlite=(*_WAIVERS_AND_SPRINTS, "ALTER TABLE ticket ADD COLUMN snoozed_until DATETIME"),
        postgresql=(*_WAIVERS_AND_SPRINTS, "ALTER TABLE ticket ADD COLUMN snoozed_until TIMESTAMP WITH TIME ZONE"),
    ),
    Migration(
        3,
        "tickets carry records, colleagues may be away, and looking may be written down",
        sqlite=(
            *_RECORD_COLUMNS,
            "ALTER TABLE agent ADD COLUMN away_until DATETIME",
            "ALTER TABLE agent ADD COLUMN certified BOOLEAN NOT NULL DEFAULT 0",
            "CREATE TABLE record (ticket_id INTEGER NOT NULL REFERENCES ticket (id), kind VARCHAR NOT NULL, "
            "key VARCHAR NOT NULL, state VARCHAR NOT NULL, who VARCHAR NOT NULL, at DATETIME NOT NULL, "
            "due_at DATETIME, data TEXT NOT NULL, PRIMARY KEY (ticket_id, kind, key))",
            *_RECORD_INDEXES,
            "CREATE TABLE access (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at DATETIME NOT NULL, "
            "login VARCHAR NOT NULL, ticket_id INTEGER, what VARCHAR NOT NULL)",
        ),
        postgresql=(
            *_RECORD_COLUMNS,
            "ALTER TABLE agent ADD COLUMN away_until TIMESTAMP WITH TIME ZONE",
            "ALTER TABLE agent ADD COLUMN certified BOOLEAN NOT NULL DEFAULT FALSE",
            "CREATE TABLE record (ticket_id BIGINT NOT NULL REFERENCES ticket (id), kind VARCHAR NOT NULL, "
            "key VARCHAR NOT NULL, state VARCHAR NOT NULL, who VARCHAR NOT NULL, "
            "at TIMESTAMP WITH TIME ZONE NOT NULL, due_at TIMESTAMP WITH TIME ZONE, data TEXT NOT NULL, "
            "PRIMARY KEY (ticket_id, kind, key))",
            *_RECORD_INDEXES,
            "CREATE TABLE access (id BIGSERIAL PRIMARY KEY, at TIMESTAMP WITH TIME ZONE NOT NULL, "
            "login VARCHAR NOT NULL, ticket_id BIGINT, what VARCHAR NOT NULL)",
        ),
    ),
    Migration(4, "clocks know by how much they are overdue, pauses left out", sqlite=_OVERRUN, postgresql=_OVERRUN),
    Migration(
        5,
        "numbers of tickets are noted, and the log of changes that nobody read is gone",
        sqlite=("CREATE TABLE ticket_number (ticket_id INTEGER NOT NULL PRIMARY KEY)", *_TICKET_NUMBERS),
        postgresql=(
            # Nobody adds a ticket between the copy of the numbers and the trigger that notes them from then on.
            "LOCK TABLE ticket IN SHARE ROW EXCLUSIVE MODE",
            "CREATE TABLE ticket_number (ticket_id BIGINT NOT NULL PRIMARY KEY)",
            *_TICKET_NUMBERS,
        ),
    ),
    Migration(6, "tickets say which mailbox, form or system they came through", sqlite=_SOURCE, postgresql=_SOURCE),
    Migration(
        7,
        "a desk knows of its backups and of the time zones it was reckoned by, and has a history of its own",
        sqlite=(
            "CREATE TABLE backup (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, made_at DATETIME NOT NULL, "
            f"{_BACKUP_COLUMNS}, drilled_at DATETIME)",
            f"CREATE TABLE desk_event (seq INTEGER NOT NULL PRIMARY KEY, at DATETIME NOT NULL, {_DESK_EVENT_COLUMNS})",
            _DESK_CHAIN,
            *_SNOOZED_INDEX,
            *_ZONES,
        ),
        postgresql=(
            "CREATE TABLE backup (id BIGSERIAL PRIMARY KEY, made_at TIMESTAMP WITH TIME ZONE NOT NULL, "
            f"{_BACKUP_COLUMNS}, drilled_at TIMESTAMP WITH TIME ZONE)",
            "CREATE TABLE desk_event (seq BIGINT NOT NULL PRIMARY KEY, at TIMESTAMP WITH TIME ZONE NOT NULL, "
            f"{_DESK_EVENT_COLUMNS})",
            _DESK_CHAIN,
            *_SNOOZED_INDEX,
            *_ZONES,
        ),
    ),
    Migration(
        8,
        "drafts, files, views, templates and macros are kept, words of texts indexed, and agents seen at their tickets",
        sqlite=(
            f"CREATE TABLE draft (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, {_DRAFT_COLUMNS}, ticket_id INTEGER, "
            "saved_at DATETIME NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL)",
            _DRAFT_INDEX,
            f"CREATE TABLE template (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, {_TEMPLATE_COLUMNS}, "
            "saved_at DATETIME NOT NULL, saved_by VARCHAR NOT NULL)",
            _TEMPLATE_INDEX,
            f"CREATE TABLE saved_view ({_SAVED_VIEW_COLUMNS}, saved_at DATETIME NOT NULL, data TEXT NOT NULL)",
            *_SAVED_VIEW_INDEX,
            *SQLITE_INDEX,
            SQLITE_REBUILD,
            f"CREATE TABLE file_content ({_CONTENT_COLUMNS}, bytes BLOB NOT NULL)",
            "CREATE TABLE attachment (ticket_id INTEGER NOT NULL REFERENCES ticket (id), "
            f"name_id INTEGER NOT NULL REFERENCES personal_text (id), {_ATTACHMENT_COLUMNS})",
            _ATTACHMENT_INDEX,
        ),
        postgresql=(
            f"CREATE TABLE draft (id BIGSERIAL PRIMARY KEY, {_DRAFT_COLUMNS}, ticket_id BIGINT, "
            "saved_at TIMESTAMP WITH TIME ZONE NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL)",
            _DRAFT_INDEX,
            f"CREATE TABLE template (id BIGSERIAL PRIMARY KEY, {_TEMPLATE_COLUMNS}, "
            "saved_at TIMESTAMP WITH TIME ZONE NOT NULL, saved_by VARCHAR NOT NULL)",
            _TEMPLATE_INDEX,
            f"CREATE TABLE saved_view ({_SAVED_VIEW_COLUMNS}, "
            "saved_at TIMESTAMP WITH TIME ZONE NOT NULL, data TEXT NOT NULL)",
            *_SAVED_VIEW_INDEX,
            *POSTGRESQL_INDEX,
            *POSTGRESQL_PRESENCE,
            f"CREATE TABLE file_content ({_CONTENT_COLUMNS}, bytes BYTEA NOT NULL)",
            "CREATE TABLE attachment (ticket_id BIGINT NOT NULL REFERENCES ticket (id), "
            f"name_id BIGINT NOT NULL REFERENCES personal_text (id), {_ATTACHMENT_COLUMNS})",
            _ATTACHMENT_INDEX,
        ),
    ),
    Migration(
        9,
        "the desk's own history vouches for people: agents, clients and contacts have salts of their digests there",
        sqlite=(*_SALTS, *(f"UPDATE {table} SET salt = lower(hex(randomblob(16)))" for table in _SALTED_TABLES)),
        postgresql=(
            *_SALTS,
            *(f"UPDATE {table} SET salt = replace(gen_random_uuid()::text, '-', '')" for table in _SALTED_TABLES),
        ),
    ),
)
"""In the order of their numbers, without a gap, up to SCHEMA."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The result of an upgrade, for the person to read. backup: the copy of the SQLite file as it was; None on
    PostgreSQL, whose administrator keeps backups."""

    place: str
    before: int
    after: int
    backup: Path | None

    def __str__(self) -> str:
        kept = f"; the desk as it was is kept in {self.backup}" if self.backup else ""
        return f"Upgraded the desk at {self.place} from layout {self.before} to {self.after}{kept}."


def ensure_layout(
    connection: Any, url: str, *, migrations: Sequence[Migration] = MIGRATIONS, schema: int = SCHEMA
) -> Upgrade | None:
    """Upgrade the store behind a bare connection if its layout is older. Raises DeskError for a newer layout, and for
    what is no desk."""
    number = read_schema_number(connection, url)
    if number is None or number == schema:
        return None
    if number > schema:
        raise errors.newer_layout_error(url, number, schema)
    return upgrade(url, migrations, schema)


def upgrade(
    url: str, migrations: Sequence[Migration] = MIGRATIONS, schema: int = SCHEMA, *, keeps_copy: bool = True
) -> Upgrade | None:
    """Bring a store to a layout: copy, migrate, check, commit. None when another process was faster. keeps_copy: keep a
    SQLite file as it was; false for a file that is a copy already. Raises DeskError, and leaves the store as it was,
    when it cannot be done."""
    if dialect(url) == "sqlite":
        return _upgrade_sqlite(url, migrations, schema, keeps_copy=keeps_copy)
    return _upgrade_postgresql(url, migrations, schema)


def _upgrade_sqlite(
    url: str, migrations: Sequence[Migration], schema: int, *, keeps_copy: bool = True
) -> Upgrade | None:
    connection = connect_sqlite(url)
    try:
        # Before the transaction: inside one SQLite ignores it
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        # Read again under the lock: another process may have been faster
        number = read_schema_number(connection, url)
        if number is None or number >= schema:
            return None
        steps = _pending_migrations(url, number, migrations, schema)
        backup = _back_up(url, number) if keeps_copy else None
        for step in steps:
            for statement in step.sqlite:
                connection.execute(statement)
        # A table that was rebuilt has lost its triggers.
        for statement in trigger_statements("sqlite"):
            connection.execute(statement)
        connection.execute("UPDATE desk SET schema_number = ?", (schema,))
        dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
        if dangling is not None:
            raise _upgrade_failed(
                url, number, schema, f"a row of {dangling[0]} refers to a row of {dangling[2]} that is gone"
            )
        connection.execute("COMMIT")
    except DeskError:
        raise
    except Exception as error:
        raise errors.to_desk_error(error, url) or _upgrade_failed(url, number, schema, str(error)) from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.close()
    return Upgrade(display_location(url), number, schema, backup)


def _upgrade_postgresql(url: str, migrations: Sequence[Migration], schema: int) -> Upgrade | None:
    connection = connect_postgresql(url, autocommit=False, statement_timeout=0)
    try:
        # Two processes that open an older desk at once: the second waits here, and then finds it upgraded.
        connection.execute("LOCK TABLE desk IN ACCESS EXCLUSIVE MODE")
        number = read_schema_number(connection, url)
        if number is None or number >= schema:
            return None
        for step in _pending_migrations(url, number, migrations, schema):
            for statement in step.postgresql:
                connection.execute(statement)
        for statement in trigger_statements("postgresql"):
            connection.execute(statement)
        connection.execute("UPDATE desk SET schema_number = %s", (schema,))
        connection.commit()
    except DeskError:
        raise
    except Exception as error:
        raise errors.to_desk_error(error, url) or _upgrade_failed(
            url, number, schema, errors.first_line(error)
        ) from error
    finally:
        connection.close()
    return Upgrade(display_location(url), number, schema, None)


def _pending_migrations(url: str, number: int, migrations: Sequence[Migration], schema: int) -> list[Migration]:
    """Return the migrations from a layout to another, in order. Raises DeskError when one between them is unknown."""
    steps = [step for step in migrations if number < step.number <= schema]
    if [step.number for step in steps] != list(range(number + 1, schema + 1)):
        raise DeskError(
            f"No way is known from layout {number} of the desk at {display_location(url)} to {schema}: "
            "open it once with the deskterm version in between."
        )
    return steps


def _back_up(url: str, number: int) -> Path:
    """Copy the whole store to a file beside it, readable by its owner only. It gets its name when it is complete: half
    a backup would look like one (D-48). Called under the store's lock, so nobody else copies meanwhile."""
    path = sqlite_path(url)
    unfinished = path.with_name(f"{path.name}.layout-{number}.part")
    try:
        unfinished.unlink(missing_ok=True)  # of a call that was killed
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _copy_store(url, unfinished)
        backup = _free_backup_path(path, number)
        unfinished.rename(backup)
    except OSError as error:
        raise errors.unwritable_error(url, f"no backup before the upgrade: {error.strerror}") from error
    except sqlite3.Error as error:
        raise errors.unwritable_error(url, f"no backup before the upgrade: {error}") from error
    finally:
        for remnant in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
            remnant.unlink(missing_ok=True)
    return backup


def _copy_store(url: str, target_path: Path) -> None:
    """Copy a store into an empty file, down to the disk."""
    # A connection of its own: the one that upgrades is inside its transaction, and this one sees the state before it.
    source = connect_sqlite(url, writing=False)
    target = connect_sqlite(f"sqlite:///{target_path}")
    try:
        source.backup(target, pages=-1)  # in one go: in parts it starts over whenever somebody writes
    finally:
        target.close()
        source.close()
    descriptor = os.open(target_path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _free_backup_path(path: Path, number: int) -> Path:
    backup = path.with_name(f"{path.name}.layout-{number}.backup")
    copies = 1
    while backup.exists():
        copies += 1
        backup = path.with_name(f"{path.name}.layout-{number}.backup-{copies}")
    return backup


def _upgrade_failed(url: str, number: int | None, schema: int, reason: str) -> DeskError:
    return DeskError(
        f"The desk at {display_location(url)} could not be upgraded from layout {number} to {schema} ({reason}): "
        "it is as it was; go on with the version before, and report this."
    )

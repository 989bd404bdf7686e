"""Upgrade of a store from an older layout (`migrations`).

All migrations of an upgrade run in one transaction; a SQLite file is copied first, next to the store.
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
from deskterm.store.db.migrations import MIGRATIONS, SCHEMA, Migration
from deskterm.store.db.triggers import trigger_statements


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

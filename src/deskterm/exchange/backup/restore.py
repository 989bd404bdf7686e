"""The way back from a backup: everything is checked on a copy before the desk is touched, and the desk that was there
is moved aside, never deleted (R-82)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.desk_history import record_state, recorded_changes
from deskterm.desk.history.integrity import refresh_projections
from deskterm.errors import DeskError
from deskterm.exchange.backup import postgresql_dump
from deskterm.exchange.backup.file_swap import Unreadable, replace_file, sole_user
from deskterm.exchange.backup.log import load_backups, record_backup
from deskterm.exchange.backup.loss import Loss, find_loss
from deskterm.exchange.backup.manifest import Manifest, manifest_path
from deskterm.exchange.backup.proof import DeskContents, check_chains, read_contents
from deskterm.exchange.backup.unpacking import (
    check_against_manifest,
    no_backup_error,
    opened_backup,
    unpacked_postgresql,
    unpacked_sqlite,
)
from deskterm.named_files import refuse_device
from deskterm.progress import Progress
from deskterm.store.db import errors
from deskterm.store.db.connection import read_schema_number
from deskterm.store.db.engine import Store
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.location import dialect, display_location, sqlite_path
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import table_of
from deskterm.store.db.upgrade import upgrade

_desk = table_of(DeskRow)


@dataclass(frozen=True, slots=True)
class PreparedRestore:
    """A backup that was unpacked, brought to the present layout and proved, and has not replaced anything yet.

    place: where it waits, a URL. layout: that of the backup, before it was brought up. had_desk: whether there is
    something at the desk's place.
    """

    url: str
    place: str
    contents: DeskContents
    manifest: Manifest | None
    layout: int
    had_desk: bool
    loss: Loss


@contextmanager
def prepare_restore(
    url: str,
    backup: Path,
    *,
    now: datetime,
    needs_manifest: bool = True,
    name: str = "",
    progress: Progress | None = None,
) -> Iterator[PreparedRestore]:
    """Check a backup and bring a copy of it to the present layout, beside the desk at a URL, which stays as it is.

    needs_manifest: refuse a file without one. name: of the backup as it was given, for messages. Raises DeskError for a
    backup that is damaged, of a newer layout, of another desk or of the other database. The copy is removed at the end
    unless `finish_restore` took it.
    """
    name = name or str(backup)
    refuse_device(backup)
    with opened_backup(backup, name) as (file, manifest):
        if manifest is None and needs_manifest:
            raise DeskError(
                f"{name} has no manifest ({manifest_path(backup).name}) beside it, so nobody knows whether it is what"
                " was made: bring both files here, or say --without-manifest if there is none."
            )
        if manifest is not None:
            check_against_manifest(file, name, manifest, url)
        unpacked = unpacked_sqlite if dialect(url) == "sqlite" else unpacked_postgresql
        with unpacked(url, file, name, now) as place:
            layout = _bring_up(place, url, name)
            with ReadConnection(place) as reader:
                contents = read_contents(reader)
                check_chains(reader, name, progress)
            if manifest is not None and contents.events != manifest.events:
                raise DeskError(
                    f"{name} holds {contents.events} events where its manifest says {manifest.events}: "
                    "restore another backup."
                )
            had_desk = _has_something(url)
            loss = find_loss(url, place, contents) if had_desk else Loss(True)
            yield PreparedRestore(url, place, contents, manifest, layout, had_desk, loss)


def finish_restore(prepared: PreparedRestore, location: str, *, now: datetime, login: str = SYSTEM_ACTOR) -> str:
    """Put a prepared backup in the desk's place, and return where the desk that was there is now; empty if there was
    none. location: where the backup lies, for the desk's own list and its history, which says that `login` restored
    it. Raises DeskError, and changes nothing, when another process has the desk open."""
    if prepared.manifest is not None:
        _record_origin(prepared, location)
    _record_restore(prepared, location, login, now)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    if dialect(prepared.url) == "sqlite":
        return replace_file(prepared.url, prepared.place, stamp, had_desk=prepared.had_desk)
    name = postgresql_dump.database_of(prepared.url)
    aside = postgresql_dump.name_beside(prepared.url, f"_before_{stamp.lower()}") if prepared.had_desk else ""
    postgresql_dump.swap_databases(prepared.url, postgresql_dump.database_of(prepared.place), aside or name)
    return aside and display_location(postgresql_dump.with_database(prepared.url, aside))


def require_unused(url: str) -> None:
    """Raise DeskError when another process has the desk open, as a look before long work; `finish_restore` makes
    sure."""
    if dialect(url) == "postgresql":
        postgresql_dump.require_unconnected(url)
    elif sqlite_path(url).exists():
        with suppress(Unreadable), sole_user(url):
            pass


def _bring_up(place: str, url: str, name: str) -> int:
    """Bring an unpacked backup to the present layout, rows included, and return the layout that it had. Raises
    DeskError when it is no desk, or a newer one."""
    with ReadConnection(place) as reader:
        # Errors about a database without a desk would name the copy, which the person does not know
        try:
            layout = read_schema_number(reader.driver_connection, place)
        except (NoDesk, errors.ForeignDatabase) as error:
            raise no_backup_error(name) from error
    if layout is None:
        raise no_backup_error(name)
    if layout > SCHEMA:
        raise errors.newer_layout_error(url, layout, SCHEMA)
    if layout < SCHEMA:
        upgrade(place, keeps_copy=False)
    store = Store(place)
    try:
        refresh_projections(store)
    finally:
        store.close()
    return layout


def _has_something(url: str) -> bool:
    return sqlite_path(url).exists() if dialect(url) == "sqlite" else postgresql_dump.has_database(url)


def _record_origin(prepared: PreparedRestore, location: str) -> None:
    """Let the restored desk know of the backup that it came from: it was made before the desk could know."""
    assert prepared.manifest is not None
    with open_reader(prepared.place) as reader:
        known = {row.made_at for row in load_backups(reader)}
    if int(prepared.manifest.made_at.timestamp()) not in known:
        record_backup(prepared.place, prepared.manifest, "deskterm", location)


def _record_restore(prepared: PreparedRestore, location: str, login: str, now: datetime) -> None:
    """Record in the restored desk's own history that it was restored, and so lacks what came after the backup
    (D-49)."""
    store = Store(prepared.place)
    try:
        with store.writing() as session:
            record_state(session)
            desk = session.execute(select(_desk.c.simulated, _desk.c.clock_offset)).one()
            at = now + timedelta(seconds=desk.clock_offset if desk.simulated else 0)
            lines = [f"from {location}, with {prepared.contents.events} events"]
            if prepared.loss.events:
                lines.append(f"{prepared.loss.events} later events were lost")
            with recorded_changes(session, "restored", at, login, lines=lines):
                pass  # the rows and the layout of the tables are those of the backup
    finally:
        store.close()

"""The way back from a backup: everything is checked on a copy before the desk is touched, and the desk that was there
is moved aside, never deleted (R-82)."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.desk_history import record_state, recorded_changes
from deskterm.desk.history.integrity import refresh_projections
from deskterm.errors import DeskError
from deskterm.exchange.backup import compression, postgresql_dump
from deskterm.exchange.backup.backup import hash_file
from deskterm.exchange.backup.compression import compression_of
from deskterm.exchange.backup.log import load_backups, record_backup
from deskterm.exchange.backup.manifest import SUFFIX, Manifest, manifest_path, parse_manifest, read_manifest
from deskterm.exchange.backup.proof import DeskContents, check_chains, check_file, read_contents
from deskterm.exchange.backup.sqlite_copy import sync
from deskterm.named_files import refuse_device
from deskterm.progress import Progress
from deskterm.store.db import errors
from deskterm.store.db.connection import connect_sqlite, read_schema_number
from deskterm.store.db.engine import Store
from deskterm.store.db.errors import NoDesk
from deskterm.store.db.instants import UnreadableInstant, seconds_from_stored
from deskterm.store.db.location import dialect, display_location, sqlite_path
from deskterm.store.db.migrations import SCHEMA, upgrade
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.db.sqlite.companion_files import LOG_ENDINGS, find_database
from deskterm.store.db.tables import Desk as DeskRow
from deskterm.store.db.tables import table_of

_desk = table_of(DeskRow)

_LOCK_START, _LOCK_LENGTH = 0x40000002, 510
"""Bytes of a SQLite file that readers lock (the file format's SHARED range)."""

_DUMP_HEADER = b"PGDMP"
"""The beginning of a dump of PostgreSQL in its custom format."""


@dataclass(frozen=True, slots=True)
class Loss:
    """The events that a desk holds and its backup does not.

    is_known: false when the desk is too damaged to be read. events, tickets: how many; since: the first of those
    events, epoch seconds.
    """

    is_known: bool
    events: int = 0
    tickets: int = 0
    since: int | None = None


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
    with _opened_backup(backup, name) as (file, manifest):
        if manifest is None and needs_manifest:
            raise DeskError(
                f"{name} has no manifest ({manifest_path(backup).name}) beside it, so nobody knows whether it is what"
                " was made: bring both files here, or say --without-manifest if there is none."
            )
        if manifest is not None:
            _check_against_manifest(file, name, manifest, url)
        unpacked = _unpacked_sqlite if dialect(url) == "sqlite" else _unpacked_postgresql
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
            loss = _find_loss(url, place, contents) if had_desk else Loss(True)
            yield PreparedRestore(url, place, contents, manifest, layout, had_desk, loss)


def finish_restore(prepared: PreparedRestore, location: str, *, now: datetime, login: str = SYSTEM_ACTOR) -> str:
    """Put a prepared backup in the desk's place, and return where the desk that was there is now; empty if there was
    none. location: where the backup lies, for the desk's own list and its history, which says that `login` restored
    it. Raises DeskError, and changes nothing, when another
    process has the desk open."""
    if prepared.manifest is not None:
        _record_origin(prepared, location)
    _record_restore(prepared, location, login, now)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    if dialect(prepared.url) == "sqlite":
        return _replace_file(prepared, stamp)
    name = postgresql_dump.database_of(prepared.url)
    aside = f"{name}_before_{stamp.lower()}" if prepared.had_desk else ""
    postgresql_dump.swap_databases(prepared.url, postgresql_dump.database_of(prepared.place), aside or name)
    return aside and display_location(postgresql_dump.with_database(prepared.url, aside))


def require_unused(url: str) -> None:
    """Raise DeskError when another process has the desk open, as a look before long work; `finish_restore` makes
    sure."""
    if dialect(url) == "postgresql":
        postgresql_dump.require_unconnected(url)
    elif sqlite_path(url).exists():
        with suppress(_Unreadable), _sole_user(url):
            pass


class _Unreadable(Exception):
    """A file that SQLite cannot open as a database."""


@contextmanager
def _opened_backup(backup: Path, name: str) -> Iterator[tuple[Path, Manifest | None]]:
    """Yield the file of a backup, and its manifest if it has one; a stream (`.tar`) is unpacked first. Raises DeskError
    when it cannot be read."""
    if backup.is_dir():
        raise DeskError(f"{name} is a folder: give one of the backups in it.")
    if not backup.exists():
        raise DeskError(f"There is no backup {name}: give a file that `deskterm backup` made.")
    if not tarfile.is_tarfile(backup):
        yield backup, read_manifest(backup)
        return
    with tempfile.TemporaryDirectory(prefix="deskterm-restore-") as folder, tarfile.open(backup) as archive:
        found: dict[bool, Path] = {}
        for entry in archive:
            if entry.isfile() and Path(entry.name).name == entry.name:
                archive.extract(entry, folder, filter="data")
                found[entry.name.endswith(SUFFIX)] = Path(folder) / entry.name
        if found.keys() != {True, False}:
            raise _no_backup_error(name)
        yield found[False], parse_manifest(found[True].read_text(encoding="utf-8"), found[True])


def _no_backup_error(name: str) -> DeskError:
    return DeskError(f"{name} is no backup of a desk: give a file that `deskterm backup` made.")


def _check_against_manifest(file: Path, name: str, manifest: Manifest, url: str) -> None:
    if manifest.database != dialect(url):
        kinds = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise DeskError(
            f"{name} is a backup of a desk in {kinds.get(manifest.database, manifest.database)}, and "
            f"{display_location(url)} is in {kinds[dialect(url)]}: give a place of the same kind with `--database`."
        )
    if manifest.layout > SCHEMA:
        raise errors.newer_layout_error(url, manifest.layout, SCHEMA)
    if file.stat().st_size != manifest.bytes or hash_file(file) != manifest.sha256:
        raise DeskError(
            f"{name} is not what was backed up (its SHA-256 differs from its manifest's): restore another backup."
        )


@contextmanager
def _unpacked_sqlite(url: str, backup: Path, name: str, now: datetime) -> Iterator[str]:
    """Unpack a backup beside the desk's file, in the same file system, and check the whole file."""
    path = sqlite_path(url)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, place = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".restoring")
    except OSError as error:
        raise errors.unwritable_error(url, (error.strerror or str(error)).lower()) from error
    copy = Path(place)
    try:
        try:
            with open(handle, "wb") as target, backup.open("rb") as source:
                compression.decompress(source, target, compression_of(backup), name)
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            raise errors.unwritable_error(url, (error.strerror or str(error)).lower()) from error
        if find_database(copy) is None:
            raise _no_backup_error(name)
        check_file(copy, name)
        yield f"sqlite:///{copy}"
    finally:
        for ending in ("", *LOG_ENDINGS):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)


@contextmanager
def _unpacked_postgresql(url: str, backup: Path, name: str, now: datetime) -> Iterator[str]:
    """Restore a dump into a database of its own on the desk's server. `finish_restore` renames it, and the database of
    that name is then gone."""
    database = f"{postgresql_dump.database_of(url)}_restored_{now.astimezone(UTC):%Y%m%dt%H%M%Sz}"
    with tempfile.TemporaryDirectory(prefix="deskterm-restore-") as folder:
        dump = backup
        if (kind := compression_of(backup)) != "none":
            dump = Path(folder) / "desk.dump"
            with backup.open("rb") as source, dump.open("wb") as target:
                compression.decompress(source, target, kind, name)
        with dump.open("rb") as file:
            if file.read(len(_DUMP_HEADER)) != _DUMP_HEADER:
                raise _no_backup_error(name)
        with postgresql_dump.restored_database(url, database, dump) as place:
            yield place


def _bring_up(place: str, url: str, name: str) -> int:
    """Bring an unpacked backup to the present layout, rows included, and return the layout that it had. Raises
    DeskError when it is no desk, or a newer one."""
    with ReadConnection(place) as reader:
        # Errors about a database without a desk would name the copy, which the person does not know
        try:
            layout = read_schema_number(reader.driver_connection, place)
        except (NoDesk, errors.ForeignDatabase) as error:
            raise _no_backup_error(name) from error
    if layout is None:
        raise _no_backup_error(name)
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


def _find_loss(url: str, place: str, contents: DeskContents) -> Loss:
    """Find out what the desk has and the backup has not. Raises DeskError when the two are different desks."""
    try:
        with ReadConnection(url) as current, ReadConnection(place) as restored:
            if read_schema_number(current.driver_connection, url) is None:
                return Loss(True)
            ((name, created_at),) = current.rows("SELECT name, created_at FROM desk")
            created = datetime.fromtimestamp(seconds_from_stored(created_at), UTC)
            if (name, created) != (contents.desk, contents.created_at):
                raise DeskError(
                    f"The backup is of {contents.desk!r}, and at {display_location(url)} is another desk, {name!r}: "
                    "give another place with `--database`, or move that desk away first."
                )
            return _compare_chains(current, restored)
    except NoDesk:
        return Loss(True)  # an empty file or database
    except (errors.DamagedDesk, UnreadableInstant, sqlite3.Error, ValueError, TypeError):
        return Loss(False)


def _compare_chains(current: ReadConnection, restored: ReadConnection) -> Loss:
    """Compare the ends of all chains: each names all that came before it."""
    ends = "SELECT id, version, hash FROM ticket"
    kept = {number: (version, end) for number, version, end in restored.rows(ends)}
    events, tickets, since = 0, 0, None
    for number, version, end in current.rows(ends):
        if kept.get(number) == (version, end):
            continue
        shared = _count_shared(current, number, kept.get(number, (0, "")))
        found = current.rows(
            "SELECT count(*), min(at) FROM event WHERE ticket_id = :number AND seq > :shared",
            {"number": number, "shared": shared},
        )
        ((count, first),) = found
        if not count:
            continue
        events, tickets = events + int(count), tickets + 1
        at = seconds_from_stored(first)
        since = at if since is None else min(since, at)
    return Loss(True, events, tickets, since)


def _count_shared(current: ReadConnection, number: int, end: tuple[int, str]) -> int:
    """Return how many events of a ticket the backup has too. end: version and hash of the ticket there."""
    version, digest = end
    found = current.rows(
        "SELECT 1 FROM event WHERE ticket_id = :number AND seq = :seq AND hash = :hash",
        {"number": number, "seq": version, "hash": digest},
    )
    return version if found else 0


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


def _replace_file(prepared: PreparedRestore, stamp: str) -> str:
    """Put the copy in the place of the desk's file. The name changes over in one step: at no instant is there no desk,
    or half of one."""
    path, copy = sqlite_path(prepared.url), sqlite_path(prepared.place)
    with closing(connect_sqlite(prepared.place)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    if not prepared.had_desk:
        try:
            os.link(copy, path)  # fails when somebody has made a desk there meanwhile
        except FileExistsError as error:
            raise errors.desk_exists_error(prepared.url) from error
        except OSError:  # a file system without hard links
            copy.replace(path)
        sync(path.parent)
        return ""
    aside = path.with_name(f"{path.name}.before-restore-{stamp}")
    _copy_rights(path, copy)
    sync(copy)
    try:
        with _sole_user(prepared.url):
            _keep_aside(path, aside)
            copy.replace(path)
    except _Unreadable:
        _require_unlocked(prepared.url)
        # What SQLite cannot open has no log that it could move into the file: all of it is kept as it lies there.
        for ending in LOG_ENDINGS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
        _keep_aside(path, aside)
        copy.replace(path)
    else:
        with closing(connect_sqlite(f"sqlite:///{aside}")) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    sync(path.parent)
    return str(aside)


@contextmanager
def _sole_user(url: str) -> Iterator[None]:
    """Hold a desk's file so that no other process reads or writes it, with all of its log in the file. Raises DeskError
    when another process has it open, _Unreadable when it is no database that SQLite could open."""
    try:
        connection = connect_sqlite(url, lock_timeout=0.5)
    except errors.DamagedDesk as error:
        raise _Unreadable from error
    path = sqlite_path(url)
    held = path.stat()
    with closing(connection):
        try:
            # SQLite leaves the write-ahead log only when nobody else has the file open, not even for reading.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except Exception as error:
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise errors.desk_in_use_error(url) from error
            raise _Unreadable from error
        try:
            yield
        finally:
            connection.rollback()
            # A file that keeps its place is a desk again, with its log. One that was replaced must not get one: the
            # log would bear the name of the new file's.
            with suppress(OSError):
                if os.path.samestat(held, path.stat()):
                    connection.execute("PRAGMA journal_mode = WAL")


def _require_unlocked(url: str) -> None:
    """Raise DeskError when another process holds SQLite's lock on a file that SQLite itself cannot open: in a desk's
    journal mode every connection holds it from its first read to its end."""
    with sqlite_path(url).open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCK_LENGTH, _LOCK_START)
        except OSError as error:
            raise errors.desk_in_use_error(url) from error


def _keep_aside(path: Path, aside: Path) -> None:
    """Give the desk's file a second name, under which it stays when another file takes its own."""
    try:
        os.link(path, aside)
    except OSError:  # a file system without hard links
        path.rename(aside)


def _copy_rights(source: Path, target: Path) -> None:
    """Give a file the rights and, where this user may, the owner and group of another one."""
    shutil.copymode(source, target)
    found = source.stat()
    with suppress(OSError):
        os.chown(target, found.st_uid, found.st_gid)

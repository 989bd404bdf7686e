"""Unpacking of a backup beside the desk that it is to replace, and its check against the manifest."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from deskterm.errors import DeskError
from deskterm.exchange.backup import compression, postgresql_dump
from deskterm.exchange.backup.backup import hash_file
from deskterm.exchange.backup.compression import compression_of
from deskterm.exchange.backup.manifest import SUFFIX, Manifest, parse_manifest, read_manifest
from deskterm.exchange.backup.proof import check_file
from deskterm.exchange.work_folder import SYSTEM_FOLDER, open_work_folder
from deskterm.store.db import errors
from deskterm.store.db.location import dialect, display_location, sqlite_path
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.sqlite.companion_files import find_database

_DUMP_HEADER = b"PGDMP"
"""The beginning of a dump of PostgreSQL in its custom format."""


@contextmanager
def opened_backup(backup: Path, name: str) -> Iterator[tuple[Path, Manifest | None]]:
    """Yield the file of a backup, and its manifest if it has one; a stream (`.tar`) is unpacked first. Raises DeskError
    when it cannot be read."""
    if backup.is_dir():
        raise DeskError(f"{name} is a folder: give one of the backups in it.")
    if not backup.exists():
        raise DeskError(f"There is no backup {name}: give a file that `deskterm backup` made.")
    if not tarfile.is_tarfile(backup):
        yield backup, read_manifest(backup)
        return
    with open_work_folder(SYSTEM_FOLDER, "deskterm-restore-") as folder, tarfile.open(backup) as archive:
        found: dict[bool, Path] = {}
        try:
            for entry in archive:
                if entry.isfile() and Path(entry.name).name == entry.name:
                    archive.extract(entry, folder, filter="data")
                    found[entry.name.endswith(SUFFIX)] = folder / entry.name
        except tarfile.TarError as error:
            raise DeskError(f"{name} ends too early, or is damaged: restore another backup.") from error
        if found.keys() != {True, False}:
            raise no_backup_error(name)
        yield found[False], parse_manifest(found[True].read_text(encoding="utf-8"), found[True])


def no_backup_error(name: str) -> DeskError:
    """Return the error about a file that is no backup. name: as it was given."""
    return DeskError(f"{name} is no backup of a desk: give a file that `deskterm backup` made.")


def check_against_manifest(file: Path, name: str, manifest: Manifest, url: str) -> None:
    """Raise DeskError for a file that is not what its manifest says, or is for the other database or a newer
    deskterm. name: of the backup as it was given."""
    if manifest.database != dialect(url):
        kinds = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise DeskError(
            f"{name} is a backup of a desk in {kinds.get(manifest.database, manifest.database)}, and "
            f"{display_location(url)} is in {kinds[dialect(url)]}: give a place of the same kind with `--database`."
        )
    if manifest.layout > SCHEMA:
        raise DeskError(
            f"{name} was made by {manifest.program}, which is newer (layout {manifest.layout}, this one knows"
            f" {SCHEMA}): restore it with that version."
        )
    if file.stat().st_size != manifest.bytes or hash_file(file) != manifest.sha256:
        raise DeskError(
            f"{name} is not what was backed up (its SHA-256 differs from its manifest's): restore another backup."
        )


@contextmanager
def unpacked_sqlite(url: str, backup: Path, name: str, now: datetime) -> Iterator[str]:
    """Unpack a backup beside the desk's file, in the same file system, and check the whole file."""
    path = sqlite_path(url)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable_error(url, error) from error
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(open_work_folder(path.parent, f".{path.name}.", ".restoring"))
            copy = folder / path.name
            copy.touch(0o600)
            with copy.open("wb") as target, backup.open("rb") as source:
                compression.decompress(source, target, compression_of(backup), name)
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            raise _unwritable_error(url, error) from error
        if find_database(copy) is None:
            raise no_backup_error(name)
        check_file(copy, name)
        yield f"sqlite:///{copy}"


def _unwritable_error(url: str, error: OSError) -> DeskError:
    return errors.unwritable_error(url, (error.strerror or str(error)).lower())


@contextmanager
def unpacked_postgresql(url: str, backup: Path, name: str, now: datetime) -> Iterator[str]:
    """Restore a dump into a database of its own on the desk's server. `finish_restore` renames it, and the database of
    that name is then gone."""
    database = postgresql_dump.name_beside(url, f"_restored_{now.astimezone(UTC):%Y%m%dt%H%M%Sz}")
    with open_work_folder(SYSTEM_FOLDER, "deskterm-restore-") as folder:
        dump = backup
        if (kind := compression_of(backup)) != "none":
            dump = folder / "desk.dump"
            with backup.open("rb") as source, dump.open("wb") as target:
                compression.decompress(source, target, kind, name)
        with dump.open("rb") as file:
            if file.read(len(_DUMP_HEADER)) != _DUMP_HEADER:
                raise no_backup_error(name)
        with postgresql_dump.restored_database(url, database, dump) as place:
            yield place

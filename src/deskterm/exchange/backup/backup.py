"""Making a backup: copy, sync, prove, and only then give it its name (R-79, R-80)."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from deskterm import __version__
from deskterm.errors import DeskError
from deskterm.exchange.backup import compression, postgresql_dump
from deskterm.exchange.backup.compression import Compression, compression_of
from deskterm.exchange.backup.desk_files import refuse_desk_file
from deskterm.exchange.backup.manifest import CHAINS, INTEGRITY, Manifest, build_file_name, manifest_path
from deskterm.exchange.backup.proof import DeskContents, check_chains, check_file, read_contents, read_desk_name
from deskterm.exchange.backup.sqlite_copy import copy_desk, sync
from deskterm.exchange.work_folder import SYSTEM_FOLDER, open_work_folder
from deskterm.progress import Progress
from deskterm.store.db.location import dialect, display_location
from deskterm.store.db.reader import ReadConnection, open_reader

ENDINGS = {"sqlite": ".sqlite3", "postgresql": ".dump"}


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and proved."""

    path: Path
    manifest: Manifest


def make_backup(
    url: str,
    target: Path,
    *,
    now: datetime,
    is_folder: bool = False,
    compress: Compression | None = None,
    quick: bool = False,
    progress: Progress | None = None,
) -> Backup:
    """Back the desk at a URL up into a file, or into a folder under a name of its own.

    is_folder: target is a folder, which need not be there yet. compress: None for what the file's ending says. quick:
    leave the chains of events unproved. Raises DeskError, and leaves nothing behind, when the file is there already,
    nothing can be written, or the copy is not sound.
    """
    place = _choose_place(url, target, now, compress, is_folder=is_folder or target.is_dir())
    kind = compression_of(place)
    compression.require_compression(kind)
    _create_folder(place.parent)
    try:
        with open_work_folder(place.parent, ".deskterm-backup-", ".part") as folder:
            copy = _create_file(folder / "copy")
            contents = _copy(url, copy, quick=quick, progress=progress)
            if kind != "none":
                packed = _create_file(folder / "packed")
                with packed.open("wb") as out:
                    compression.compress(copy, out, kind)
                copy = packed
            sync(copy)
            manifest = _describe(contents, copy, url, now, quick=quick)
            _publish(copy, manifest, place)
    except OSError as error:
        raise _unwritable_error(place, error) from error
    return Backup(place, manifest)


def stream_backup(
    url: str, out: BinaryIO, *, now: datetime, quick: bool = False, progress: Progress | None = None
) -> Manifest:
    """Write a proved backup and its manifest to an open file as a tar archive, for programs that encrypt or send it
    (R-81)."""
    with open_work_folder(SYSTEM_FOLDER, "deskterm-backup-") as folder:
        made = make_backup(url, folder, now=now, quick=quick, progress=progress)
        text = _manifest_text(made.manifest)
        with tarfile.open(fileobj=out, mode="w|") as archive:
            # The manifest first: who reads the stream knows what comes.
            archive.addfile(_tar_entry(manifest_path(made.path).name, len(text), now), BytesIO(text))
            with made.path.open("rb") as file:
                archive.addfile(_tar_entry(made.path.name, made.manifest.bytes, now), file)
    out.flush()
    return made.manifest


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(url: str, target: Path, *, quick: bool, progress: Progress | None) -> DeskContents:
    """Copy a desk into an empty file, prove the copy, and return what is in it."""
    if dialect(url) == "sqlite":
        copy_desk(url, target)
        check_file(target)
        with ReadConnection(f"sqlite:///{target}") as reader:
            contents = read_contents(reader)
            if not quick:
                check_chains(reader, display_location(url), progress)
        return contents
    with open_reader(url) as reader:
        # Before the snapshot, which is of no use without the program
        program = postgresql_dump.find_dump_program(reader.driver_connection.info.server_version)
        # The dump, the counts and the proof are all of one snapshot, however many write meanwhile.
        reader.driver_connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ((snapshot,),) = reader.rows("SELECT pg_export_snapshot()")
        postgresql_dump.dump_desk(url, program, target, snapshot)
        contents = read_contents(reader)
        if not quick:
            check_chains(reader, display_location(url), progress)
    postgresql_dump.check_dump(url, target)
    return contents


def _describe(contents: DeskContents, file: Path, url: str, now: datetime, *, quick: bool) -> Manifest:
    return Manifest(
        **asdict(contents),
        database=dialect(url),
        program=f"deskterm {__version__}",
        sha256=hash_file(file),
        bytes=file.stat().st_size,
        made_at=now,
        checked=(INTEGRITY,) if quick else (INTEGRITY, CHAINS),
    )


def _publish(file: Path, manifest: Manifest, place: Path) -> None:
    """Give a proved file its name, and put its manifest beside it. The manifest comes first: a file that was
    interrupted in between is a manifest without a backup, which nobody takes for one."""
    beside = _create_file(file.with_name("manifest"))
    beside.write_bytes(_manifest_text(manifest))
    sync(beside)
    if place.exists():
        raise _exists_error(place)
    beside.replace(manifest_path(place))
    try:
        os.link(file, place)
    except FileExistsError as error:
        raise _exists_error(place) from error
    except OSError:  # a file system without hard links
        file.replace(place)
    sync(place.parent)


def _choose_place(url: str, target: Path, now: datetime, compress: Compression | None, *, is_folder: bool) -> Path:
    """Return the file that a backup goes to. Raises DeskError when it is there already."""
    ending = "" if compress in (None, "none") else f".{compress}"
    if is_folder:
        with open_reader(url) as reader:
            name = read_desk_name(reader)
        target = target / build_file_name(name, now, ENDINGS[dialect(url)] + ending)
    elif compress is not None and compression_of(target) != compress:
        target = target.with_name(target.name + ending)
    if target.exists():
        raise _exists_error(target)
    refuse_desk_file(target)
    return target.absolute()


def _create_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable_error(folder, error) from error


def _create_file(path: Path) -> Path:
    """Create an empty file that only its owner may read."""
    path.touch(0o600)
    return path


def _manifest_text(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.to_json(), ensure_ascii=False, indent=2) + "\n").encode()


def _tar_entry(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(now.timestamp())
    return entry


def _exists_error(place: Path) -> DeskError:
    return DeskError(f"{place} is there already, and a backup replaces nothing: give another name, or a folder.")


def _unwritable_error(place: Path, error: OSError) -> DeskError:
    reason = (error.strerror or str(error)).lower()
    return DeskError(f"{place} cannot be written ({reason}); there is no backup: give a place that has room.")

"""Export of a whole desk: a folder or a tar file with a manifest and the rows of every table (R-65)."""

from __future__ import annotations

import hashlib
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Table

from deskterm import __version__
from deskterm.errors import DeskError, UsageError
from deskterm.exchange.transfer.manifest import FILE_NAME, DeskManifest, TableFile
from deskterm.exchange.transfer.table_rows import count_rows, find_tables, load_pages
from deskterm.exchange.work_folder import open_work_folder
from deskterm.progress import Progress
from deskterm.store.db.reader import ReadConnection

TAR_ENDINGS = (".tar", ".tar.gz", ".tgz")
_OTHER_ENDINGS = (".gz", ".zip", ".7z", ".bz2", ".xz", ".zst", ".rar", ".json", ".jsonl", ".csv", ".sqlite3")
"""Ends of names of files that this export does not make, and that nobody expects of a folder."""


def export_desk(
    reader: ReadConnection, place: Path, *, now: datetime, progress: Progress | None = None
) -> DeskManifest:
    """Write the whole desk, as it is at one instant, into a new folder, or a tar file by its ending. It gets its name
    when it is complete. Raises DeskError when there is something of that name, or nothing can be written there."""
    if place.exists() or place.is_symlink():
        raise DeskError(f"{place} is there already: give another name, or move that away first.")
    is_tar = place.name.endswith(TAR_ENDINGS)
    if not is_tar and place.name.lower().endswith(_OTHER_ENDINGS):
        endings = f"{', '.join(TAR_ENDINGS[:-1])} or {TAR_ENDINGS[-1]}"
        raise UsageError(f"{place.name} would be a folder: end its name in {endings} for a file, or in nothing.")
    try:
        with open_work_folder(place.parent, f".{place.name}.", ".part") as folder:
            with reader.snapshot():
                manifest = _write_tables(reader, folder, now, progress)
            if is_tar:
                _pack(folder, place)
            else:
                folder.rename(place)
            _sync(place.parent)
    except OSError as error:
        raise DeskError(f"{place} cannot be written: {(error.strerror or str(error)).lower()}.") from error
    return manifest


def _write_tables(reader: ReadConnection, folder: Path, now: datetime, progress: Progress | None) -> DeskManifest:
    ((desk, layout),) = reader.rows("SELECT name, schema_number FROM desk")
    procedures = tuple(digest for (digest,) in reader.rows("SELECT digest FROM procedure_version ORDER BY id"))
    total, done = count_rows(reader) if progress is not None else 0, 0
    files: dict[str, TableFile] = {}
    for table in find_tables():
        files[table.name] = _write_table(reader, table, folder, done, total, progress)
        done += files[table.name].rows
    if progress is not None:
        progress(done, total)
    exported_at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    manifest = DeskManifest(desk, exported_at, __version__, layout, procedures, files)
    path = folder / FILE_NAME
    path.write_text(manifest.format(), encoding="utf-8")
    _sync(path)
    return manifest


def _write_table(
    reader: ReadConnection, table: Table, folder: Path, done: int, total: int, progress: Progress | None
) -> TableFile:
    digest, rows = hashlib.sha256(), 0
    path = folder / f"{table.name}.jsonl"
    with path.open("wb") as file:
        for count, page in load_pages(reader, table):
            digest.update(page)
            file.write(page)
            rows += count
            if progress is not None:
                progress(done + rows, total)
    _sync(path)
    return TableFile(rows, digest.hexdigest())


def _pack(folder: Path, place: Path) -> None:
    """Pack a folder into a tar file that gets its name when it is complete. Times and owners are left out, so that the
    same desk gives the same bytes."""
    packed = folder / "packed"
    mode = "w" if place.name.endswith(".tar") else "w:gz"
    names = [FILE_NAME, *(f"{table.name}.jsonl" for table in find_tables())]
    with tarfile.open(packed, mode) as archive:  # type: ignore[call-overload]
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = (folder / name).stat().st_size, 0o600
            with (folder / name).open("rb") as file:
                archive.addfile(entry, file)
    packed.chmod(0o600)
    _sync(packed)
    os.link(packed, place)  # fails when somebody has made a file of that name meanwhile


def _sync(path: Path) -> None:
    """Have the system write a file or folder to the disk: a power cut must not leave an empty one under its name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

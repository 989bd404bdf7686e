"""Import of a whole desk into an empty place: verified first, then all of it or nothing (R-65)."""

from __future__ import annotations

import hashlib
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Table

from deskterm.errors import DeskError
from deskterm.exchange.backup.file_swap import replace_file
from deskterm.exchange.backup.proof import check_chains
from deskterm.exchange.transfer.manifest import FILE_NAME, DeskManifest, TableFile, parse_manifest
from deskterm.exchange.transfer.table_rows import (
    Connection,
    build_parser_of_lines,
    find_tables,
    load_pages,
    page_size,
)
from deskterm.exchange.work_folder import SYSTEM_FOLDER, open_work_folder
from deskterm.progress import Progress
from deskterm.store.db import errors
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.connection import read_schema_number
from deskterm.store.db.engine import Store, create_store
from deskterm.store.db.location import dialect, sqlite_path
from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.db.sqlite.number_gaps import allow_gaps

OpenFile = Callable[[str], IO[bytes]]
"""Opens a file of an exported desk by its name."""


def import_desk(url: str, place: Path, *, progress: Progress | None = None) -> DeskManifest:
    """Make a desk at a URL that is equal to the exported one in a folder or tar file.

    Everything is built and verified in a file of its own first: digests of the files, chains of events, and the rows
    against the manifest. Raises DeskError, and leaves nothing, when there is a desk already, or the files are not what
    was exported.
    """
    _require_no_desk(url)
    with _opened(place) as open_file:
        with open_file(FILE_NAME) as file:
            manifest = parse_manifest(file.read().decode("utf-8", "replace"), f"{place}: {FILE_NAME}")
        _require_fit(manifest, place)
        with _staged_desk(url) as staged:
            _fill(staged, manifest, open_file, place, progress)
            with open_reader(staged) as reader:
                check_chains(reader, str(place))
            if dialect(url) == "sqlite":
                # Nothing is moved aside, so nothing needs a stamp
                replace_file(url, staged, "", had_desk=False)
                return manifest
        _fill(url, manifest, open_file, place, progress)
    return manifest


def _require_no_desk(url: str) -> None:
    if dialect(url) == "sqlite":
        if sqlite_path(url).exists():
            raise errors.desk_exists_error(url)
        return
    with suppress(errors.NoDesk):
        with ReadConnection(url) as reader:
            layout = read_schema_number(reader.driver_connection, url)
        if layout is not None:
            raise errors.desk_exists_error(url)


def _require_fit(manifest: DeskManifest, place: Path) -> None:
    """Raise DeskError when the desk has another layout than this program's, or lacks a table."""
    if manifest.layout != SCHEMA:
        raise DeskError(
            f"{place} was exported by deskterm {manifest.program} with layout {manifest.layout}, and this one has "
            f"layout {SCHEMA}: import it with that version, and open the desk with this one."
        )
    expected = {table.name for table in find_tables()}
    if expected != set(manifest.tables):
        odd = ", ".join(sorted(expected ^ set(manifest.tables)))
        raise DeskError(f"{place} is no whole desk ({odd}): export it again.")


@contextmanager
def _staged_desk(url: str) -> Iterator[str]:
    """Yield the URL of an empty store beside a SQLite desk, or in a temporary folder; it is removed at the end."""
    beside = sqlite_path(url).parent if dialect(url) == "sqlite" else SYSTEM_FOLDER
    if not beside.is_dir():
        raise DeskError(f"{beside} is no folder: make it first, or give another place.")
    try:
        with open_work_folder(beside, ".deskterm-import-") as folder:
            yield f"sqlite:///{folder / 'desk.sqlite3'}"
    except OSError as error:
        raise DeskError(f"Nothing can be written to {beside}: {(error.strerror or str(error)).lower()}.") from error


def _fill(url: str, manifest: DeskManifest, open_file: OpenFile, place: Path, progress: Progress | None) -> None:
    """Create a store and insert every row, in one transaction that ends when the rows are those of the manifest."""
    total, done = sum(file.rows for file in manifest.tables.values()), 0
    store = create_store(url)
    try:
        with store.bulk() as bulk:
            for table in find_tables():
                _insert_table(store, bulk, table, manifest.tables[table.name], open_file, place)
                done += manifest.tables[table.name].rows
                if progress is not None:
                    progress(done, total)
            if bulk.dialect == "sqlite":
                allow_gaps(bulk.execute)
            _require_equal(_OwnTransaction(bulk), manifest, place)
    finally:
        store.close()


def _insert_table(
    store: Store, bulk: BulkWriter, table: Table, expected: TableFile, open_file: OpenFile, place: Path
) -> None:
    columns = [column.name for column in table.columns]
    digest = hashlib.sha256()
    parse, size = build_parser_of_lines(table), page_size(table)

    def read_rows() -> Iterator[Sequence[Any]]:
        with open_file(f"{table.name}.jsonl") as file:
            while lines := list(islice(file, size)):
                digest.update(b"".join(lines))
                yield from parse(lines)

    try:
        if table.name == "ticket_number":
            _insert_numbers(bulk, read_rows())
        else:
            bulk.insert(table.name, columns, read_rows())
    except (DeskError, sqlite3.IntegrityError, sqlite3.DataError, ValueError, OverflowError) as error:
        # Rows that a changed file holds may break anything, before its digest is known: that is the better reason
        if _compute_digest(open_file, table.name) == expected.sha256:
            if isinstance(error, DeskError):
                raise
            raise DeskError(f"{place}: the rows of {table.name}.jsonl are none of a desk ({error}).") from error
        raise _changed_file_error(place, table.name) from error
    if digest.hexdigest() != expected.sha256:
        raise _changed_file_error(place, table.name)


def _compute_digest(open_file: OpenFile, name: str) -> str:
    digest = hashlib.sha256()
    with open_file(f"{name}.jsonl") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _changed_file_error(place: Path, name: str) -> DeskError:
    return DeskError(f"{place}: {name}.jsonl is not what was exported: its digest does not fit.")


def _insert_numbers(bulk: BulkWriter, rows: Iterator[Sequence[Any]]) -> None:
    """Insert the numbers of tickets that are gone; a trigger has written those of the others. The next ticket gets a
    number beyond all of them, because none is given out twice."""
    written = {number for (number,) in bulk.execute("SELECT ticket_id FROM ticket_number")}
    missing = [row for row in rows if row[0] not in written]
    if missing:
        bulk.insert("ticket_number", ("ticket_id",), missing)
    highest = max([*written, *(row[0] for row in missing)], default=0)
    if highest and bulk.dialect == "sqlite":
        bulk.execute("UPDATE sqlite_sequence SET seq = max(seq, :highest) WHERE name = 'ticket'", {"highest": highest})
    elif highest:
        bulk.execute("SELECT setval('ticket_id_seq', :highest)", {"highest": highest})


class _OwnTransaction:
    """Reads what a bulk writer has written and not committed yet."""

    def __init__(self, bulk: BulkWriter) -> None:
        self.dialect, self.rows = bulk.dialect, bulk.execute


def _require_equal(reader: Connection, manifest: DeskManifest, place: Path) -> None:
    """Raise DeskError when the rows that are there now are not those of the manifest."""
    for table in find_tables():
        digest = hashlib.sha256()
        for _, page in load_pages(reader, table):
            digest.update(page)
        if digest.hexdigest() != manifest.tables[table.name].sha256:
            raise DeskError(f"{place}: the rows of {table.name} would not be those that were exported.")


@contextmanager
def _opened(place: Path) -> Iterator[OpenFile]:
    """Open an exported desk. Raises DeskError when it is none."""
    if place.is_dir():
        yield lambda name: _open_in_folder(place, name)
        return
    try:
        with tarfile.open(place, "r:*") as archive:
            yield lambda name: _open_in_archive(archive, place, name)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise DeskError(f"{place} is no exported desk: give a folder or tar file of `deskterm export desk`.") from error


def _open_in_folder(folder: Path, name: str) -> IO[bytes]:
    try:
        return (folder / name).open("rb")
    except OSError as error:
        raise DeskError(f"{folder} lacks {name}: it is no exported desk, or not all of one.") from error


def _open_in_archive(archive: tarfile.TarFile, place: Path, name: str) -> IO[bytes]:
    try:
        found = archive.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise DeskError(f"{place} lacks {name}: it is no exported desk, or not all of one.")
    return found

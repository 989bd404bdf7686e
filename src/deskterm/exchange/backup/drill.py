"""The drill: a backup is restored into a temporary store, everything in it checked as `deskterm doctor` does, and last
month's figures compared with those of the desk (R-83)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deskterm.desk.history.integrity import IntegrityReport, check_integrity, refresh_projections
from deskterm.errors import DeskError
from deskterm.exchange.backup import postgresql_dump
from deskterm.exchange.backup.last_month import ComparedMonth, compare_last_month
from deskterm.exchange.backup.restore import prepare_restore
from deskterm.exchange.work_folder import SYSTEM_FOLDER, open_work_folder
from deskterm.progress import Progress
from deskterm.store.db.engine import Store, open_store
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import ReadConnection, open_reader


@dataclass(frozen=True, slots=True)
class Drill:
    """The result of a drill. seconds: how long restoring and checking took. month: the one whose figures were
    compared."""

    report: IntegrityReport
    seconds: float
    month: ComparedMonth | None = None


def drill_backup(url: str, backup: Path, *, now: datetime, progress: Progress | None = None) -> Drill:
    """Restore a backup of the desk at a URL into a temporary store, check that, and remove it. Raises DeskError when
    the backup cannot be restored or what it holds is not sound."""
    began = time.monotonic()
    with _temporary_place(url, now) as place, prepare_restore(place, backup, now=now) as prepared:
        store = Store(prepared.place)
        try:
            report = check_integrity(store, progress=progress)
        finally:
            store.close()
        month = None
        if not report.findings:
            with _open_current(url) as desk, open_reader(prepared.place) as restored:
                month = compare_last_month(desk, restored, str(backup))
    if report.findings:
        more = f", and {len(report.findings) - 1} more" if len(report.findings) > 1 else ""
        raise DeskError(
            f"{backup} was restored, and is not sound ({report.findings[0].sentence}{more}): see `deskterm doctor`."
        )
    return Drill(report, time.monotonic() - began, month)


def _open_current(url: str) -> ReadConnection:
    """Open the desk with its rows as this edition writes them, because figures are counted from them."""
    store = open_store(url)
    try:
        refresh_projections(store)
    finally:
        store.close()
    return open_reader(url)


@contextmanager
def _temporary_place(url: str, now: datetime) -> Iterator[str]:
    """Yield the URL of a place for a desk that is not there, on the same kind of database."""
    if dialect(url) == "postgresql":
        # Never created: the backup is unpacked into a database beside it, which is dropped at the end.
        name = postgresql_dump.name_beside(url, f"_drill_{now.astimezone(UTC):%Y%m%dt%H%M%Sz}")
        yield postgresql_dump.with_database(url, name)
        return
    with open_work_folder(SYSTEM_FOLDER, "deskterm-drill-") as folder:
        yield f"sqlite:///{folder / 'desk.sqlite3'}"

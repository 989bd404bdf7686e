"""Bringing an event log in: a log and its mapping in, tickets with their whole history out, in one transaction."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from deskterm.desk.api import open_desk
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.mapping import LogMapping
from deskterm.exchange.importing.report import ImportRefused, ImportReport
from deskterm.exchange.importing.row_groups import group_rows
from deskterm.exchange.importing.row_reader import RowReader
from deskterm.exchange.importing.writer import LogWriter
from deskterm.progress import Progress
from deskterm.store.db.engine import Store


def import_events(
    store: Store,
    log: Path,
    mapping: LogMapping,
    *,
    until: datetime | None = None,
    strict: bool = False,
    now: datetime,
    actor: str,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring a log in. Rows that were taken before are known and left; those that a log has more than last time are
    added. until: rows after that instant are left for later. strict: stop, with nothing written, at anything there
    would be to report. actor: the login of the admin at work. progress: see `deskterm.exchange.importing.writer`.

    Raises DeskError when the log cannot be read, lacks a column of the mapping, the mapping uses words that the
    procedure does not know, or the actor may not import; nothing is written then.
    """
    desk = open_desk(store, actor)
    desk.require("import")
    observer = RowReader(mapping, desk.procedure)
    limit = None if until is None else to_epoch(until)
    with _no_collection():
        gathered = group_rows(log, mapping, observer.columns, until=limit)
        if strict:
            _refuse(log, gathered.skipped)
        with store.bulk() as bulk:
            report = LogWriter(bulk, desk.procedure, mapping, observer, actor).write(gathered, progress)
            if strict:
                _refuse(log, report.notes)
            if report.events:
                bulk.notify_change()
    return report


@contextmanager
def _no_collection() -> Iterator[None]:
    """An import makes millions of small values and no cycles: looking for cycles among them is a sixth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _refuse(log: Path, rows: Sequence[BadRow]) -> None:
    if rows:
        raise ImportRefused(log, sorted(rows))

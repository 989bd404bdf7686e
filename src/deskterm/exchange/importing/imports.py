"""Import of an event log: with its mapping it becomes tickets with their whole history, in one transaction."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from deskterm.desk.api import open_desk
from deskterm.desk.core.desk_history import DeskEventKind, build_event_row, split_contacts
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.mapping import LogMapping
from deskterm.exchange.importing.report import ImportRefused, ImportReport
from deskterm.exchange.importing.row_groups import group_rows
from deskterm.exchange.importing.row_reader import RowReader
from deskterm.exchange.importing.writer import LogWriter
from deskterm.progress import Progress
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.engine import Store
from deskterm.store.db.instants import seconds_from_stored


def import_events(
    store: Store,
    log: Path,
    mapping: LogMapping,
    *,
    until: datetime | None = None,
    strict: bool = False,
    actor: str,
    behind: str = "",
    now: datetime,
    progress: Progress | None = None,
) -> ImportReport:
    """Import an event log. Rows that were imported before are left out; further rows of their tickets are added.

    until: rows after that instant are left for later. strict: stop at anything that the report would mention. actor:
    the login of the admin who imports; behind: of whoever works in their name. The import is an event of the desk
    itself, too, at `now` (D-20). progress: called with rows that are on the desk, and rows in all. Raises
    DeskError when the log cannot be read or lacks a column of the mapping, when the mapping uses words that the
    procedure does not know, or the actor may not import; nothing is written then.
    """
    desk = open_desk(store, actor, behind=behind)
    desk.require("import")
    reader = RowReader(mapping, desk.procedure)
    limit = None if until is None else to_epoch(until)
    with _without_garbage_collection():
        # Read whole before the transaction begins: others may write to the desk for as long
        grouped = group_rows(log, mapping, reader.columns, until=limit)
        if strict:
            _require_nothing_to_report(log, grouped.skipped)
        with store.bulk() as bulk:
            with store.reading() as session:
                desk.check_rights(session)  # reading a log takes a while
            bulk.lock_table("ticket")
            chain = _lock_desk_chain(bulk)  # behind the tickets, in the order of every other command
            writer = LogWriter(bulk, desk.procedure, mapping, reader, actor, behind)
            report = writer.write(grouped, progress)
            # Inside the transaction, which is rolled back when this raises
            if strict:
                _require_nothing_to_report(log, report.notes)
            if report.events:
                counts = f"{_count(report.tickets, 'new ticket')}, {_count(report.events, 'event')}"
                line = f"{mapping.name}: {counts} from {log.name}"
                data = {"behind": behind} if behind else {}
                history = _DeskEvents(bulk, chain, actor, to_epoch(now), data)
                history.append("import", writer.contacts.client_digests, lines=[line])
                for digests in split_contacts(writer.contacts.contact_digests):
                    history.append("people", digests)
                bulk.notify_change()
    return report


def _lock_desk_chain(bulk: BulkWriter) -> str:
    """Lock the desk's row until the end of the transaction, and return the end of the desk's own chain."""
    ((chain,),) = bulk.execute("SELECT chain FROM desk" + (" FOR UPDATE" if bulk.dialect == "postgresql" else ""))
    return str(chain)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


class _DeskEvents:
    """Appends events to the desk's own history, which say who imported what. at: epoch seconds; data: members of
    each."""

    def __init__(self, bulk: BulkWriter, chain: str, actor: str, at: int, data: Mapping[str, Any]) -> None:
        self._bulk, self._chain, self._actor, self._at, self._data = bulk, chain, actor, at, data
        ((last,),) = bulk.execute("SELECT max(at) FROM desk_event")
        self._earliest = seconds_from_stored(last) if last else 0

    def append(self, kind: DeskEventKind, added: Mapping[str, str], **members: Any) -> None:
        """Append an event about values that were added to the state of the desk."""
        data = {**self._data, **members, "changes": {key: [None, value] for key, value in added.items()}}
        row, self._chain = build_event_row(self._chain, self._earliest, kind, self._actor, self._at, data)
        self._bulk.insert("desk_event", tuple(row), [tuple(row.values())])
        self._bulk.execute("UPDATE desk SET chain = :end", {"end": self._chain})


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Switch the search for reference cycles off. An import makes millions of small values and no cycles: looking for
    them takes a sixth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _require_nothing_to_report(log: Path, rows: Sequence[BadRow]) -> None:
    """Raise ImportRefused when there are rows that somebody should look at."""
    if rows:
        raise ImportRefused(log, sorted(rows))

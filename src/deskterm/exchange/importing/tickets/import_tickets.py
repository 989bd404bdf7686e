"""Import of the tickets of another desk from one file. A dry run is the run, rolled back (R-66); a run commits part by
part, and a second one goes on where the first was stopped (R-77)."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from deskterm.desk.api import open_desk
from deskterm.desk.core.desk_history import split_contacts
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.import_history import (
    ImportHistory,
    count_nouns,
    find_latest_instant,
    lock_desk_chain,
    without_garbage_collection,
)
from deskterm.exchange.importing.tables.open_table import open_table
from deskterm.exchange.importing.tables.records import SourceRecord, UnreadableRecord
from deskterm.exchange.importing.tickets.mapping import DateOrder, TicketMapping
from deskterm.exchange.importing.tickets.refused_rows import name_refused_file, write_refused
from deskterm.exchange.importing.tickets.scan import Scan, open_options, scan_file
from deskterm.exchange.importing.tickets.ticket_report import TicketImportReport
from deskterm.exchange.importing.tickets.ticket_writer import ImportTally, TicketWriter
from deskterm.progress import Progress
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.engine import Store

PART = 10_000
"""Records of one transaction: others may write to the desk between two of them."""


class _RolledBack(Exception):
    """Ends the transaction without writing."""


def import_tickets(
    store: Store,
    path: Path,
    mapping: TicketMapping | None = None,
    *,
    zone: str | None = None,
    order: DateOrder | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
    strict: bool = False,
    actor: str,
    behind: str = "",
    now: datetime,
    progress: Progress | None = None,
) -> TicketImportReport:
    """Import the tickets of a file. Those that were imported before are left out, but for what is new of them (R-67).

    mapping: left out, the product is recognised by the names of its columns (R-75). zone, order: of instants that do
    not say them (R-72). strict: write nothing when a row is refused. actor: the login of the admin who imports; behind:
    of whoever works in their name. progress: called with records that are done, and records in all. Raises DeskError
    when the file cannot be read or is of no known shape, or the actor may not import, and UsageError when zone or order
    has to be said; nothing is written then.
    """
    desk = open_desk(store, actor, behind=behind)
    desk.require("import")
    latest = find_latest_instant(desk, now)
    scan = scan_file(path, mapping, desk.procedure, zone=zone, order=order, sheet=sheet, latest=latest)
    run = _Run(store, path, desk, scan, is_dry_run=dry_run, is_strict=strict, now=now, progress=progress)
    with without_garbage_collection(), open_table(path, **open_options(scan.mapping, sheet, scan.encoding)) as table:
        run.write_all(table.records)
    return run.finish()


class _Run:
    """One import: parts of the file, each in a transaction of its own; a dry or a strict run is one part."""

    def __init__(
        self,
        store: Store,
        path: Path,
        desk: DeskSession,
        scan: Scan,
        *,
        is_dry_run: bool,
        is_strict: bool,
        now: datetime,
        progress: Progress | None,
    ) -> None:
        self._store, self._path, self._desk, self._scan = store, path, desk, scan
        self._is_dry_run, self._is_strict, self._now, self._progress = is_dry_run, is_strict, now, progress
        self._report, self._tally = _begin_report(scan), ImportTally()
        self._report.notes = list(scan.table.notes)
        self._report.is_dry_run = is_dry_run
        self._target = name_refused_file(path, scan.table)

    def write_all(self, records: Iterator[SourceRecord | UnreadableRecord]) -> None:
        """Write part after part. An interruption leaves out the part at hand; the same call goes on from there."""
        while True:
            first = next(records, None)
            if first is None and self._report.records:
                return
            rest = records if self._is_dry_run or self._is_strict else islice(records, PART - 1)
            part, refused = _begin_report(self._scan), len(self._tally.refused)
            try:
                self._write_part(part, [] if first is None else chain([first], rest))
            except _RolledBack:
                pass
            except KeyboardInterrupt:
                if not self._report.records:
                    raise
                del self._tally.refused[refused:]
                self._report.is_interrupted = True
                return
            self._report.merge(part)
            if first is None:
                return
            # The writer of a part and what builds its events know each other: nothing else frees them, with all the
            # numbers that the writer has loaded
            gc.collect()

    def _write_part(self, part: TicketImportReport, records: Iterable[SourceRecord | UnreadableRecord]) -> None:
        """Write a part of the file in a transaction. Raises _RolledBack when nothing of it is to stay."""
        desk, tally, refused = self._desk, self._tally, len(self._tally.refused)
        with self._store.bulk() as bulk:
            with self._store.reading() as session:
                desk.check_rights(session)  # reading the file takes a while
            bulk.lock_table("ticket")
            end = lock_desk_chain(bulk)  # behind the tickets, in the order of every other command
            imported_at = to_epoch(self._now)
            writer = TicketWriter(
                bulk, desk.procedure, self._scan, part, tally, desk.agent.login, imported_at, desk.behind
            )
            writer.write_records(records, self._progress, done=self._report.records)
            if self._is_dry_run or (self._is_strict and tally.refused):
                raise _RolledBack
            self._report.is_written = True
            if part.events:
                _record(bulk, writer, end, part, self._path, desk, self._now)
            if len(tally.refused) > refused:
                # Before the commit: rows that are nowhere would be lost
                write_refused(self._target, self._scan.table, tally.refused, keep_earlier=not refused)

    def finish(self) -> TicketImportReport:
        """Return the report of the whole file."""
        report, tally = self._report, self._tally
        report.requesters, report.organisations = len(tally.requesters), len(tally.clients)
        if tally.refused and not (self._is_strict and not self._is_dry_run):
            report.refused_file = str(self._target)
        if tally.unmarked and any(part.cell for part in self._scan.mapping.messages):
            said = f"it does not say which comments are internal: {tally.unmarked:,} of agents are taken as public"
            report.notes.append(BadRow(0, said))
        report.notes.sort()
        return report


def _begin_report(scan: Scan) -> TicketImportReport:
    table = scan.table
    return TicketImportReport(
        source=scan.mapping.source,
        name=scan.mapping.name,
        shape=table.shape,
        encoding=table.encoding,
        is_encoding_certain=table.is_certain,
        samples=tuple(table.samples),
        delimiter=table.delimiter,
        zone=scan.zone if scan.dates.needs_zone else None,
        order=scan.dates.order,
        place_word=table.place_word,
    )


def _record(
    bulk: BulkWriter,
    writer: TicketWriter,
    end: str,
    report: TicketImportReport,
    path: Path,
    desk: DeskSession,
    now: datetime,
) -> None:
    """Append the import to the desk's own history (D-20, D-41)."""
    counts = f"{count_nouns(report.tickets, 'new ticket')}, {count_nouns(report.events, 'event')}"
    data = {"behind": desk.behind} if desk.behind else {}
    history = ImportHistory(bulk, end, desk.agent.login, to_epoch(now), data)
    history.append("import", writer.contacts.client_digests, lines=[f"{report.name}: {counts} from {path.name}"])
    if writer.agents.changes:
        history.append("agents", writer.agents.changes)
    for digests in split_contacts(writer.contacts.contact_digests):
        history.append("people", digests)
    bulk.notify_change()

"""Import of the tickets of another desk from one file, in one transaction. A dry run is the run, rolled back (R-66)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from deskterm.desk.api import open_desk
from deskterm.desk.core.desk_history import split_contacts
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.exchange.importing.import_history import (
    ImportHistory,
    count_nouns,
    lock_desk_chain,
    without_garbage_collection,
)
from deskterm.exchange.importing.tables.open_table import open_table
from deskterm.exchange.importing.tickets.mapping import DateOrder, TicketMapping
from deskterm.exchange.importing.tickets.refused_rows import name_refused_file, write_refused
from deskterm.exchange.importing.tickets.scan import Scan, open_options, scan_file
from deskterm.exchange.importing.tickets.ticket_report import TicketImportReport
from deskterm.exchange.importing.tickets.ticket_writer import TicketWriter
from deskterm.progress import Progress
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.engine import Store


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
    scan = scan_file(path, mapping, desk.procedure, zone=zone, order=order, sheet=sheet)
    report = _begin_report(scan)
    report.is_dry_run = dry_run
    try:
        with without_garbage_collection(), store.bulk() as bulk:
            with store.reading() as session:
                desk.check_rights(session)  # reading the file takes a while
            bulk.lock_table("ticket")
            chain = lock_desk_chain(bulk)  # behind the tickets, in the order of every other command
            writer = TicketWriter(bulk, desk.procedure, scan, report, actor, behind)
            with open_table(path, **open_options(scan.mapping, sheet, scan.encoding)) as table:
                writer.write_records(table.records, progress)
            if writer.refused:
                report.refused_file = str(name_refused_file(path, scan.table))
            report.is_written = not dry_run and not (strict and writer.refused)
            if report.events and report.is_written:
                _record(bulk, writer, chain, report, path, desk, now)
            if not report.is_written:
                raise _RolledBack
            if writer.refused:
                # Before the commit: rows that are nowhere would be lost
                write_refused(name_refused_file(path, scan.table), scan.table, writer.refused)
    except _RolledBack:
        pass
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
        notes=list(table.notes),
    )


def _record(
    bulk: BulkWriter,
    writer: TicketWriter,
    chain: str,
    report: TicketImportReport,
    path: Path,
    desk: DeskSession,
    now: datetime,
) -> None:
    """Append the import to the desk's own history (D-20, D-41)."""
    counts = f"{count_nouns(report.tickets, 'new ticket')}, {count_nouns(report.events, 'event')}"
    data = {"behind": desk.behind} if desk.behind else {}
    history = ImportHistory(bulk, chain, desk.agent.login, to_epoch(now), data)
    history.append("import", writer.contacts.client_digests, lines=[f"{report.name}: {counts} from {path.name}"])
    if writer.agents.changes:
        history.append("agents", writer.agents.changes)
    for digests in split_contacts(writer.contacts.contact_digests):
        history.append("people", digests)
    bulk.notify_change()

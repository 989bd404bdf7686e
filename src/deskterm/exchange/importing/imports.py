"""Import of an event log: with its mapping it becomes tickets with their whole history, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from deskterm.desk.api import open_desk
from deskterm.desk.core.desk_history import split_contacts
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.exchange.importing.contacts import ContactDirectory
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.event_builder import AddText, EventBuilder
from deskterm.exchange.importing.import_history import (
    ImportHistory,
    count_nouns,
    find_latest_instant,
    lock_desk_chain,
    without_garbage_collection,
)
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
    with without_garbage_collection():
        # Read whole before the transaction begins: others may write to the desk for as long
        grouped = group_rows(log, mapping, reader.columns, until=limit, latest=find_latest_instant(desk, now))
        if strict:
            _require_nothing_to_report(log, grouped.skipped)
        with store.bulk() as bulk:
            with store.reading() as session:
                desk.check_rights(session)  # reading a log takes a while
            bulk.lock_table("ticket")
            chain = lock_desk_chain(bulk)  # behind the tickets, in the order of every other command

            def build_builder(contacts: ContactDirectory, add_text: AddText) -> EventBuilder:
                return EventBuilder(
                    reader, desk.procedure, contacts, add_text, mapping.source, actor, to_epoch(now), behind
                )

            writer = LogWriter(bulk, desk.procedure, mapping.source, build_builder)
            report = writer.write(grouped, progress)
            # Inside the transaction, which is rolled back when this raises
            if strict:
                _require_nothing_to_report(log, report.notes)
            if report.events:
                counts = f"{count_nouns(report.tickets, 'new ticket')}, {count_nouns(report.events, 'event')}"
                line = f"{mapping.name}: {counts} from {log.name}"
                data = {"behind": behind} if behind else {}
                history = ImportHistory(bulk, chain, actor, to_epoch(now), data)
                history.append("import", writer.contacts.client_digests, lines=[line])
                for digests in split_contacts(writer.contacts.contact_digests):
                    history.append("people", digests)
                bulk.notify_change()
    return report


def _require_nothing_to_report(log: Path, rows: Sequence[BadRow]) -> None:
    """Raise ImportRefused when there are rows that somebody should look at."""
    if rows:
        raise ImportRefused(log, sorted(rows))

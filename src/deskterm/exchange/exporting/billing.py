"""Export of the work log, for invoicing (S1-32): a row for each time entry, those that were struck out left out, and a
row for each accepted quote. Amounts are decimal text."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from deskterm.exchange.exporting.columns import Column, pick_columns
from deskterm.exchange.exporting.exports import Exported
from deskterm.exchange.exporting.formats.opening import open_writer
from deskterm.exchange.exporting.formats.row_writer import ExportFormat, FormatOptions
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.billing import QuoteRow, TimeEntryRow, load_quotes, load_time_entries

COLUMNS = (
    Column("ticket", "", "number"),
    Column("entry", ""),
    Column("started_at", "", "instant"),
    Column("agent", ""),
    Column("tier", "", "number"),
    Column("seconds", "", "number"),
    Column("chargeable", "", "flag"),
    Column("charged_seconds", "", "number"),
    Column("rate", "", "amount"),
    Column("currency", ""),
    Column("amount", "", "amount"),
    Column("note", ""),
    Column("corrects", ""),
    Column("type", ""),
    Column("subject", ""),
    Column("organisation", ""),
    Column("requester", ""),
    Column("kind", ""),
    Column("agreed", "", "flag"),
)
_PLACES = {column.name: place for place, column in enumerate(COLUMNS)}
_PAGE_SIZE = 2_000


def export_worklog(
    reader: ReadConnection,
    form: ExportFormat,
    out: Any,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    chargeable: bool = False,
    columns: Sequence[str] = (),
    options: FormatOptions | None = None,
    tickets: Container[int] | None = None,
) -> Exported:
    """Write the time entries whose work began in `[since, until)`, in the order of their tickets, then the quotes that
    were accepted in that time.

    out: a text stream, a binary one for xlsx and parquet. chargeable: only entries that are charged. tickets: only
    entries of these. columns: names of those to write, in their order, all by default. In the rows, `kind` is `entry`
    or `quote`, and `agreed` says that the customer agreed to be charged. Raises UsageError for another column.
    """
    chosen = pick_columns({column.name: column for column in COLUMNS}, columns or tuple(_PLACES), "worklog")
    # As the work log has always been written: bookkeeping compares files
    writer = open_writer(form, chosen, out, replace(options or FormatOptions(), spaced=True))
    places = [_PLACES[column.name] for column in chosen]
    written, page = 0, []
    with reader.snapshot():
        for values in _list_rows(reader, since, until, chargeable, tickets):
            page.append([values[place] for place in places])
            written += 1
            if len(page) == _PAGE_SIZE:
                writer.write(page)
                page = []
    if page:
        writer.write(page)
    return Exported(written, writer.finish())


def _list_rows(
    reader: ReadConnection,
    since: datetime | None,
    until: datetime | None,
    chargeable: bool,
    tickets: Container[int] | None,
) -> Iterator[tuple[object, ...]]:
    for entry in _select_entries(reader, since, until, chargeable):
        if tickets is None or entry.ticket in tickets:
            yield _entry_values(entry)
    for quote in _select_accepted_quotes(reader, since, until):
        if tickets is None or quote.ticket in tickets:
            yield _quote_values(quote)


def _select_entries(
    reader: ReadConnection, since: datetime | None, until: datetime | None, chargeable: bool
) -> Iterator[TimeEntryRow]:
    begin, end = _to_range(since, until)
    for row in load_time_entries(reader):
        if row.state != "void" and begin <= row.started < end and (row.chargeable or not chargeable):
            yield row


def _select_accepted_quotes(reader: ReadConnection, since: datetime | None, until: datetime | None) -> list[QuoteRow]:
    begin, end = _to_range(since, until)
    accepted = [
        row for row in load_quotes(reader, include_answered=True) if row.means == "accepted" and begin <= row.at < end
    ]
    return sorted(accepted, key=lambda row: (row.ticket, int(row.key)))


def _to_range(since: datetime | None, until: datetime | None) -> tuple[float, float]:
    """Convert two limits to epoch seconds; one that is left out to infinity."""
    return (
        since.timestamp() if since is not None else float("-inf"),
        until.timestamp() if until is not None else float("inf"),
    )


def _entry_values(row: TimeEntryRow) -> tuple[object, ...]:
    started = datetime.fromtimestamp(row.started, UTC)
    charged = row.charged if row.chargeable else None
    return (
        row.ticket, row.key, started, row.who, row.tier, row.seconds, row.chargeable, charged, row.rate, row.currency,
        row.amount, row.note, row.corrects, row.type, row.subject, row.organisation, row.requester,
        "entry", row.agreed,
    )  # fmt: skip


def _quote_values(row: QuoteRow) -> tuple[object, ...]:
    at = datetime.fromtimestamp(row.at, UTC)
    return (
        row.ticket, row.key, at, row.who, None, None, True, None, None, row.currency, row.amount, None, None, row.type,
        row.subject, row.organisation, row.requester, "quote", True,
    )  # fmt: skip

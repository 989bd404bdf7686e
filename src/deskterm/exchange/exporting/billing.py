"""Export of the work log as csv or jsonl, for invoicing (S1-32): a row for each time entry, those that were struck out
left out, and a row for each accepted quote. Instants are RFC 3339 in UTC, amounts decimal text."""

from __future__ import annotations

import csv
import json
from collections.abc import Container, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import TextIO

from deskterm.desk.domain.text import escape_unseen_in_json
from deskterm.exchange.exporting.formats import ExportFormat
from deskterm.exchange.formula_guard import guard_formula
from deskterm.exchange.unseen_characters import escape_unseen
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.billing import QuoteRow, TimeEntryRow, load_quotes, load_time_entries

COLUMNS = ("ticket", "entry", "started_at", "agent", "tier", "seconds", "chargeable", "charged_seconds", "rate",
           "currency", "amount", "note", "corrects", "type", "subject", "organisation", "requester", "kind",
           "agreed")  # fmt: skip

_AMOUNTS = ("rate", "amount")


def export_worklog(
    reader: ReadConnection,
    form: ExportFormat,
    out: TextIO,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    chargeable: bool = False,
    guard_formulas: bool = True,
    tickets: Container[int] | None = None,
) -> int:
    """Write the time entries whose work began in `[since, until)`, in the order of their tickets, then the quotes that
    were accepted in that time; return how many rows there were.

    chargeable: only entries that are charged. tickets: only entries of these. guard_formulas: guard csv cells against
    spreadsheets (`exchange.formula_guard`). In the rows, `kind` is `entry` or `quote`, and `agreed` says that the
    customer agreed to be charged.
    """
    writer = csv.writer(out, lineterminator="\r\n")
    if form == "csv":
        writer.writerow(COLUMNS)
    written = 0
    entries = (
        _entry_values(row)
        for row in _select_entries(reader, since, until, chargeable)
        if tickets is None or row.ticket in tickets
    )
    quotes = (
        _quote_values(row)
        for row in _select_accepted_quotes(reader, since, until)
        if tickets is None or row.ticket in tickets
    )
    for values in chain(entries, quotes):
        if form == "csv":
            cells = ["true" if value is True else "false" if value is False else value for value in values]
            writer.writerow(_guard_texts(cells) if guard_formulas else cells)
        else:
            record = json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False)
            out.write(escape_unseen_in_json(record) + "\n")
        written += 1
    return written


def _guard_texts(cells: list[object]) -> list[object]:
    """Guard the cells of a row but those of amounts, which are numbers: minus five must stay one."""
    return [
        cell if name in _AMOUNTS else guard_formula(escape_unseen(cell))
        for name, cell in zip(COLUMNS, cells, strict=True)
    ]


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
    started = _format_instant(row.started)
    charged = row.charged if row.chargeable else None
    return (
        row.ticket, row.key, started, row.who, row.tier, row.seconds, row.chargeable, charged, row.rate, row.currency,
        row.amount, row.note, row.corrects, row.type, row.subject, row.organisation, row.requester,
        "entry", row.agreed,
    )  # fmt: skip


def _quote_values(row: QuoteRow) -> tuple[object, ...]:
    return (
        row.ticket, row.key, _format_instant(row.at), row.who, None, None, True, None, None, row.currency, row.amount,
        None, None, row.type, row.subject, row.organisation, row.requester, "quote", True,
    )  # fmt: skip


def _format_instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

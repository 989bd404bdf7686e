"""The work log as csv or jsonl, for invoicing (S1-32): a row each entry, those that were struck out left
out, and a row each quote that was accepted. Instants
are RFC 3339 in UTC; amounts decimal text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Literal, TextIO

from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.billing import QuoteRow, TimeEntryRow, load_quotes, load_time_entries

COLUMNS = ("ticket", "entry", "started_at", "agent", "tier", "seconds", "chargeable", "charged_seconds", "rate",
           "currency", "amount", "note", "corrects", "type", "subject", "organisation", "requester", "kind",
           "agreed")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_worklog(
    reader: ReadConnection,
    form: Literal["csv", "jsonl"],
    out: TextIO,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    chargeable: bool = False,
    guard_formulas: bool = False,
) -> int:
    """Write the entries whose work began in `[since, until)`, in the order of their tickets, and then the quotes that
    were accepted in that time; how many rows there were. kind: `entry` or `quote`; agreed: the customer agreed to it.
    chargeable: only what is charged. guard_formulas: put an apostrophe before what a spreadsheet would take for a
    formula."""
    writer = csv.writer(out, lineterminator="\r\n")
    if form == "csv":
        writer.writerow(COLUMNS)
    written = 0
    chosen = (_values(row) for row in _chosen(reader, since, until, chargeable))
    for values in chain(chosen, (_of_quote(row) for row in _accepted(reader, since, until))):
        if form == "csv":
            cells = ["true" if value is True else "false" if value is False else value for value in values]
            writer.writerow([_guarded(cell) for cell in cells] if guard_formulas else cells)
        else:
            out.write(json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n")
        written += 1
    return written


def _accepted(reader: ReadConnection, since: datetime | None, until: datetime | None) -> Iterator[QuoteRow]:
    begin, end = _between(since, until)
    accepted = [
        row for row in load_quotes(reader, include_answered=True) if row.means == "accepted" and begin <= row.at < end
    ]
    return iter(sorted(accepted, key=lambda row: (row.ticket, int(row.key))))


def _between(since: datetime | None, until: datetime | None) -> tuple[float, float]:
    return (
        since.timestamp() if since is not None else float("-inf"),
        until.timestamp() if until is not None else float("inf"),
    )


def _chosen(
    reader: ReadConnection, since: datetime | None, until: datetime | None, chargeable: bool
) -> Iterator[TimeEntryRow]:
    begin, end = _between(since, until)
    for row in load_time_entries(reader):
        if row.state != "void" and begin <= row.started < end and (row.chargeable or not chargeable):
            yield row


def _values(row: TimeEntryRow) -> tuple[object, ...]:
    started = _instant(row.started)
    charged = row.charged if row.chargeable else None
    return (
        row.ticket, row.key, started, row.who, row.tier, row.seconds, row.chargeable, charged, row.rate, row.currency,
        row.amount, row.note, row.corrects, row.type, row.subject, row.organisation, row.requester,
        "entry", row.agreed,
    )  # fmt: skip


def _of_quote(row: QuoteRow) -> tuple[object, ...]:
    return (
        row.ticket, row.key, _instant(row.at), row.who, None, None, True, None, None, row.currency, row.amount, None,
        None, row.type, row.subject, row.organisation, row.requester, "quote", True,
    )  # fmt: skip


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _guarded(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell

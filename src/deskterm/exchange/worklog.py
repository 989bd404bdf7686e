"""The work log as csv or jsonl, for invoicing (S1-32): a row each entry, those that were struck out left out. Instants
are RFC 3339 in UTC; amounts decimal text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, TextIO

from deskterm.store.reader import Reader
from deskterm.store.worklog import EntryRow, entries

COLUMNS = ("ticket", "entry", "started_at", "agent", "tier", "seconds", "chargeable", "charged_seconds", "rate",
           "currency", "amount", "note", "corrects", "type", "subject", "organisation", "requester")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_worklog(
    reader: Reader,
    form: Literal["csv", "jsonl"],
    out: TextIO,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    chargeable: bool = False,
    guard_formulas: bool = False,
) -> int:
    """Write the entries whose work began in `[since, until)`, in the order of their tickets; how many there were.
    chargeable: only those. guard_formulas: put an apostrophe before what a spreadsheet would take for a formula."""
    writer = csv.writer(out, lineterminator="\r\n")
    if form == "csv":
        writer.writerow(COLUMNS)
    written = 0
    for row in _chosen(reader, since, until, chargeable):
        values = _values(row)
        if form == "csv":
            cells = ["true" if value is True else "false" if value is False else value for value in values]
            writer.writerow([_guarded(cell) for cell in cells] if guard_formulas else cells)
        else:
            out.write(json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n")
        written += 1
    return written


def _chosen(reader: Reader, since: datetime | None, until: datetime | None, chargeable: bool) -> Iterator[EntryRow]:
    begin = since.timestamp() if since is not None else float("-inf")
    end = until.timestamp() if until is not None else float("inf")
    for row in entries(reader):
        if row.state != "void" and begin <= row.started < end and (row.chargeable or not chargeable):
            yield row


def _values(row: EntryRow) -> tuple[object, ...]:
    started = datetime.fromtimestamp(row.started, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    charged = row.charged if row.chargeable else None
    return (
        row.ticket, row.key, started, row.who, row.tier, row.seconds, row.chargeable, charged, row.rate, row.currency,
        row.amount, row.note, row.corrects, row.type, row.subject, row.organisation, row.requester,
    )  # fmt: skip


def _guarded(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell

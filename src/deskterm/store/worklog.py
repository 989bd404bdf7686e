"""Time that was worked, and quotes, over the whole desk: for invoices and for those who wait. SQL over a bare
`Reader`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from deskterm.store.instants import seconds
from deskterm.store.reader import Reader
from deskterm.store.spoken import spoken

_PAGE = 2_000


class EntryRow(NamedTuple):
    """Time on a ticket (`deskterm.desk.time_entries`). Instants are epoch seconds; rate and amount decimal text, None
    for what is not charged or has no rate."""

    ticket: int
    key: str
    state: str
    who: str
    tier: int | None
    started: int
    seconds: int
    chargeable: bool
    charged: int
    rate: str | None
    currency: str | None
    amount: str | None
    note: str
    corrects: str | None
    written: int
    subject: str
    type: str
    organisation: str
    requester: str


class QuoteRow(NamedTuple):
    """A quote (`deskterm.desk.quotes`). at: when it last changed, epoch seconds; means: what its state is to the
    desk."""

    ticket: int
    key: str
    state: str
    means: str
    amount: str | None
    currency: str | None
    who: str
    at: int
    subject: str
    status: str
    organisation: str


def entries(reader: Reader, ticket: int | None = None) -> Iterator[EntryRow]:
    """All time entries, or those of a ticket, in the order of their tickets; a page at a time."""
    after: tuple[int, str] | None = None
    params: dict[str, object] = {"most": _PAGE}
    if ticket is not None:
        params["ticket"] = ticket
    own = "" if ticket is None else " AND r.ticket_id = :ticket"
    while True:
        beyond = "" if after is None else " AND (r.ticket_id, r.key) > (:after, :key)"
        if after is not None:
            params |= {"after": after[0], "key": after[1]}
        page = reader.rows(
            "SELECT r.ticket_id, r.key, r.state, r.who, r.at, r.data, t.subject, t.type, t.organisation, t.requester "
            f"FROM record r JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'entry'{own}{beyond} "
            "ORDER BY r.ticket_id, r.key LIMIT :most",
            params,
        )
        if not page:
            return
        told = [(row, json.loads(row[5])) for row in page]
        notes = spoken(reader, (values.get("note") for _, values in told))
        yield from (_entry(row, values, notes) for row, values in told)
        after = page[-1][0], page[-1][1]


def quotes(reader: Reader, *, every: bool = False) -> list[QuoteRow]:
    """Quotes that are not answered yet, the oldest change first; or all."""
    found = reader.rows(
        "SELECT r.ticket_id, r.key, r.state, r.who, r.at, r.data, t.subject, t.status, t.organisation FROM record r "
        "JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'quote' ORDER BY r.at, r.ticket_id, r.key"
    )
    rows = []
    for ticket, key, state, who, at, data, subject, status, organisation in found:
        values = json.loads(data)
        means = values.get("means", "")
        amount, currency = values.get("amount"), values.get("currency")
        rows.append(
            QuoteRow(ticket, key, state, means, amount, currency, who, seconds(at), subject, status, organisation)
        )
    return [row for row in rows if every or row.means in ("requested", "sent")]


def _entry(row: tuple[Any, ...], values: dict[str, Any], notes: dict[int, str]) -> EntryRow:
    ticket, key, state, who, at, _, subject, kind, organisation, requester = row
    return EntryRow(
        ticket,
        key,
        state,
        who,
        values.get("tier"),
        values["started"],
        values["seconds"],
        bool(values.get("chargeable")),
        values.get("charged", 0),
        values.get("rate"),
        values.get("currency"),
        values.get("amount"),
        notes.get(values.get("note", 0), ""),
        values.get("corrects"),
        seconds(at),
        subject,
        kind,
        organisation,
        requester,
    )

"""Time entries, quotes and agreements over the whole desk: for invoices, and for quotes that await an answer. SQL over
a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.rows.texts import load_texts

_PAGE = 2_000


class TimeEntryRow(NamedTuple):
    """A time entry of a ticket (`desk.billing.time_entries`). Instants are epoch seconds; rate and amount are decimal
    text, None for an entry that is not charged or has no rate."""

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
    agreed: bool = False
    """Charged, and the customer agreed to be charged: by accepting a quote, or in an agreement of their own."""


class QuoteRow(NamedTuple):
    """A quote (`desk.billing.quotes`). at: when it last changed, epoch seconds; means: the meaning of the procedure's
    own state, `requested`, `sent`, `accepted` …"""

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
    type: str = ""
    requester: str = ""


class AgreementRow(NamedTuple):
    """A customer's agreement to be charged (`desk.billing.quotes`). amount: the limit, decimal text, None without one;
    at: epoch seconds."""

    key: str
    amount: str | None
    currency: str | None
    who: str
    at: int
    note: str


def load_agreements(reader: ReadConnection, ticket: int) -> list[AgreementRow]:
    """Load the agreements of a ticket's customer, the oldest first; the last one is in force."""
    found = reader.rows(
        "SELECT key, who, at, data FROM record WHERE kind = 'agreement' AND state = 'agreed' AND ticket_id = :ticket "
        # Keys are numbers as text: by length first, so that 10 comes after 9
        "ORDER BY at, length(key), key",
        {"ticket": ticket},
    )
    parsed = [(key, who, at, json.loads(data)) for key, who, at, data in found]
    notes = load_texts(reader, [values.get("note") for *_, values in parsed])
    return [
        AgreementRow(
            key,
            values.get("amount"),
            values.get("currency"),
            who,
            seconds_from_stored(at),
            notes.get(values.get("note"), ""),
        )
        for key, who, at, values in parsed
    ]


def load_time_entries(reader: ReadConnection, ticket: int | None = None) -> Iterator[TimeEntryRow]:
    """Yield all time entries, or those of a ticket, in the order of their tickets; they are read page by page."""
    after: tuple[int, str] | None = None
    params: dict[str, object] = {"limit": _PAGE}
    if ticket is not None:
        params["ticket"] = ticket
    of_ticket = "" if ticket is None else " AND r.ticket_id = :ticket"
    agreed = _load_agreed_tickets(reader, params, of_ticket)
    while True:
        # By key and not by OFFSET, which would read all pages before it again
        after_key = "" if after is None else " AND (r.ticket_id, r.key) > (:after, :key)"
        if after is not None:
            params |= {"after": after[0], "key": after[1]}
        page = reader.rows(
            "SELECT r.ticket_id, r.key, r.state, r.who, r.at, r.data, t.subject, t.type, t.organisation, t.requester "
            f"FROM record r JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'entry'{of_ticket}{after_key} "
            "ORDER BY r.ticket_id, r.key LIMIT :limit",
            params,
        )
        if not page:
            return
        parsed = [(row, json.loads(row[5])) for row in page]
        notes = load_texts(reader, (values.get("note") for _, values in parsed))
        yield from (_to_entry(row, values, notes, agreed) for row, values in parsed)
        after = page[-1][0], page[-1][1]


def load_quotes(reader: ReadConnection, *, include_answered: bool = False) -> list[QuoteRow]:
    """Load quotes that are not answered yet, or all of them, those that changed longest ago first."""
    found = reader.rows(
        "SELECT r.ticket_id, r.key, r.state, r.who, r.at, r.data, t.subject, t.status, t.organisation, t.type, "
        "t.requester FROM record r "
        "JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'quote' ORDER BY r.at, r.ticket_id, r.key"
    )
    rows = []
    for ticket, key, state, who, at, data, subject, status, organisation, kind, requester in found:
        values = json.loads(data)
        means = values.get("means", "")
        amount, currency = values.get("amount"), values.get("currency")
        rows.append(
            QuoteRow(
                ticket,
                key,
                state,
                means,
                amount,
                currency,
                who,
                seconds_from_stored(at),
                subject,
                status,
                organisation,
                kind,
                requester,
            )
        )
    # `means` is a member of the JSON, which the two databases query differently
    return [row for row in rows if include_answered or row.means in ("requested", "sent")]


def _load_agreed_tickets(reader: ReadConnection, params: Mapping[str, object], of_ticket: str) -> frozenset[int]:
    """Load the numbers of tickets whose customers agreed to be charged. of_ticket: a condition for one ticket alone."""
    found = reader.rows(
        f"SELECT r.ticket_id, r.kind, r.state, r.data FROM record r WHERE r.kind IN ('agreement', 'quote'){of_ticket}",
        params,
    )
    return frozenset(
        ticket
        for ticket, kind, state, data in found
        if (state == "agreed" if kind == "agreement" else json.loads(data).get("means") == "accepted")
    )


def _to_entry(
    row: tuple[Any, ...], values: dict[str, Any], notes: dict[int, str], agreed: Collection[int]
) -> TimeEntryRow:
    ticket, key, state, who, at, _, subject, kind, organisation, requester = row
    return TimeEntryRow(
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
        seconds_from_stored(at),
        subject,
        kind,
        organisation,
        requester,
        # `unagreed` marks work from before any agreement. Agreeing to be charged clears the mark. A quote that is
        # accepted later does not, so such work stays uncharged.
        bool(values.get("chargeable")) and ticket in agreed and values.get("flag") != "unagreed",
    )

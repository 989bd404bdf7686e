"""The client of a ticket: their other tickets, contacts and agreements. SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.folding import build_name_order
from deskterm.store.queries.billing import AgreementRow
from deskterm.store.rows.merged_tickets import bind_numbers

NEWEST = 500
"""Newest tickets of a client that are read, so that a client of many years costs no more than a new one."""

MOST_CONTACTS = 30
"""Contacts that are listed at most."""

_MOST_TICKETS = 25
"""Tickets that are listed at most, open ones first."""


class ClientTicket(NamedTuple):
    """Another ticket of the client. received: epoch seconds."""

    number: int
    subject: str
    status: str
    assignee: str | None
    requester: str
    received: int
    is_open: bool


class ClientContact(NamedTuple):
    """A person of the client."""

    name: str
    email: str | None
    phone: str


class ClientView(NamedTuple):
    """The client of a ticket; for a ticket without one, its requester, with their name. coverage, handoff: the tiers of
    support that this desk covers, and who covers the others; agreements: with their ticket."""

    name: str
    domain: str
    notes: str
    coverage: str
    handoff: str
    contacts: list[ClientContact]
    agreements: list[tuple[int, AgreementRow]]
    tickets: list[ClientTicket]
    has_more: bool
    """True where the client has more tickets than these."""


def count_client_tickets(reader: ReadConnection, number: int) -> int:
    """Count the other open tickets of a ticket's client, or of its requester, among their newest."""
    owner = _find_owner(reader, number)
    if owner is None:
        return 0
    column, key, _ = owner
    ((count,),) = reader.rows(
        f"SELECT count(*) FROM (SELECT id, is_open FROM ticket WHERE {column} = :owner ORDER BY id DESC "
        f"LIMIT {NEWEST}) AS newest WHERE is_open = 1 AND id <> :number",
        {"owner": key, "number": number},
    )
    return int(count)


def load_client(reader: ReadConnection, number: int) -> ClientView | None:
    """Load the client of a ticket; None where neither client nor requester is known."""
    owner = _find_owner(reader, number)
    if owner is None:
        return None
    column, key, requester = owner
    found_tickets = _load_tickets(reader, column, key, number)
    tickets, has_more = found_tickets[:_MOST_TICKETS], len(found_tickets) > _MOST_TICKETS
    agreements = _load_agreements(reader, [number, *(ticket.number for ticket in tickets)])
    if column == "requester_id":
        found = reader.rows("SELECT name, email, phone FROM contact WHERE id = :owner", {"owner": key})
        contacts = [ClientContact._make(row) for row in found]
        name = contacts[0].name if contacts else requester
        return ClientView(name, "", "", "", "", contacts, agreements, tickets, has_more)
    ((name, domain, notes, coverage, handoff),) = reader.rows(
        "SELECT name, domain, notes, coverage, handoff FROM organisation WHERE id = :owner", {"owner": key}
    )
    contacts = [
        ClientContact._make(row)
        for row in reader.rows(
            "SELECT name, email, phone FROM contact WHERE organisation_id = :owner "
            f"ORDER BY {build_name_order('name', reader.dialect)}, id LIMIT {MOST_CONTACTS}",
            {"owner": key},
        )
    ]
    return ClientView(name, domain, notes, coverage, handoff, contacts, agreements, tickets, has_more)


def _find_owner(reader: ReadConnection, number: int) -> tuple[str, int, str] | None:
    """Return the column and the key by which a ticket's client is found, or its requester where it has no client."""
    found = reader.rows(
        "SELECT organisation_id, requester_id, requester FROM ticket WHERE id = :number", {"number": number}
    )
    if not found:
        return None
    organisation, contact, requester = found[0]
    if organisation is not None:
        return "organisation_id", organisation, requester
    return ("requester_id", contact, requester) if contact is not None else None


def _load_tickets(reader: ReadConnection, column: str, key: int, number: int) -> list[ClientTicket]:
    """Load the other tickets of a client: open ones first, then the newest."""
    found = reader.rows(
        "SELECT id, subject, status, assignee, requester, received_at, is_open FROM "
        "(SELECT id, subject, status, assignee, requester, received_at, is_open FROM ticket "
        f"WHERE {column} = :owner ORDER BY id DESC LIMIT {NEWEST}) AS newest "
        f"WHERE id <> :number ORDER BY is_open DESC, id DESC LIMIT {_MOST_TICKETS + 1}",
        {"owner": key, "number": number},
    )
    return [
        ClientTicket(other, subject, status, assignee, requester, seconds_from_stored(received), bool(is_open))
        for other, subject, status, assignee, requester, received, is_open in found
    ]


def _load_agreements(reader: ReadConnection, numbers: list[int]) -> list[tuple[int, AgreementRow]]:
    """Load the charges that the client agreed to on these tickets, the newest first."""
    placeholders, params = bind_numbers(numbers)
    found = reader.rows(
        "SELECT ticket_id, key, who, at, data FROM record WHERE kind = 'agreement' AND state = 'agreed' "
        f"AND ticket_id IN ({placeholders}) ORDER BY at DESC, ticket_id",
        params,
    )
    return [
        (
            ticket,
            AgreementRow(key, values.get("amount"), values.get("currency"), who, seconds_from_stored(at), ""),
        )
        for ticket, key, who, at, data in found
        for values in (json.loads(data),)
    ]

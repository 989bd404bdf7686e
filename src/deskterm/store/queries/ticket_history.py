"""The events of one ticket, and the look-up of a ticket by its reference, over a bare `ReadConnection`."""

from __future__ import annotations

from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.store.db.errors import hidden_ticket_error
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection


class StoredEvent(NamedTuple):
    """An event as it is stored. at: epoch seconds; version: the procedure version in force; data: its JSON."""

    seq: int
    kind: str
    at: int
    actor: str
    version: int
    data: str


class TicketReference(NamedTuple):
    """A ticket that was found by a reference. external_id: its number in the system that it was imported from."""

    number: int
    subject: str
    external_id: str | None


def load_history(reader: ReadConnection, number: int) -> list[StoredEvent]:
    """Load the events of a ticket in the order of their sequence."""
    found = reader.rows(
        "SELECT seq, kind, at, actor, procedure_version, data FROM event WHERE ticket_id = :number ORDER BY seq",
        {"number": number},
    )
    return [
        StoredEvent(seq, kind, seconds_from_stored(at), actor, version, data)
        for seq, kind, at, actor, version, data in found
    ]


def find_ticket(reader: ReadConnection, reference: str) -> TicketReference:
    """Find a ticket by its number (`1042`, `#1042`), or by its number in the system that it was imported from. Raises
    DeskError when there is none."""
    reference = reference.strip()
    digits = reference.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:  # more overflow a 64-bit integer
        found = _find_one(reader, "id = :value", int(digits))
        if found is not None:
            return found
        if reader.is_hidden(int(digits)):
            raise hidden_ticket_error(digits)
    found = _find_one(reader, "external_id = :value", reference)
    if found is None:
        raise DeskError(f"There is no ticket {reference}: `deskterm ticket list` shows those that are open.")
    return found


def _find_one(reader: ReadConnection, condition: str, value: int | str) -> TicketReference | None:
    rows = reader.rows(f"SELECT id, subject, external_id FROM ticket WHERE {condition}", {"value": value})
    return TicketReference._make(rows[0]) if rows else None

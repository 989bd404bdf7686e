"""Ticket rows for tests of the store, written straight into the table, and a wait for changes of other connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deskterm.store.db.engine import Store
from deskterm.store.db.instants import NEVER
from deskterm.store.db.reader import ReadConnection

NOW = 1_772_442_000
"""2026-03-02 09:00:00 UTC, in epoch seconds."""

_PLAIN: dict[str, Any] = {
    "id": 0,
    "type": "query",
    "subject": "The printer is on fire",
    "status": "open",
    "category": "open",
    "is_open": 1,
    "severity": None,
    "priority": None,
    "requester": "kim",
    "organisation": "Northwind",
    "channel": "portal",
    "team": None,
    "assignee": None,
    "tags": "",
    "fields": "{}",
    "received_at": NOW - 7200,
    "updated_at": NOW - 3600,
    "reopened": 0,
    "waiting": "us",
    "rank": 0,
    "order_at": NEVER,
    "next_due_at": NEVER,
    "next_metric": "",
    "breached": 0,
    "snoozed_until": None,
    "version": 1,
    "hash": "",
}


def put_tickets(store: Store, tickets: Iterable[Mapping[str, Any]]) -> list[int]:
    """Insert tickets with defaults for the columns that are left out; return their numbers."""
    values = list(tickets)
    with store.bulk() as bulk:
        numbers = list(bulk.reserve_ids("ticket", len(values)))
        rows = [
            tuple((_PLAIN | {"id": number} | dict(ticket)).values())
            for number, ticket in zip(numbers, values, strict=True)
        ]
        bulk.insert("ticket", tuple(_PLAIN), rows)
    return numbers


def change_arrives(reader: ReadConnection) -> bool:
    """Return True once a change arrives. PostgreSQL notifies its listeners shortly after the commit, so this polls."""
    return any(reader.has_changed() for _ in range(2000) if reader.rows("SELECT 1"))

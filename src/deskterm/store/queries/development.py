"""Development items and releases over the whole desk. SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.rows.texts import load_texts


class ItemRow(NamedTuple):
    """A development item with its ticket. Instants are epoch seconds; at: when it last changed; due: when its release
    goes out; tickets: the other tickets that wait for it, closed ones left out; under_way: neither released nor
    ended."""

    ticket: int
    key: str
    state: str
    route: str | None
    title: str
    system: str
    url: str
    reference: str
    release: str | None
    due: int | None
    decision: str | None
    approvals: list[dict[str, Any]]
    tickets: list[int]
    under_way: bool
    at: int
    subject: str
    status: str
    severity: str | None
    organisation: str


class ReleaseRow(NamedTuple):
    """A release. day: its date; out_at: when it went out, epoch seconds, None for one to come; items: its items, as
    (ticket, item); tickets: how many tickets it moved, or will move; notes: its release notes."""

    day: str
    out_at: int | None
    who: str
    items: list[tuple[int, str]]
    tickets: int
    notes: str


def load_items(reader: ReadConnection, *, include_done: bool = False, release: str | None = None) -> list[ItemRow]:
    """Load items that are under way, the oldest ticket first. include_done: released and ended ones too. release: only
    those of a release."""
    found = reader.rows(
        "SELECT r.ticket_id, r.key, r.state, r.at, r.due_at, r.data, t.subject, t.status, t.severity, t.organisation "
        "FROM record r JOIN ticket t ON t.id = r.ticket_id WHERE r.kind = 'item' "
        "ORDER BY r.ticket_id, length(r.key), r.key"
    )
    joined = reader.rows(
        "SELECT DISTINCT r.ticket_id FROM record r JOIN ticket t ON t.id = r.ticket_id "
        "WHERE r.kind = 'joined' AND t.category = 'closed'"
    )
    closed = {number for (number,) in joined}
    rows = [_to_item(row, closed) for row in found]
    return [
        row
        for row in rows
        if (row.under_way or include_done or release is not None) and (release is None or row.release == release)
    ]


def load_releases(reader: ReadConnection) -> list[ReleaseRow]:
    """Load releases that have items or that went out, by day."""
    # Every ticket that a release moved has a record of it: one release is many records of the same day.
    out: dict[str, list[tuple[Any, ...]]] = {}
    for day, at, who, data in reader.rows(
        "SELECT key, at, who, data FROM record WHERE kind = 'release' ORDER BY key, at, ticket_id"
    ):
        out.setdefault(day, []).append((seconds_from_stored(at), who, json.loads(data).get("notes")))
    scheduled: dict[str, list[ItemRow]] = {}
    for item in load_items(reader, include_done=True):
        if item.release is not None:
            scheduled.setdefault(item.release, []).append(item)
    notes = load_texts(reader, [entries[-1][2] for entries in out.values()])
    found = []
    for day in sorted(out.keys() | scheduled.keys()):
        entries = out.get(day, [])
        items = scheduled.get(day, [])
        tickets = {number for item in items for number in (item.ticket, *item.tickets)}
        found.append(
            ReleaseRow(
                day,
                entries[-1][0] if entries else None,
                entries[-1][1] if entries else "",
                [(item.ticket, item.key) for item in items],
                max(len(tickets), len(entries)),
                notes.get(entries[-1][2], "") if entries else "",
            )
        )
    return found


def _to_item(row: tuple[Any, ...], closed: Collection[int]) -> ItemRow:
    ticket, key, state, at, due, data, subject, status, severity, organisation = row
    values = json.loads(data)
    return ItemRow(
        ticket,
        key,
        state,
        values.get("route"),
        values.get("title", ""),
        values.get("system", ""),
        values.get("url", ""),
        values.get("reference", ""),
        values.get("release"),
        optional_seconds_from_stored(due),
        values.get("decision"),
        values.get("approvals", []),
        [number for number in values.get("tickets", []) if number not in closed],
        "flag" in values,
        seconds_from_stored(at),
        subject,
        status,
        severity,
        organisation,
    )

"""Releases: the items that are scheduled to a day go out together, and their tickets keep the notes (S4-18, S4-19)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.development.item_transaction import (
    FLAG,
    ITEM,
    JOINED,
    ItemLocation,
    ItemTransaction,
    TicketMove,
    load_item,
    plan_ticket_move,
)
from deskterm.desk.domain.records import build_record_change
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import DevStatus
from deskterm.procedure.sla_terms import find_next_release
from deskterm.store.db.tables import RecordRow, table_of

RELEASE = "release"
"""The kind of record of a release on a ticket that was part of it; its key is the day."""


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """A published release. day: its date; items: their number; results: one for each ticket that moved or was
    notified."""

    day: str
    items: int
    results: tuple[CommandResult, ...]


def publish_release(desk: DeskSession, day: str, *, notes: str, now: datetime) -> ReleaseResult:
    """Publish the release of a day, as one command: every item that is scheduled to it and ready moves to the next
    status, its tickets move where that status says, and their people are notified.

    day: an ISO date. notes: the changes of the release, kept with every ticket. Raises UsageError without notes where
    the cadence asks for them, and DeskError before that day, or when nothing is ready for it."""
    desk.require("release")
    notes = notes.strip()
    if not notes and _asks_for_notes(desk):
        raise UsageError("Say what is new: a release goes out with its notes.")
    _require_day_reached(desk, day, now)
    locations = find_scheduled_items(desk, day)
    if not locations:
        coming = find_next_release(desk.procedure.definition, desk.procedure.terms, int(now.timestamp()))
        hint = f" The next release is on {coming}." if coming is not None and coming != day else ""
        raise DeskError(f"Nothing is scheduled to the release of {day} and ready for it.{hint}")
    numbers = sorted({number for location in locations for number in (location.origin, *location.tickets)})
    with desk.tickets(numbers, "release", now) as works:
        by_number = dict(zip(numbers, works, strict=True))
        moves: dict[int, list[tuple[ItemTransaction, DevStatus]]] = {}
        for location in locations:
            tickets = (location.origin, *location.tickets)
            # Once more, under the locks: the list was read before them
            item = load_item(location.key, [by_number[number] for number in tickets])
            target = _find_released_status(item, day)
            for number in tickets:
                moves.setdefault(number, []).append((item, target))
        results = tuple(
            result
            for number, items in sorted(moves.items())
            if (result := _release_ticket(by_number[number], items, day, notes)) is not None
        )
    return ReleaseResult(day, len(locations), results)


def find_scheduled_items(desk: DeskSession, day: str) -> list[ItemLocation]:
    """Load the items that are scheduled to the release of a day and ready for it, by the number of their ticket."""
    ready = [status.key for status in desk.procedure.definition.development.statuses if status.ready and status.to]
    table = table_of(RecordRow)
    statement = (
        select(table.c.ticket_id, table.c.key, table.c.data)
        .where(table.c.kind == ITEM, table.c.state.in_(ready))
        .order_by(table.c.ticket_id, table.c.key)
    )
    # The release is a member of the JSON, which the two databases query differently: it is compared here.
    with desk.store.reading() as session:
        found = [(number, key, json.loads(data)) for number, key, data in session.execute(statement)]
    return [
        ItemLocation(number, key, tuple(values.get("tickets", ())))
        for number, key, values in found
        if values.get("release") == day
    ]


def _asks_for_notes(desk: DeskSession) -> bool:
    """Return whether a release goes out with notes only: as its cadence says, and where it has none."""
    definition = desk.procedure.definition
    key = definition.development.release_cadence
    return next((part.notes for part in definition.cadences if part.key == key), True)


def _require_day_reached(desk: DeskSession, day: str, now: datetime) -> None:
    """Raise DeskError before the day of a release in the zone of the procedure, and UsageError for what is no date."""
    try:
        release_day = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError(f"{day!r} is no date: write it as 2026-11-26.") from error
    if release_day > now.astimezone(ZoneInfo(desk.procedure.timezone)).date():
        raise DeskError(f"The release of {day} is yet to come: put it out on its day.")


def _find_released_status(item: ItemTransaction, day: str) -> DevStatus:
    """Find the status that an item enters when its release goes out. Raises DeskError when the item was moved or
    scheduled otherwise since it was looked up."""
    status = item.status
    if item.record.values.get("release") != day or not status.ready:
        raise DeskError(f"Item {item.key} of {item.origin.number} changed meanwhile: try again.")
    statuses = {other.key: other for other in item.origin.procedure.definition.development.statuses}
    return statuses[status.to[0]]


def _release_ticket(
    work: TicketTransaction, items: list[tuple[ItemTransaction, DevStatus]], day: str, notes: str
) -> CommandResult | None:
    """Append one event to a ticket, however many of its items are released; return the result, or None for a closed
    ticket: it keeps the release, but is not moved, and nobody is notified (S4-15)."""
    records = work.state.records
    closed = work.state.category == "closed"
    texts = {"notes": notes} if notes else {}
    changes = build_record_change(
        records, RELEASE, day, state="out", who=work.context.agent.login, words=list(texts) or None
    )
    names: list[str] = []
    ticket_moves: list[TicketMove] = []
    for item, target in items:
        origin = item.origin.number or 0
        own = origin == work.number
        kind, key = (ITEM, item.key) if own else (JOINED, f"{origin}-{item.key}")
        changes |= build_record_change(records, kind, key, state=target.key, flag=FLAG if target.to else None)
        ticket_moves.append(plan_ticket_move(work, target, item.origin))
        changes |= ticket_moves[-1].changes
        names.append(key)
    work.append("released", changes, texts, release=day, items=names, over=closed)
    if closed:
        return None
    if "status" not in changes:  # no item moved the ticket: one reason for that is enough
        next((move for move in ticket_moves if move.target is not None), ticket_moves[0]).record_block(work)
    status = work.procedure.statuses.get(work.state.status)
    label = status.label if status is not None else work.state.status
    return work.build_result(f"{work.number}: released on {day}, now {label}")

"""Releases: what is scheduled to a day goes out as one, its tickets move, and the notes are kept (S4-18, S4-19)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.development.items import (
    FLAG,
    ITEM,
    JOINED,
    ItemLocation,
    ItemTransaction,
    TicketMove,
    load_item,
    plan_ticket_move,
)
from deskterm.desk.domain.records import change
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import DevStatus
from deskterm.procedure.sla_terms import next_release
from deskterm.store.db.tables import RecordRow, table_of

RELEASE = "release"
"""A ticket's record of a release that it was in; its key is the day."""


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """A release that went out. day: its date; items: how many; done: what became of each ticket."""

    day: str
    items: int
    results: tuple[CommandResult, ...]


def publish_release(desk: DeskSession, day: str, *, notes: str, now: datetime) -> ReleaseResult:
    """Let the release of a day go out: every item that is scheduled to it and ready goes to the status after ready,
    its tickets where that one says, and their people are told; all of it or nothing, as one act. notes: what is new,
    kept with every ticket. DeskError before its day, and when nothing is ready for it."""
    desk.require("release")
    words = notes.strip()
    if not words:
        raise UsageError("Say what is new: a release goes out with its notes.")
    _due(desk, day, now)
    places = find_scheduled_items(desk, day)
    if not places:
        coming = next_release(desk.procedure.definition, desk.procedure.terms, int(now.timestamp()))
        hint = f" The next release is on {coming}." if coming is not None and coming != day else ""
        raise DeskError(f"Nothing is scheduled to the release of {day} and ready for it.{hint}")
    numbers = sorted({number for place in places for number in (place.origin, *place.tickets)})
    with desk.tickets(numbers, "release", now) as works:
        by_number = dict(zip(numbers, works, strict=True))
        out: dict[int, list[tuple[ItemTransaction, DevStatus]]] = {}
        for place in places:
            item = load_item(place.key, [by_number[number] for number in (place.origin, *place.tickets)])
            after = _after(item, day)
            for number in (place.origin, *place.tickets):
                out.setdefault(number, []).append((item, after))
        done = tuple(
            said
            for number, items in sorted(out.items())
            if (said := _released(by_number[number], items, day, words)) is not None
        )
    return ReleaseResult(day, len(places), done)


def find_scheduled_items(desk: DeskSession, day: str) -> list[ItemLocation]:
    """The items that are scheduled to the release of a day and ready to go out with it, the oldest ticket first."""
    ready = [status.key for status in desk.procedure.definition.development.statuses if status.ready and status.to]
    table = table_of(RecordRow)
    statement = (
        select(table.c.ticket_id, table.c.key, table.c.data)
        .where(table.c.kind == ITEM, table.c.state.in_(ready))
        .order_by(table.c.ticket_id, table.c.key)
    )
    with desk.store.reading() as session:
        found = [(number, key, json.loads(data)) for number, key, data in session.execute(statement)]
    return [
        ItemLocation(number, key, tuple(values.get("tickets", ())))
        for number, key, values in found
        if values.get("release") == day
    ]


def _due(desk: DeskSession, day: str, now: datetime) -> None:
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError(f"{day!r} is no date: write it as 2026-11-26.") from error
    if wanted > now.astimezone(ZoneInfo(desk.procedure.timezone)).date():
        raise DeskError(f"The release of {day} is yet to come: put it out on its day.")


def _after(item: ItemTransaction, day: str) -> DevStatus:
    status = item.status
    if item.record.values.get("release") != day or not status.ready:
        raise DeskError(f"Item {item.key} of {item.origin.number} changed meanwhile: try again.")
    known = {other.key: other for other in item.origin.procedure.definition.development.statuses}
    return known[status.to[0]]


def _released(
    work: TicketTransaction, items: list[tuple[ItemTransaction, DevStatus]], day: str, notes: str
) -> CommandResult | None:
    """One event for a ticket, however many of its items go out. A ticket that is done for good keeps the release with
    it: it is not moved, and nobody is told (S4-15); None for it."""
    records = work.state.records
    over = work.state.category == "closed"
    changes = change(records, RELEASE, day, state="out", who=work.context.agent.login, words=["notes"])
    named: list[str] = []
    came: list[TicketMove] = []
    for item, after in items:
        home = item.origin.number or 0
        own = home == work.number
        kind, key = (ITEM, item.key) if own else (JOINED, f"{home}-{item.key}")
        changes |= change(records, kind, key, state=after.key, flag=FLAG if after.to else None)
        came.append(plan_ticket_move(work, after, item.origin))
        changes |= came[-1].changes
        named.append(key if own else f"{home}-{item.key}")
    work.append("released", changes, {"notes": notes}, release=day, items=named, over=over)
    if over:
        return None
    if "status" not in changes:
        next((one for one in came if one.target is not None), came[0]).record_block(work)
    status = work.procedure.statuses.get(work.state.status)
    label = status.label if status is not None else work.state.status
    return work.done(f"{work.number}: released on {day}, now {label}")

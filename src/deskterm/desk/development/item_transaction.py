"""Find a development item, and open a transaction on it and on every ticket that waits for it (S1-29, S4-12).

An item is a record `item` on the ticket it was raised from, its origin. Members: `state` (a development status, or
`ended`), `route`, `title`, `system`, `url` and `reference` of the developers' own tool, `release` and `due` of the
release it is scheduled to, `decision` on its route, `approvals` (who signed which status, and when) and `tickets`, the
other tickets that wait for it. Each of those has a record `joined` that mirrors some of these members, so that lists
and the detail of a ticket need not read another ticket.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import require_ticket
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.records import Record, build_record_change
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.policy.permissions import Act
from deskterm.desk.workflow.transition_rules import find_blocking_reason, record_blocked_move
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import DevRoute, DevStatus, Status
from deskterm.store.db.tables import RecordRow, table_of

ITEM, JOINED = "item", "joined"
MIRRORED = ("state", "flag", "release", "due")
"""The members of an item that the `joined` records repeat."""
FLAG = "development"
ENDED = "ended"
"""The state of an item that needs no release any more; it is not a status of the procedure."""


@dataclass(frozen=True, slots=True)
class ItemLocation:
    """The place of an item. origin: the ticket it was raised from; key: its number there; tickets: the others that wait
    for it."""

    origin: int
    key: str
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ItemTransaction:
    """An item in a transaction. origin: the ticket it was raised from; others: the tickets that wait for it too."""

    key: str
    origin: TicketTransaction
    others: tuple[TicketTransaction, ...]

    @property
    def record(self) -> Record:
        return self.origin.state.records[ITEM, self.key]

    @property
    def transactions(self) -> tuple[TicketTransaction, ...]:
        return (self.origin, *self.others)

    @property
    def status(self) -> DevStatus:
        """Its development status. Raises DeskError when it has ended, or the procedure no longer has the status."""
        if self.record.state == ENDED:
            raise DeskError(f"Item {self.key} of {self.origin.number} has ended: raise another one.")
        return resolve_choice(
            "development status", self.record.state, self.origin.procedure.definition.development.statuses
        )

    @property
    def route(self) -> DevRoute | None:
        return find_route(self.origin.procedure, self.record)

    def update(
        self, kind: EventKind, status: DevStatus | None = None, data: dict[str, Any] | None = None, **values: Any
    ) -> None:
        """Append an event that changes members of the item, with the mirrors and statuses of all its tickets.

        status: the development status the item enters; it may move the tickets. data: what else the event says."""
        if status is not None:
            values |= {"state": status.key, "flag": FLAG if status.to else None}
        data = {"item": self.key, **(data or {})}
        changes = build_record_change(self.origin.state.records, ITEM, self.key, **values)
        move = plan_ticket_move(self.origin, status, self.origin)
        self.origin.append(kind, changes | move.changes, **data)
        move.record_block(self.origin)
        mirrored = {name: values[name] for name in MIRRORED if name in values}
        for work in self.others:
            changes = build_record_change(work.state.records, JOINED, f"{self.origin.number}-{self.key}", **mirrored)
            # The checklist that may block the move is that of the origin: there the item was raised.
            move = plan_ticket_move(work, status, self.origin)
            work.append(kind, changes | move.changes, ticket=self.origin.number, **data)
            move.record_block(work)


def find_item(desk: DeskSession, number: int, item: str | None = None) -> ItemLocation:
    """Find the item of a ticket, its own or one that it waits for.

    item: its number on the ticket, or with the number of its origin in front (`1001-2`); by default the only item, or
    the only one in progress. Raises DeskError with the items there are when none or several match."""
    table = table_of(RecordRow)
    statement = (
        select(table.c.kind, table.c.key, table.c.data)
        .where(table.c.ticket_id == number, table.c.kind.in_((ITEM, JOINED)))
        .order_by(table.c.at, table.c.key)
    )
    with desk.store.reading() as session:
        rows = [(kind, key, json.loads(data)) for kind, key, data in session.execute(statement)]
        matching = [row for row in rows if item in (None, row[1], f"{number}-{row[1]}")]
        if item is None and len(matching) > 1:
            # Items under way have the flag; those that are done are hardly meant
            matching = [row for row in matching if "flag" in row[2]] or matching
        if len(matching) != 1:
            keys = ", ".join(key for _, key, _ in rows)
            if not rows:
                require_ticket(session, number)
                raise DeskError(f"Ticket {number} has no development item: raise one with `deskterm item raise`.")
            problem = f"has no item {item}" if item is not None else "has several items"
            raise DeskError(f"Ticket {number} {problem}: say which, of {keys}.", option="--item")
        kind, key, values = matching[0]
        if kind == ITEM:
            return ItemLocation(number, key, tuple(values.get("tickets", ())))
        on_origin = select(table.c.data).where(
            table.c.ticket_id == values["ticket"], table.c.kind == ITEM, table.c.key == values["item"]
        )
        text = session.execute(on_origin).scalar_one_or_none()
        if text is None:  # the item was undone on its origin
            raise DeskError(
                f"Item {values['item']} of {values['ticket']} was taken back: there is nothing to wait for."
            )
        return ItemLocation(values["ticket"], values["item"], tuple(json.loads(text).get("tickets", ())))


@contextmanager
def open_item(desk: DeskSession, number: int, item: str | None, act: Act, now: datetime) -> Iterator[ItemTransaction]:
    """Open a transaction on an item and on all tickets that wait for it."""
    desk.require(act)
    location = find_item(desk, number, item)
    if not location.tickets:  # one ticket needs no mark of a command on several
        with desk.ticket(location.origin, act, now) as work:
            yield load_item(location.key, [work])
        return
    with desk.tickets([location.origin, *location.tickets], act, now) as works:
        yield load_item(location.key, works)


def load_item(key: str, works: Sequence[TicketTransaction]) -> ItemTransaction:
    """Load an item from the transactions on its tickets, its origin first.

    The item was found before the tickets were locked: raises DeskError when it was undone, or other tickets wait for it
    by now."""
    found = ItemTransaction(key, works[0], tuple(works[1:]))
    if (ITEM, key) not in works[0].state.records:
        raise DeskError(f"Item {key} of {works[0].number} was taken back meanwhile.")
    if set(found.record.values.get("tickets", ())) != {work.number for work in found.others}:
        raise DeskError(f"Item {key} of {works[0].number} changed meanwhile: try again.")
    return found


@dataclass(frozen=True, slots=True)
class TicketMove:
    """The effect of an item's new status on a ticket. changes: those of its event. target, why: the status that it
    could not be moved to, and the reason."""

    changes: dict[str, tuple[Any, Any]]
    target: Status | None = None
    why: str = ""

    def record_block(self, work: TicketTransaction) -> None:
        """Append an event that says why the ticket was not moved; call it after the event that moved the item."""
        if self.target is not None:
            record_blocked_move(work, self.target, self.why)


def plan_ticket_move(work: TicketTransaction, status: DevStatus | None, origin: TicketTransaction) -> TicketMove:
    """Plan the move of an open ticket to the status that its item's status names.

    The ticket's status graph does not apply, because the work has got there already (S1-29). A checklist that must be
    done first, or an end without a resolution, still blocks it. An item in its last status is released, which is the
    resolution for a ticket that its requester tests next (S4-19). origin: the ticket the item was raised from."""
    key = status.moves_ticket_to if status is not None else None
    target = work.procedure.statuses.get(key or "")
    if target is None or status is None or not work.state.is_open or target.key == work.state.status:
        return TicketMove({})
    # An item may have tickets of several types, and not each of them has every status
    if not work.procedure.has_status(work.state.type, target):
        return TicketMove({})
    if why := find_blocking_reason(work, target, origin=origin, released=not status.to):
        return TicketMove({}, target, why)
    return TicketMove({"status": (work.state.status, target.key)})


def find_route(procedure: CompiledProcedure, record: Record) -> DevRoute | None:
    """Find the route of an item through development; None when it has none."""
    key = record.values.get("route")
    return next((route for route in procedure.definition.development.routes if route.key == key), None)

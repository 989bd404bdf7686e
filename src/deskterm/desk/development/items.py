"""Development items: what of a ticket the developers have to do, with a status of its own (S1-29, S4-12).

An item is a record `item` on the ticket that it was raised from: `state` (a development status, or `ended`), `route`,
`title`, `system`, `url` and `reference` of where the developers keep it, `release` and `due` of the release that it is
scheduled to, `decision` on its route, `approvals` (who signed which status, and when) and `tickets`, the others that
wait for it. Each of these has a record `joined` that mirrors it.
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
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.event_kinds import EventKind
from deskterm.desk.domain.records import Record, change, next_key, of_kind
from deskterm.desk.policy.permissions import Act
from deskterm.desk.policy.status_graph import chosen
from deskterm.desk.workflow.checklists import format_tick_hint
from deskterm.desk.workflow.transition_rules import find_blocking_reason, record_blocked_move
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import DevRoute, DevStatus, Status
from deskterm.store.db.tables import RecordRow, table_of

ITEM, JOINED = "item", "joined"
FLAG = "development"
ENDED = "ended"
"""Where an item stands that needs no release any more; no status of the file."""


@dataclass(frozen=True, slots=True)
class ItemLocation:
    """Which item: the ticket that it was raised from, its number there, and the other tickets that wait for it."""

    origin: int
    key: str
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ItemTransaction:
    """An item that is being worked on. home: the ticket it hangs on; others: the tickets that wait for it too."""

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
        """Where it stands. DeskError when the procedure does not know that any more, or it has ended."""
        if self.record.state == ENDED:
            raise DeskError(f"Item {self.key} of {self.origin.number} has ended: raise another one.")
        return chosen("development status", self.record.state, self.origin.procedure.definition.development.statuses)

    @property
    def route(self) -> DevRoute | None:
        return find_route(self.origin.procedure, self.record)

    def update(
        self, kind: EventKind, status: DevStatus | None = None, data: dict[str, Any] | None = None, **values: Any
    ) -> None:
        """Give members of the item other values, here and in what mirrors it. enters: the status that it comes to,
        and that may move its tickets."""
        if status is not None:
            values |= {"state": status.key, "flag": FLAG if status.to else None}
        data = {"item": self.key, **(data or {})}
        changes = change(self.origin.state.records, ITEM, self.key, **values)
        came = plan_ticket_move(self.origin, status, self.origin)
        self.origin.append(kind, changes | came.changes, **data)
        came.record_block(self.origin)
        mirror = {name: values[name] for name in ("state", "flag", "release", "due") if name in values}
        for work in self.others:
            name = f"{self.origin.number}-{self.key}"
            changes = change(work.state.records, JOINED, name, **mirror)
            came = plan_ticket_move(work, status, self.origin)
            work.append(kind, changes | came.changes, ticket=self.origin.number, **data)
            came.record_block(work)


def raise_item(
    desk: DeskSession,
    number: int,
    *,
    title: str = "",
    route: str | None = None,
    system: str = "",
    url: str = "",
    reference: str = "",
    allow_same: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Raise a development item from a ticket. route: by key or label; left out, what the checklist ended in where that
    names one. system, url, reference: where the developers keep it (S1-29). DeskError while the checklist that the
    procedure asks for is not done, or ended in what is none of development's (S1-28), and where the ticket has the
    same item under way, unless another one is wanted `again`."""
    with desk.ticket(number, "develop", now, version) as work:
        part = _part(work.procedure)
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: move it back before you raise a {part.label} from it.")
        outcome = _checked(work)
        known = {way.key for way in part.routes}
        way = chosen("route", route, part.routes) if route else None
        chosen_route = way.key if way else outcome if outcome in known else None
        if not allow_same:
            _require_new(work, chosen_route, title, url, reference)
        before = work.state.status
        item = _begun(work, chosen_route, title=title, system=system, url=url, reference=reference)
        came = _now(work, before)
        done = work.done(f"{number}: {part.label} {item.key} raised{_named(item.route)}, {item.status.label}{came}")
    return done


def raise_item_by_rule(work: TicketTransaction, route_key: str) -> str:
    """Raise an item by a rule, without asking for a checklist; what was done, in a few words. Nothing where one is
    under way already, or the procedure has no development."""
    part = work.procedure.definition.development
    if not part.statuses or any("flag" in record.values for record in of_kind(work.state.records, ITEM)):
        return ""
    item = _begun(work, route_key)
    return f"{part.label} {item.key} raised{_named(item.route)}"


def join_item(desk: DeskSession, number: int, origin: int, *, item: str | None = None, now: datetime) -> CommandResult:
    """Let a ticket wait for an item of another one too. item: its number there; the one under way where left out."""
    desk.require("develop")
    with desk.store.reading() as session:
        require_ticket(session, number)
    place = find_item(desk, origin, item)
    if number in (place.origin, *place.tickets):
        raise DeskError(f"Ticket {number} waits for item {place.key} of {place.origin} already.")
    with desk.tickets([place.origin, number], "develop", now) as (owner, work):
        found = ItemTransaction(place.key, owner, ())
        if not work.state.is_open:
            raise DeskError(f"Ticket {number} is not open: it has nothing to wait for.")
        status, values = found.status, found.record.values
        tickets = sorted({*values.get("tickets", ()), number})
        owner.append(
            "item_joined",
            change(owner.state.records, ITEM, place.key, tickets=tickets),
            item=place.key,
            ticket=number,
        )
        mirror = {name: values.get(name) for name in ("state", "flag", "release", "due")}
        name = f"{place.origin}-{place.key}"
        changes = change(work.state.records, JOINED, name, ticket=place.origin, item=place.key, **mirror)
        before = work.state.status
        came = plan_ticket_move(work, status, owner)
        work.append("item_joined", changes | came.changes, item=place.key, ticket=place.origin)
        came.record_block(work)
        done = work.done(f"{number} waits for item {place.key} of {place.origin}: {status.label}{_now(work, before)}")
    return done


def find_item(desk: DeskSession, number: int, item: str | None = None) -> ItemLocation:
    """The item of a ticket, its own or one that it waits for. item: its number, with the other ticket's in front
    (`1001-2`) where that is meant; left out, the only one, or the only one under way. DeskError names those there
    are."""
    table = table_of(RecordRow)
    statement = (
        select(table.c.kind, table.c.key, table.c.data)
        .where(table.c.ticket_id == number, table.c.kind.in_((ITEM, JOINED)))
        .order_by(table.c.at, table.c.key)
    )
    with desk.store.reading() as session:
        rows = [(kind, key, json.loads(data)) for kind, key, data in session.execute(statement)]
        wanted = [row for row in rows if item in (None, row[1], f"{number}-{row[1]}")]
        if item is None and len(wanted) > 1:
            wanted = [row for row in wanted if "flag" in row[2]] or wanted
        if len(wanted) != 1:
            known = ", ".join(key for _, key, _ in rows)
            if not rows:
                require_ticket(session, number)
                raise DeskError(f"Ticket {number} has no development item: raise one with `deskterm item raise`.")
            which = f"has no item {item}" if item is not None else "has several items"
            raise DeskError(f"Ticket {number} {which}: say which with --item, of {known}.")
        kind, key, values = wanted[0]
        if kind == ITEM:
            return ItemLocation(number, key, tuple(values.get("tickets", ())))
        at_home = select(table.c.data).where(
            table.c.ticket_id == values["ticket"], table.c.kind == ITEM, table.c.key == values["item"]
        )
        text = session.execute(at_home).scalar_one_or_none()
        if text is None:
            raise DeskError(
                f"Item {values['item']} of {values['ticket']} was taken back: there is nothing to wait for."
            )
        return ItemLocation(values["ticket"], values["item"], tuple(json.loads(text).get("tickets", ())))


@contextmanager
def open_item(desk: DeskSession, number: int, item: str | None, act: Act, now: datetime) -> Iterator[ItemTransaction]:
    """A transaction on an item and on all tickets that wait for it."""
    desk.require(act)
    place = find_item(desk, number, item)
    if not place.tickets:
        with desk.ticket(place.origin, act, now) as work:
            yield load_item(place.key, [work])
        return
    with desk.tickets([place.origin, *place.tickets], act, now) as works:
        yield load_item(place.key, works)


def load_item(key: str, works: Sequence[TicketTransaction]) -> ItemTransaction:
    """An item at work, with all its tickets, the one that it hangs on first. DeskError when others wait for it since
    they were looked up."""
    found = ItemTransaction(key, works[0], tuple(works[1:]))
    if (ITEM, key) not in works[0].state.records:
        raise DeskError(f"Item {key} of {works[0].number} was taken back meanwhile.")
    if set(found.record.values.get("tickets", ())) != {work.number for work in found.others}:
        raise DeskError(f"Item {key} of {works[0].number} changed meanwhile: try again.")
    return found


@dataclass(frozen=True, slots=True)
class TicketMove:
    """How a ticket moves as its item comes to a status. changes: its own; target, why: where it was to go, and what
    keeps it back."""

    changes: dict[str, tuple[Any, Any]]
    target: Status | None = None
    why: str = ""

    def record_block(self, work: TicketTransaction) -> None:
        """Write down what was kept back; after the event that brought the item there."""
        if self.target is not None:
            record_blocked_move(work, self.target, self.why)


def plan_ticket_move(work: TicketTransaction, status: DevStatus | None, origin: TicketTransaction) -> TicketMove:
    """An open ticket goes where the status of its item says, whatever its graph says, because the work is there now
    (S1-29); but not past a list that has to be done, or to its end without a resolution. An item in its last status is
    out: that is the resolution for a ticket that its requester tries next (S4-19). home: what it was raised from."""
    wanted = status.moves_ticket_to if status is not None else None
    target = work.procedure.statuses.get(wanted or "")
    if target is None or status is None or not work.state.is_open or target.key == work.state.status:
        return TicketMove({})
    if not work.procedure.knows(work.state.type, target):
        return TicketMove({})
    if why := find_blocking_reason(work, target, origin=origin, released=not status.to):
        return TicketMove({}, target, why)
    return TicketMove({"status": (work.state.status, target.key)})


def find_route(procedure: CompiledProcedure, record: Record) -> DevRoute | None:
    """The way that an item takes through development."""
    wanted = record.values.get("route")
    return next((route for route in procedure.definition.development.routes if route.key == wanted), None)


def _begun(work: TicketTransaction, route: str | None, **values: str) -> ItemTransaction:
    first = work.procedure.definition.development.statuses[0]
    key = next_key(work.state.records, ITEM)
    tidy = {name: _tidy(text) for name, text in values.items()}
    if tidy.get("url") and "://" not in tidy["url"]:
        raise UsageError(f"{tidy['url']!r} is no address: write it with https:// in front.")
    record = change(
        work.state.records, ITEM, key, state=first.key, flag=FLAG if first.to else None, route=route, **tidy
    )
    came = plan_ticket_move(work, first, work)
    work.append("item_raised", record | came.changes, item=key, route=route)
    came.record_block(work)
    return ItemTransaction(key, work, ())


def _require_new(work: TicketTransaction, route: str | None, title: str, url: str, reference: str) -> None:
    """DeskError for an item that the ticket has already: under way by the same reference or address, or else on the
    same route by the same title."""
    for record in of_kind(work.state.records, ITEM):
        values = record.values
        if "flag" not in values:
            continue
        told = [(given, str(values.get(name, ""))) for name, given in (("reference", reference), ("url", url))]
        both = [(given.strip(), known) for given, known in told if given.strip() and known]
        same = _tidy(title).casefold() == str(values.get("title", "")).casefold() and values.get("route") == route
        if any(given == known for given, known in both) or (same and not both):
            statuses = {status.key: status.label for status in work.procedure.definition.development.statuses}
            called = f" “{values['title']}”" if values.get("title") else ""
            raise DeskError(
                f"Ticket {work.number} has item {record.key}{called} already"
                f"{_named(find_route(work.procedure, record))}, {statuses.get(record.state, record.state)}: if another"
                " one is wanted, raise it with --again."
            )


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _part(procedure: CompiledProcedure) -> Any:
    part = procedure.definition.development
    if not part.statuses:
        raise DeskError("This procedure has no development: give it [development] with statuses.")
    return part


def _checked(work: TicketTransaction) -> str | None:
    """What the checklist before development ended in; None where there is none (S1-28)."""
    part = work.procedure.definition.development
    if part.checklist is None:
        return None
    checklist = next(one for one in work.procedure.definition.checklists if one.key == part.checklist)
    record = work.state.records.get(("checklist", checklist.key))
    if record is None or record.state != "done":
        items = record.values.get("items", ()) if record is not None else ()
        done = {item.get("text") for item in items if item.get("done")}
        left = [item.text for item in checklist.items if item.required and item.text not in done]
        rest = f" Left: {' · '.join(text.rstrip('.') for text in left)}." if left else ""
        hint = format_tick_hint(work.procedure, work.number, checklist, record)
        raise DeskError(f"First go through “{checklist.label}”.{rest} {hint}")
    outcome = record.values.get("outcome")
    if part.outcomes and outcome not in part.outcomes:
        labels = {choice.key: choice.label for choice in checklist.outcomes}
        said = labels.get(str(outcome), str(outcome or "nothing"))
        wanted = " or ".join(labels.get(key, key) for key in part.outcomes)
        raise DeskError(f"“{checklist.label}” ended in {said}: only {wanted} goes to development.")
    return outcome


def _now(work: TicketTransaction, before: str) -> str:
    """Where the ticket went with its item, in words; empty where it stays."""
    status = work.state.status
    known = work.procedure.statuses
    return f"; the ticket is now {known[status].label}" if status != before and status in known else ""


def _named(route: DevRoute | None) -> str:
    return f" ({route.label})" if route is not None else ""

"""Positions in the queue: by which keys of the procedure's order a ticket is placed, one after the other (S2-11,
S5-04)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Severity
from deskterm.sla.calendar import Calendar
from deskterm.sla.due import due_instant
from deskterm.sla.targets import parse_target
from deskterm.sla.zones import format_local_time
from deskterm.store.db.errors import hidden_ticket_error
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.queue import QueueRow, Viewer, count_tickets, find_position, load_queue_page
from deskterm.store.queries.ticket_detail import load_ticket_detail

_NEVER = 1 << 40
"""Value of a due time that is not set: in epoch seconds later than any instant, so that the ticket comes last."""
_UNRANKED = 99
"""Value of a level or status that the procedure does not have: after all others, as in
`CompiledProcedure.compute_rank`."""
_SEARCHED_SECONDS = 400 * 86_400
"""Greatest time into the past, in seconds, that is searched for the instant since which a ticket is stale."""


class OrderKey(NamedTuple):
    """A key of the order with a ticket's value. text: the value as text; empty for an instant, which is `at` in epoch
    seconds. value: what is compared, the smaller first."""

    key: str
    label: str
    text: str
    at: int | None
    value: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The ticket just before or after. deciding_label: of the first key that differs. own, other: both values."""

    row: QueueRow
    deciding_label: str
    own: OrderKey
    other: OrderKey


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """The position of a ticket among all open ones. place: from 1. parts: the keys in turn."""

    row: QueueRow
    place: int
    total: int
    keys: tuple[OrderKey, ...]
    before: Neighbour | None
    after: Neighbour | None


def explain_position(
    reader: ReadConnection, procedure: CompiledProcedure, number: int, viewer: Viewer
) -> QueuePosition:
    """Return a ticket's position in the queue, with its neighbours. Raises DeskError for one that is not open, or
    snoozed (C-11)."""
    found = load_ticket_detail(reader, number)
    if found is None:
        if reader.is_hidden(number):
            raise hidden_ticket_error(number)
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
    row = found.row
    if row.category in ("solved", "closed"):
        raise DeskError(f"Ticket {number} is not open: it stands in no queue.")
    if found.snoozed_until is not None and found.snoozed_until > viewer.now:
        until = format_local_time(found.snoozed_until, load_desk_facts(reader).timezone)
        raise DeskError(f"Ticket {number} is snoozed until {until}: it stands in no queue until then.")
    own = tuple(build_order_keys(procedure, row))
    # The neighbours that the list itself would show: read by the same query, not worked out here
    previous = load_queue_page(reader, "open", viewer, before=row.key, limit=1)
    following = load_queue_page(reader, "open", viewer, after=row.key, limit=1)
    return QueuePosition(
        row,
        find_position(reader, "open", viewer, "order", row.key) + 1,
        count_tickets(reader, "open", viewer),
        own,
        _build_neighbour(procedure, own, previous[0]) if previous else None,
        _build_neighbour(procedure, own, following[0]) if following else None,
    )


def build_order_keys(procedure: CompiledProcedure, row: QueueRow) -> Iterator[OrderKey]:
    """Yield the keys that a ticket is sorted by, most significant first.

    They are the keys of the procedure's order up to the first one that is an instant (`due` or `received`), and then
    the ticket's number, which decides between tickets that are otherwise equal. Sorted by these keys, tickets are in
    the order of the store, which compares `CompiledProcedure.compute_rank`, an instant and the number."""
    severity, priority = procedure.severities.get(row.severity or ""), procedure.priorities.get(row.priority or "")
    # An order without an instant ends with the due time, as the store's does
    for key in (*procedure.definition.queue.by, "due"):
        if key == "urgent":
            urgent = any(step is not None and step.urgent for step in (severity, priority))
            yield OrderKey(key, "Urgent", "yes" if urgent else "no", None, 0 if urgent else 1)
        elif key == "severity":
            yield _build_level_key(key, "Severity", severity, row.severity, procedure.severity_rank)
        elif key == "priority":
            yield _build_level_key(key, "Priority", priority, row.priority, procedure.priority_rank)
        elif key == "status":
            status = procedure.statuses.get(row.status)
            label = status.label if status is not None else row.status
            yield OrderKey(key, "Status", label, None, procedure.status_rank.get(row.status, _UNRANKED))
        elif key == "due":
            yield OrderKey(key, "Due", "", row.next_due, _NEVER if row.next_due is None else row.next_due)
            break
        else:
            yield OrderKey(key, "Received", "", row.received, row.received)
            break
    yield OrderKey("number", "Number", str(row.number), None, row.number)


def find_stale_since(calendar: Calendar, length: str, now: int) -> int:
    """Return the latest instant from which a length of working time has passed by now, in epoch seconds. Tickets that
    nobody has touched since then are stale (S1-31). length: as in a procedure file, such as `2d`."""
    target = parse_target(length, calendar.day_length)
    if target.in_wall_time:
        return now - target.seconds
    # Binary search, because a calendar can only be counted forwards.
    low, high = now - _SEARCHED_SECONDS, now
    while low < high:
        middle = (low + high + 1) // 2
        due = due_instant(target, middle, calendar)
        if due is not None and due <= now:
            low = middle
        else:
            high = middle - 1
    return low


def _build_level_key(
    key: str, label: str, step: Severity | None, level: str | None, ranks: Mapping[str, int]
) -> OrderKey:
    text = step.label if step is not None else level or "none"
    return OrderKey(key, label, text, None, ranks.get(level or "", _UNRANKED))


def _build_neighbour(procedure: CompiledProcedure, own: tuple[OrderKey, ...], row: QueueRow) -> Neighbour:
    other = tuple(build_order_keys(procedure, row))
    for mine, theirs in zip(own, other, strict=True):
        if mine.value != theirs.value:
            return Neighbour(row, mine.label, mine, theirs)
    raise DeskError(f"Tickets stand in one place: {row.number} has the number of another.")  # numbers are unique

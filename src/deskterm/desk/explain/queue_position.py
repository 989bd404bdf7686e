"""Why a ticket stands where it stands: the keys of the procedure's order of work, one after the other (S2-11,
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
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import QueueRow, Viewer, count_tickets, find_position, load_queue_page
from deskterm.store.queries.ticket_detail import load_ticket_detail

_NEVER = 1 << 40
_SEARCHED_SECONDS = 400 * 86_400
"""Seconds before now at which looking for an untouched ticket gives up counting."""


class OrderKey(NamedTuple):
    """A key of the order, and what a ticket has for it. at: epoch seconds of what is an instant; value: what is
    compared, smaller first."""

    key: str
    label: str
    text: str
    at: int | None
    value: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The ticket just before or after. by: the label of the key that decides; own, other: what the two have for it."""

    row: QueueRow
    deciding_label: str
    own: OrderKey
    other: OrderKey


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Where a ticket stands among all open ones. place: from 1; parts: the keys in turn."""

    row: QueueRow
    place: int
    of: int
    parts: tuple[OrderKey, ...]
    before: Neighbour | None
    after: Neighbour | None


def explain_position(
    reader: ReadConnection, procedure: CompiledProcedure, number: int, viewer: Viewer
) -> QueuePosition:
    """A ticket's place in the order of work, and who stands next to it. DeskError for one that is not open."""
    found = load_ticket_detail(reader, number)
    if found is None:
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")
    row = found.row
    if row.category in ("solved", "closed"):
        raise DeskError(f"Ticket {number} is not open: it stands in no queue.")
    own = tuple(build_order_keys(procedure, row))
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
    """What a ticket has for each key that decides, up to the first instant; among equals the lower number goes first.
    They order tickets as the store does (`CompiledProcedure.rank`)."""
    severity, priority = procedure.severities.get(row.severity or ""), procedure.priorities.get(row.priority or "")
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
            yield OrderKey(key, "Status", label, None, procedure.status_rank.get(row.status, 99))
        elif key == "due":
            yield OrderKey(key, "Due", "", row.next_due, _NEVER if row.next_due is None else row.next_due)
            break
        else:
            yield OrderKey(key, "Received", "", row.received, row.received)
            break
    yield OrderKey("number", "Number", str(row.number), None, row.number)


def find_stale_since(calendar: Calendar, length: str, now: int) -> int:
    """The instant since which so much working time has passed: what nobody touched after it is stale (S1-31). Of two
    instants with the same working time between them, the later."""
    target = parse_target(length, calendar.day_length)
    if target.in_wall_time:
        return now - target.seconds
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
    key: str, label: str, step: Severity | None, given: str | None, ranks: Mapping[str, int]
) -> OrderKey:
    words = step.label if step is not None else given or "none"
    return OrderKey(key, label, words, None, ranks.get(given or "", 99))


def _build_neighbour(procedure: CompiledProcedure, own: tuple[OrderKey, ...], row: QueueRow) -> Neighbour:
    other = tuple(build_order_keys(procedure, row))
    for mine, theirs in zip(own, other, strict=True):
        if mine.value != theirs.value:
            return Neighbour(row, mine.label, mine, theirs)
    raise DeskError(f"Tickets stand in one place: {row.number} has the number of another.")  # numbers are unique

"""The rows of a folded ticket: the one module that says which column holds what."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from deskterm.desk.domain.event_kinds.table import find_entry
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import Record, collect_flags
from deskterm.desk.domain.state import State
from deskterm.desk.domain.visits import Visit
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.ticket_fields import TICKET_FIELDS
from deskterm.sla.clock import Clock
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.sla.zones import read_zones_version
from deskterm.store.db.instants import NEVER_SECONDS

_AS_IN_STATE = tuple(field.name for field in TICKET_FIELDS if field.from_state and field.kind != "instant")
_INSTANTS = tuple(field.name for field in TICKET_FIELDS if field.from_state and field.kind == "instant")
_take_as_in_state, _take_instants = attrgetter(*_AS_IN_STATE), attrgetter(*_INSTANTS)
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode

ConvertInstant = Callable[[int], Any]
"""Makes the value of a column of an instant: of a session's as `to_datetime`, of a bare connection's as
`store.db.instants.to_stored_text` where that is SQLite's."""


def to_optional_datetime(seconds: int | None) -> datetime | None:
    """Convert epoch seconds to an aware datetime in UTC; None to None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def to_datetime(seconds: int) -> datetime:
    """Convert epoch seconds to an aware datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def to_epoch(moment: datetime) -> int:
    """Convert an aware datetime to whole epoch seconds."""
    return int(moment.timestamp() // 1)


def _convert(seconds: int | None, convert_instant: ConvertInstant) -> Any:
    """Convert epoch seconds; None stays None."""
    return None if seconds is None else convert_instant(seconds)


def find_next_clock(clocks: Sequence[Clock]) -> Clock | None:
    """Return the running clock that is due first, without timers and waived ones; None without any."""
    running = [
        clock
        for clock in clocks
        if clock.state == "running" and clock.due_at is not None and not clock.waived and not is_timer(clock)
    ]
    return min(running, key=lambda clock: (clock.due_at or 0, clock.metric), default=None)


def is_timer(clock: Clock) -> bool:
    """Return whether a clock only waits, and promises nothing."""
    return clock.metric.startswith(TIMER_PREFIX)


def build_ticket_row(
    state: State,
    clocks: Sequence[Clock],
    procedure: CompiledProcedure,
    convert_instant: ConvertInstant = to_datetime,
) -> dict[str, Any]:
    """Return column → value of a ticket's row, without id, hash and the names that are looked up by id (subject,
    requester, organisation)."""
    first = find_next_clock(clocks) if state.is_open else None
    next_due = convert_instant(NEVER_SECONDS if first is None or first.due_at is None else first.due_at)
    received = convert_instant(state.received_at)
    return {
        **dict(zip(_AS_IN_STATE, _take_as_in_state(state), strict=True)),
        **{
            name: None if seconds is None else convert_instant(seconds)
            for name, seconds in zip(_INSTANTS, _take_instants(state), strict=True)
        },
        # A number, because the partial indexes of both databases say `is_open = 1`
        "is_open": int(state.is_open),
        "requester_id": state.requester_id,
        "organisation_id": state.organisation_id,
        # Commas at both ends, so that SQL finds a tag with `LIKE '%,tag,%'`
        "tags": f",{','.join(state.tags)}," if state.tags else "",
        "fields": _encode(state.fields) if state.fields else "{}",
        "received_at": received,
        "rank": procedure.compute_rank(state.severity, state.priority, state.status),
        # NEVER and not NULL, which SQLite sorts first and PostgreSQL last
        "order_at": next_due if procedure.is_ordered_by_due() else received,
        "next_due_at": next_due,
        "next_metric": first.metric if first else "",
        "breached": int(
            # A waived miss stays on record, but marks the ticket no longer
            any(clock.breached_at is not None and not clock.waived and not is_timer(clock) for clock in clocks)
        ),
        "zones": read_zones_version(),
        "flags": f",{','.join(marks)}," if (marks := collect_flags(state.records)) else "",
    }


def build_record_row(record: Record, convert_instant: ConvertInstant = to_datetime) -> dict[str, Any]:
    """Return column → value of a record's row, without the ticket's id."""
    due = record.values.get("due")
    return {
        "kind": record.kind,
        "key": record.key,
        "state": record.state,
        "who": record.who,
        "at": _convert(record.at, convert_instant),
        "due_at": _convert(due, convert_instant),
        "data": _encode(record.values),
    }


def build_clock_row(clock: Clock, convert_instant: ConvertInstant = to_datetime) -> dict[str, Any]:
    """Return column → value of a clock's row, without the ticket's id."""
    return {
        "metric": clock.metric,
        "cycle": clock.cycle,
        "state": clock.state,
        "started_at": convert_instant(clock.started_at),
        "target": clock.target,
        "target_seconds": clock.target_seconds,
        "due_at": _convert(clock.due_at, convert_instant),
        "next_event_at": convert_instant(NEVER_SECONDS if clock.next_event_at is None else clock.next_event_at),
        "stopped_at": _convert(clock.stopped_at, convert_instant),
        "consumed": clock.consumed,
        "overrun": clock.overrun,
        "since": convert_instant(clock.since),
        "breached_at": _convert(clock.breached_at, convert_instant),
        "cause": clock.cause,
        "policy": clock.policy,
        "calendar": clock.calendar,
        "waived": int(clock.waived),
        "zones": read_zones_version(),
        "version": clock.version,
    }


def build_visit_row(visit: Visit) -> dict[str, Any]:
    """Return column → value of a visit's row, without the ticket's id."""
    return visit._asdict()


def build_message_row(event: Event, convert_instant: ConvertInstant = to_datetime) -> dict[str, Any] | None:
    """Return column → value of the message of an event, without the ticket's id; None for an event without one."""
    if "body" not in event.texts or "covers" in event.data:
        return None  # a letter that covers a message only says that it is there
    author_kind, contact = event.data.get("author_kind", "agent"), event.data.get("contact")
    author = "" if contact else event.data.get("author", event.actor)
    if author_kind == "requester" and not contact:
        # Without a known author, a request counts as written by the agent who registered it, and a later message as
        # somebody's outside (D-13)
        if event.kind == "registered":
            author_kind = "agent"
        else:
            author = event.data.get("author", "")
    return {
        "seq": event.seq,
        "at": _convert(event.data.get("spoken_at", event.at), convert_instant),
        "kind": find_entry(event.kind).message_kind or "internal",
        "author_kind": author_kind,
        # The name is looked up by the contact: erased there, it is erased here too (S5-09)
        "author": author,
        "contact_id": contact,
        "channel": event.data.get("channel", ""),
        "automatic": int(bool(event.data.get("automatic")) or event.kind == "letter"),
        "mark": _find_mark(event),
        "text_id": event.texts["body"].id,
    }


def _find_mark(event: Event) -> str:
    """Return the mark of a message: `thanks` where it was taken for mere thanks, `files` where files came with it."""
    if event.kind == "thanked":
        # A confirmation was recorded by an agent: nothing was inferred from its words
        return "" if event.data.get("confirmed") else "thanks"
    return "files" if event.data.get("with_files") else ""

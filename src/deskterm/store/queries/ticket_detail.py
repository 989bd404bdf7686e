"""One ticket in full: its clocks, conversation, records and history. SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from deskterm.procedure.ticket_fields import FACT_FIELDS
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import QueueRow, queue_columns, to_queue_row
from deskterm.store.queries.ticket_tabs.files import FileView, load_files
from deskterm.store.rows.field_values import resolve_field_values
from deskterm.store.rows.merged_tickets import bind_numbers, find_merged_tickets
from deskterm.store.rows.texts import load_contact_names, load_record_texts, select_letter_notes


class ClockView(NamedTuple):
    """A cycle of a metric (`deskterm.sla.clock.Clock`): instants in epoch seconds, lengths in open seconds. waived: a
    lead waived the miss; next_event: the next warning or due instant that was not noticed yet; overrun: open seconds
    after the due instant up to `since`, the last change of state."""

    metric: str
    cycle: int
    state: str
    started: int
    target: str
    target_seconds: int | None
    due: int | None
    stopped: int | None
    consumed: int
    since: int
    breached_at: int | None
    cause: str | None
    policy: str
    calendar: str
    version: int
    waived: bool = False
    next_event: int | None = None
    overrun: int = 0


class MessageView(NamedTuple):
    """A message of the conversation. kind: public, internal or system; author_kind: requester, agent or system."""

    seq: int
    at: int
    kind: str
    author_kind: str
    author: str
    channel: str
    automatic: bool
    body: str
    mark: str = ""
    ticket: int | None = None
    """The ticket of which it is a message, where that was merged into this one; `seq` counts within that ticket."""


class RecordView(NamedTuple):
    """A record of the ticket (`desk.domain.records`): the members that every kind has, and all its `values`."""

    kind: str
    key: str
    state: str
    who: str
    at: int
    due: int | None
    values: dict[str, Any]
    ticket: int | None = None
    """The ticket of which it is a record, where that was merged into this one."""


class EventView(NamedTuple):
    """An event of the ticket. at: epoch seconds."""

    seq: int
    kind: str
    at: int
    actor: str
    data: dict[str, Any]


class SendingView(NamedTuple):
    """A letter of the ticket on its way out (`store.db.tables.SendingRow`). next_at: of its next attempt, epoch
    seconds; reason: of the last failure, in a sentence."""

    phase: str
    next_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket in full. Instants are epoch seconds; version: the seq of its last event; clocks: those of its metrics,
    without timers."""

    row: QueueRow
    values: Mapping[str, Any]
    """Declared field of the ticket's facts (`procedure.ticket_fields`) → value."""
    type: str
    tags: tuple[str, ...]
    fields: dict[str, Any]
    solved: int | None
    closed: int | None
    reopened: int
    version: int
    clocks: list[ClockView]
    messages: list[MessageView]
    events: list[EventView]
    sprint: str | None = None
    snoozed_until: int | None = None
    exempt: str | None = None
    held: str | None = None
    flags: tuple[str, ...] = ()
    records: list[RecordView] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    """Texts that records refer to, by number, those of letters left out; an erased one is empty."""
    contact_names: dict[int, str] = field(default_factory=dict)
    """Names of participants, by contact number."""
    files: list[FileView] = field(default_factory=list)
    """Files that went with its messages, and with those of tickets that were merged into it."""
    sendings: dict[str, SendingView] = field(default_factory=dict)
    """Its letters that are on their way out, by key."""


_DETAIL_COLUMNS = (
    "tags, fields, solved_at, closed_at, reopened, version, sprint, snoozed_until, exempt, held, flags"
    + "".join(f", {field.name}" for field in FACT_FIELDS)
)
_QUEUE_WIDTH = len(queue_columns().split(", "))


def load_ticket_detail(reader: ReadConnection, number: int) -> TicketDetail | None:
    """Load a ticket; None when there is none of this number. Its clocks stand in the order of the procedure's metrics,
    then by cycle, those of metrics that the procedure no longer has last; messages and history in the order of their
    events."""
    found = reader.rows(
        f"SELECT {queue_columns()}, {_DETAIL_COLUMNS} FROM ticket WHERE id = :number", {"number": number}
    )
    if not found:
        return None
    row = to_queue_row(found[0])
    tags, fields, solved, closed, reopened, version, sprint, snoozed, exempt, held, flags, *values = found[0][
        _QUEUE_WIDTH:
    ]
    merged = find_merged_tickets(reader, number, fields)
    records = [*load_records(reader, number), *(one for other in merged for one in _load_merged_records(reader, other))]
    return TicketDetail(
        row=row,
        values={field.name: value for field, value in zip(FACT_FIELDS, values, strict=True)},
        type=row.type,
        tags=_split_list(tags),
        fields=resolve_field_values(reader, [json.loads(fields)])[0],
        solved=optional_seconds_from_stored(solved),
        closed=optional_seconds_from_stored(closed),
        reopened=reopened,
        version=version,
        clocks=[clock for clock in load_clocks(reader, number) if not clock.metric.startswith(TIMER_PREFIX)],
        messages=_load_messages(reader, number, merged),
        events=_load_events(reader, number),
        sprint=sprint,
        snoozed_until=optional_seconds_from_stored(snoozed),
        exempt=exempt,
        held=held,
        flags=_split_list(flags),
        records=records,
        texts=load_record_texts(
            reader, (select_letter_notes(one.values) if one.kind == "letter" else one.values for one in records)
        ),
        contact_names=load_contact_names(reader, (record.values for record in records if record.kind == "participant")),
        files=load_files(reader, [number, *merged]),
        sendings=_load_sendings(reader, number) if any(_may_be_sending(one) for one in records) else {},
    )


def _may_be_sending(record: RecordView) -> bool:
    return record.kind == "letter" and record.state in ("queued", "unsure")


def _load_sendings(reader: ReadConnection, number: int) -> dict[str, SendingView]:
    found = reader.rows("SELECT key, phase, next_at, reason FROM sending WHERE ticket_id = :number", {"number": number})
    return {key: SendingView(phase, seconds_from_stored(next_at), reason) for key, phase, next_at, reason in found}


def load_clocks(reader: ReadConnection, number: int) -> list[ClockView]:
    """Load all cycles of a ticket, those of timers too, in the order of the procedure's metrics."""
    found = reader.rows(
        "SELECT metric, cycle, state, started_at, target, target_seconds, due_at, stopped_at, consumed, since, "
        "breached_at, cause, policy, calendar, version, waived, next_event_at, overrun FROM clock "
        "WHERE ticket_id = :number ORDER BY metric, cycle",
        {"number": number},
    )
    places = _load_metric_places(reader)
    # Stable: within a metric the order of the query stays.
    found.sort(key=lambda row: places.get(row[0], len(places)))
    return [
        ClockView._make(
            (
                *row[:3],
                seconds_from_stored(row[3]),
                *row[4:6],
                *map(optional_seconds_from_stored, row[6:8]),
                row[8],
                seconds_from_stored(row[9]),
                optional_seconds_from_stored(row[10]),
                *row[11:15],
                bool(row[15]),
                optional_seconds_from_stored(row[16]),
                row[17],
            )
        )
        for row in found
    ]


def load_records(reader: ReadConnection, number: int, kind: str | None = None) -> list[RecordView]:
    """Load the records of a ticket, of one kind or of all, the oldest first."""
    found = reader.rows(
        "SELECT kind, key, state, who, at, due_at, data FROM record WHERE ticket_id = :number"
        f"{' AND kind = :kind' if kind else ''} ORDER BY at, kind, length(key), key",
        {"number": number, **({"kind": kind} if kind else {})},
    )
    return [
        RecordView(
            of_kind, key, state, who, seconds_from_stored(at), optional_seconds_from_stored(due), json.loads(data)
        )
        for of_kind, key, state, who, at, due, data in found
    ]


def _split_list(text: str) -> tuple[str, ...]:
    """Split stored tags or flags: `,vip,wallboard,`."""
    return tuple(text.strip(",").split(",")) if text else ()


def _load_metric_places(reader: ReadConnection) -> dict[str, int]:
    """Load metric → its place in the procedure in force."""
    found = reader.rows("SELECT p.document FROM procedure_version p JOIN desk d ON d.procedure_version = p.id")
    return _parse_metric_places(found[0][0]) if found else {}


# A procedure is a long document, and the same for every ticket until another version is in force
@lru_cache(maxsize=4)
def _parse_metric_places(document: str) -> dict[str, int]:
    return {metric["key"]: place for place, metric in enumerate(json.loads(document).get("metrics", ()))}


def _load_messages(reader: ReadConnection, number: int, merged: list[int]) -> list[MessageView]:
    """Load the conversation; with those of tickets that were merged into it, in the order of time."""
    placeholders, params = bind_numbers([number, *merged])
    found = reader.rows(
        # The contact's present name: a correction or an erasure shows in old messages too
        "SELECT m.seq, m.at, m.kind, m.author_kind, coalesce(c.name, m.author), m.channel, m.automatic, t.body, "
        "m.mark, m.ticket_id FROM message m JOIN personal_text t ON t.id = m.text_id "
        f"LEFT JOIN contact c ON c.id = m.contact_id WHERE m.ticket_id IN ({placeholders}) "
        # Of one ticket the numbers of events are the order; of several only time can be
        f"ORDER BY {'m.at, m.ticket_id, ' if merged else ''}m.seq",
        params,
    )
    return [
        MessageView._make(
            (
                row[0],
                seconds_from_stored(row[1]),
                *row[2:6],
                bool(row[6]),
                *row[7:9],
                None if row[9] == number else row[9],
            )
        )
        for row in found
    ]


_KEPT_AFTER_MERGE = ("entry", "quote")
"""Kinds of records that stay with their ticket when it is merged into another, and are shown with that one too."""


def _load_merged_records(reader: ReadConnection, number: int) -> list[RecordView]:
    """Load the records of a merged ticket that are shown with the one that it was merged into."""
    return [
        record._replace(ticket=number) for kind in _KEPT_AFTER_MERGE for record in load_records(reader, number, kind)
    ]


def _load_events(reader: ReadConnection, number: int) -> list[EventView]:
    found = reader.rows(
        "SELECT seq, kind, at, actor, data FROM event WHERE ticket_id = :number ORDER BY seq", {"number": number}
    )
    return [
        EventView(seq, kind, seconds_from_stored(at), actor, json.loads(data)) for seq, kind, at, actor, data in found
    ]

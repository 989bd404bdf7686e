"""Rows of tickets for figures, each kind in the order of ticket numbers, for a caller who merges them.

Instants are epoch seconds. numbers: of `load_life_numbers`, in order. Inside `ReadConnection.snapshot` everything is of
one instant, whatever is written meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import UnreadableInstant
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.figures.numbers import build_epoch, read_rows


class TicketRow(NamedTuple):
    """A ticket. client: key of the organisation, organisation its name. tags: by comma, with commas at both ends;
    fields: JSON. registration: the data of its first event, JSON; recorded_at: its instant (R-02)."""

    number: int
    external_id: str | None
    subject: str
    type: str
    status: str
    category: str
    severity: str | None
    priority: str | None
    client: str | None
    organisation: str
    requester: str
    channel: str
    department: str | None
    team: str | None
    tier: int | None
    assignee: str | None
    product: str | None
    topic: str | None
    source: str | None
    tags: str
    fields: str
    reopened: int
    exempt: str | None
    registration: str
    received_at: int
    recorded_at: int
    answered_at: int | None
    solved_at: int | None
    closed_at: int | None
    last_event_at: int


_TICKET_TEXTS = (
    "t.id, t.external_id, t.subject, t.type, t.status, t.category, t.severity, t.priority, o.key, t.organisation, "
    "t.requester, t.channel, t.department, t.team, t.tier, t.assignee, t.product, t.topic, t.source, t.tags, t.fields, "
    "t.reopened, t.exempt, e.data"
)
_TICKET_INSTANTS = ("t.received_at", "e.at", "t.answered_at", "t.solved_at", "t.closed_at", "t.last_event_at")
_RECEIVED_AT, _RECORDED_AT = TicketRow._fields.index("received_at"), TicketRow._fields.index("recorded_at")


def load_ticket_rows(reader: ReadConnection, numbers: Sequence[int]) -> Iterator[TicketRow]:
    """Yield the tickets of some numbers. Raises UnreadableInstant where the store holds none for an arrival."""
    instants = _build_instants(reader, _TICKET_INSTANTS)
    for row in read_rows(
        reader,
        numbers,
        lambda wanted: (
            f"SELECT {_TICKET_TEXTS}, {instants} FROM ticket t LEFT JOIN organisation o ON o.id = t.organisation_id "
            f"LEFT JOIN event e ON e.ticket_id = t.id AND e.seq = 1 WHERE t.id {wanted} ORDER BY t.id"
        ),
    ):
        if row[_RECEIVED_AT] is None or row[_RECORDED_AT] is None:
            raise UnreadableInstant(f"arrival of {row[0]}")
        yield TicketRow._make(row)


def _build_instants(reader: ReadConnection, columns: Sequence[str]) -> str:
    return ", ".join(build_epoch(reader, column) for column in columns)


def load_visit_rows(reader: ReadConnection, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the visits of some tickets, each ticket's in order: the number, then the members of
    `desk.domain.visits.Visit`."""
    columns = "ticket_id, n, status, category, since, until, kind, seq, actor, team, tier, assignee, teams, hand_offs"
    return read_rows(
        reader,
        numbers,
        lambda wanted: f"SELECT {columns} FROM status_span WHERE ticket_id {wanted} ORDER BY ticket_id, n",
    )


def load_cycle_rows(reader: ReadConnection, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the cycles of some tickets, each ticket's by metric and number; timers are left out.

    Each has the ticket's number, metric, number of the cycle, state, target and consumed time in open seconds, cause,
    waived (0 or 1), calendar, procedure version, and the instants `started_at`, `since`, `due_at`, `stopped_at` and
    `breached_at`."""
    texts = "ticket_id, metric, cycle, state, target_seconds, consumed, cause, waived, calendar, version"
    instants = _build_instants(reader, ("started_at", "since", "due_at", "stopped_at", "breached_at"))
    return read_rows(
        reader,
        numbers,
        lambda wanted: (
            f"SELECT {texts}, {instants} FROM clock WHERE ticket_id {wanted} AND metric NOT LIKE 'timer:%' "
            "ORDER BY ticket_id, metric, cycle"
        ),
    )


def load_record_rows(
    reader: ReadConnection, numbers: Sequence[int], kinds: Collection[str] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield the records of some tickets, each ticket's by kind and key: the number, kind, key, all of it as JSON, and
    the instant of its last change. kinds: those that are wanted, all where it is empty."""
    params: dict[str, object] = {f"kind_{place}": kind for place, kind in enumerate(kinds)}
    of_kinds = f"AND kind IN ({', '.join(f':{name}' for name in params)}) " if params else ""
    instants = _build_instants(reader, ("at",))
    return read_rows(
        reader,
        numbers,
        lambda wanted: (
            f"SELECT ticket_id, kind, key, data, {instants} FROM record WHERE ticket_id {wanted} "
            f"{of_kinds}ORDER BY ticket_id, kind, key"
        ),
        params,
    )


def load_message_marks(reader: ReadConnection, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the messages of some tickets without their words, each ticket's by the number of its event: the ticket's
    number, that of the event, kind, kind of the author, automatic (0 or 1), mark (`thanks`, `files`, `undone` or
    empty), and when it was spoken (R-02)."""
    at = build_epoch(reader, "at")
    return read_rows(
        reader,
        numbers,
        lambda wanted: (
            f"SELECT ticket_id, seq, kind, author_kind, automatic, mark, {at} FROM message "
            f"WHERE ticket_id {wanted} ORDER BY ticket_id, seq"
        ),
    )

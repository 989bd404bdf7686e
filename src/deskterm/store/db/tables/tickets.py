"""Tickets: their events and texts, which are the source of truth, and the rows that are folded from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from deskterm.store.db.instants import LONG_AGO, LONG_AGO_TEXT, NEVER
from deskterm.store.db.tables.columns import big_integer, id_column, partial_index, queue_indexes, reference_column


class Event(SQLModel, table=True):
    """An event of a ticket; append-only by trigger. seq: 1, 2, 3 … within the ticket. data: canonical JSON,
    `{"changes": {field: [before, after]}, "texts": {name: [id, digest]}, …}`. hash: SHA-256 over the hash of
    the ticket's previous event and this row (`deskterm.desk.domain.events.compute_hash`)."""

    id: int | None = Field(default=None, sa_column=id_column())
    ticket_id: int = Field(sa_column=reference_column("ticket.id"))
    seq: int
    kind: str
    at: datetime
    actor: str
    procedure_version: int
    data: str = Field(sa_column=Column(Text, nullable=False))
    hash: str

    __table_args__ = (UniqueConstraint("ticket_id", "seq", name="event_seq"),)


class PersonalText(SQLModel, table=True):
    """A text that a person wrote, apart from the events, which have only its salted digest: to erase it, body and salt
    are emptied, and the chain of events stays valid."""

    __tablename__ = "personal_text"

    id: int | None = Field(default=None, sa_column=id_column())
    ticket_id: int = Field(sa_column=reference_column("ticket.id", index=True))
    salt: str
    body: str = Field(sa_column=Column(Text, nullable=False))


class Ticket(SQLModel, table=True):
    """A ticket: the projection of its events. id is its number; version: seq of the last event that is in it.
    next_due_at: the earliest due instant of its running clocks, NEVER without one. rank and order_at: the procedure's
    order of work (`Procedure.queue`), smaller first: steps of scales in `rank`, then the instant (due or received) that
    decides among equals."""

    id: int | None = Field(default=None, sa_column=id_column())
    external_id: str | None = Field(default=None, unique=True)
    type: str
    subject: str
    status: str
    category: str
    is_open: int = 1
    """1 or 0, a number so that one partial index and one query serve both databases."""
    severity: str | None = None
    severity_requested: str | None = None
    priority: str | None = None
    impact: str | None = None
    urgency: str | None = None
    requester_id: int | None = Field(default=None, sa_column=reference_column("contact.id", nullable=True, index=True))
    requester: str = ""
    organisation_id: int | None = Field(
        default=None, sa_column=reference_column("organisation.id", nullable=True, index=True)
    )
    organisation: str = ""
    channel: str = ""
    department: str | None = None
    team: str | None = None
    tier: int | None = None
    assignee: str | None = None
    product: str | None = None
    topic: str | None = None
    source: str | None = None
    """The mailbox, form or system that it came through."""
    tags: str = ""
    """By comma, sorted, with commas at both ends when there are any: `,vip,wallboard,`."""
    fields: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    received_at: datetime
    updated_at: datetime
    answered_at: datetime | None = None
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    waiting: str = "us"
    """The side whose turn it is to write: `us` or `them`."""
    rank: int = 0
    order_at: datetime = NEVER
    next_due_at: datetime = NEVER
    next_metric: str = ""
    breached: int = 0
    """1 when a target was missed, also after its clock has stopped; 0 again when a lead waives it."""
    sprint: str | None = None
    """The date on which its sprint starts, as `2026-11-23`."""
    snoozed_until: datetime | None = None
    exempt: str | None = None
    """The reason of its exemption from targets (S2-14)."""
    held: str | None = None
    """The reason of its legal hold."""
    flags: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Flags that its records raise, written as `tags` are: `,complaint,escalated,`."""
    zones: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The version of the time zone database by which its due times were reckoned; empty for an older desk's."""
    last_event_at: datetime = Field(default=LONG_AGO, sa_column_kwargs={"server_default": LONG_AGO_TEXT})
    """The instant of its latest event of any kind. As of an instant from there on it is as its rows say (R-03)."""
    version: int = 0
    hash: str = ""

    __table_args__ = (
        *queue_indexes("ticket", "is_open = 1"),
        *queue_indexes("ticket_assignee", "is_open = 1", "assignee"),
        *queue_indexes("ticket_team", "is_open = 1", "team"),
        *queue_indexes("ticket_category", "is_open = 1", "category"),
        partial_index("ticket_missed", "is_open = 1 AND breached = 1", "next_due_at", "id"),
        partial_index("ticket_closed", "is_open = 0", "updated_at", "id"),
        # Not by `is_open` first, or SQLite would take it for pages of the queue, and sort them
        Index("ticket_life", "last_event_at", "received_at", "is_open", "id"),
        partial_index("ticket_snoozed", "is_open = 1 AND snoozed_until IS NOT NULL", "snoozed_until", "id"),
        # A number is never given out twice, not even that of a last ticket that was deleted
        {"sqlite_autoincrement": True},
    )


class Message(SQLModel, table=True):
    """A message of the conversation; seq: of its event. kind: public, internal or system; author_kind: requester, agent
    or system."""

    id: int | None = Field(default=None, sa_column=id_column())
    ticket_id: int = Field(sa_column=reference_column("ticket.id"))
    seq: int
    at: datetime
    kind: str
    author_kind: str
    author: str
    channel: str = ""
    automatic: int = 0
    mark: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """`thanks`: mere thanks, which did not reopen the ticket (S5-12); `files`: files came with it; `undone`: taken back
    by an undo."""
    contact_id: int | None = Field(default=None, sa_column=Column(big_integer(), nullable=True))
    """The author, where it is a contact. `author` is empty then, so that an erased name (S5-09) stands nowhere else."""
    text_id: int = Field(sa_column=reference_column("personal_text.id"))

    __table_args__ = (UniqueConstraint("ticket_id", "seq", name="message_seq"),)


class ClockRow(SQLModel, table=True):
    """A cycle of a metric: the projection of `deskterm.sla.clock.Clock`. Lengths are open seconds. next_event_at: of a
    running clock, the earliest warning or due instant that was not noticed yet; NEVER without one. waived: 1 when a
    lead waived the missed target. Metrics whose keys begin with `timer:` wait for an automatic step and promise
    nothing."""

    __tablename__ = "clock"

    ticket_id: int = Field(sa_column=Column(big_integer(), ForeignKey("ticket.id"), primary_key=True))
    metric: str = Field(primary_key=True)
    cycle: int = Field(primary_key=True)
    state: str
    started_at: datetime
    target: str
    target_seconds: int | None = None
    due_at: datetime | None = None
    next_event_at: datetime = NEVER
    stopped_at: datetime | None = None
    consumed: int = 0
    overrun: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    since: datetime
    breached_at: datetime | None = None
    cause: str | None = None
    waived: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    policy: str = ""
    calendar: str = ""
    version: int = 0
    zones: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The version of the time zone database by which it was reckoned; empty for an older desk's."""

    __table_args__ = (
        Index(
            "clock_next",
            "next_event_at",
            "ticket_id",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )


class StatusSpan(SQLModel, table=True):
    """A stay of a ticket in a status: the projection of `deskterm.desk.domain.visits.Visit` (R-56). since and until are
    epoch seconds; until: NULL while it stands."""

    __tablename__ = "status_span"

    ticket_id: int = Field(sa_column=Column(big_integer(), ForeignKey("ticket.id"), primary_key=True))
    n: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    status: str
    category: str
    since: int = Field(sa_column=Column(big_integer(), nullable=False))
    until: int | None = Field(default=None, sa_column=Column(big_integer(), nullable=True))
    kind: str
    seq: int
    actor: str
    team: str | None = None
    tier: int | None = None
    assignee: str | None = None
    teams: int
    hand_offs: int

    # The rows of a ticket stand together then, and the primary key needs no index of its own. There is no other one:
    # spans are read by their tickets, and each further index cost a change of status as much as the row itself
    __table_args__ = ({"sqlite_with_rowid": False},)


class RecordRow(SQLModel, table=True):
    """A record of a ticket (`desk.domain.records`). data: all of it, as canonical JSON; state, who and due_at are
    members of it."""

    __tablename__ = "record"

    ticket_id: int = Field(sa_column=Column(big_integer(), ForeignKey("ticket.id"), primary_key=True))
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    state: str = ""
    who: str = ""
    at: datetime
    due_at: datetime | None = None
    data: str = Field(sa_column=Column(Text, nullable=False))

    __table_args__ = (Index("record_state", "kind", "state", "at"), Index("record_key", "kind", "key"))


class TicketNumber(SQLModel, table=True):
    """A number that was given to a ticket. A trigger on `ticket` writes it, and it is append-only by trigger: it stays
    when somebody takes the ticket away with all its rows, so that `deskterm audit verify` can name it. Hence no
    foreign key."""

    __tablename__ = "ticket_number"

    ticket_id: int = Field(sa_column=Column(big_integer(), primary_key=True, autoincrement=False))

"""The tables. Events and texts are the truth; ticket, message and clock rows are folded from them and can be
rebuilt at any time (`deskterm doctor`). Instants are UTC, whole seconds.

Writers other than `deskterm.desk` and `deskterm.exchange` have no business here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from deskterm.store.db.instants import NEVER as NEVER
from deskterm.store.db.migrations import SCHEMA as SCHEMA


def _partial(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _queue_indexes(name: str, where: str, *equal: str) -> tuple[Index, Index]:
    """One index for each order of a view (`store.queries.queue`), so that a page is read where it stands. breached
    is there to be tested without the row."""
    return (
        _partial(f"{name}_order", where, *equal, "rank", "order_at", "id", "next_due_at", "breached"),
        _partial(f"{name}_due", where, *equal, "next_due_at", "id", "breached"),
    )


def _id() -> Column[int]:
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _ref(target: str, *, null: bool = False, index: bool = False) -> Column[int]:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column(kind, ForeignKey(target), nullable=null, index=index)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model, for statements in Core."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


class Desk(SQLModel, table=True):
    """The one row that says which desk this store is. clock_offset: seconds that a simulated desk's clock is
    ahead of the real one (negative: behind); 0 on an ordinary desk."""

    id: int | None = Field(default=1, primary_key=True)
    name: str
    schema_number: int = SCHEMA
    simulated: bool = False
    clock_offset: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    timezone: str = "UTC"
    procedure_version: int = 0
    fold: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Which fold of events its rows are of (`deskterm.desk.domain.fold.PROJECTION_VERSION`)."""
    settings: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    """What it decides for itself within its procedure, as JSON (`deskterm.desk.admin.rule_settings`)."""
    refolding: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """While rows are written anew: `PROJECTION_VERSION:NUMBER`, towards which fold, and up to which ticket; else
    empty."""
    created_at: datetime


class ProcedureVersion(SQLModel, table=True):
    """An edition of the procedure that was in force on this desk. document: the procedure as canonical JSON;
    source: the file as it was written, where there was one."""

    __tablename__ = "procedure_version"

    id: int | None = Field(default=None, primary_key=True)
    key: str
    name: str
    digest: str
    document: str = Field(sa_column=Column(Text, nullable=False))
    source: str = Field(default="", sa_column=Column(Text, nullable=False))
    applied_at: datetime
    applied_by: str


class Agent(SQLModel, table=True):
    """Somebody who works here. role: viewer, agent, lead or admin; roles: named roles of the procedure, by comma."""

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    email: str = ""
    role: str = "agent"
    roles: str = ""
    team: str | None = None
    tier: int | None = None
    active: bool = True
    away_until: datetime | None = None
    """Ill or on holiday until then (S5-03)."""
    certified: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """May work on tiers that want a certificate (S3-11)."""

    __table_args__ = (CheckConstraint("role IN ('viewer', 'agent', 'lead', 'admin')", name="agent_role"),)


class Organisation(SQLModel, table=True):
    """A client."""

    id: int | None = Field(default=None, sa_column=_id())
    key: str = Field(unique=True)
    name: str
    domain: str = ""
    tenant: str = ""
    notes: str = Field(default="", sa_column=Column(Text, nullable=False))
    coverage: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Tiers that are ours, by comma, where the client has a desk of its own; empty is all (S3-12)."""
    handoff: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Who has the other tiers: a function or an address."""


class Contact(SQLModel, table=True):
    """A person outside. Personal: erased on request, the row stays."""

    id: int | None = Field(default=None, sa_column=_id())
    name: str
    email: str | None = Field(default=None, unique=True)
    phone: str = ""
    organisation_id: int | None = Field(default=None, sa_column=_ref("organisation.id", null=True, index=True))


class Event(SQLModel, table=True):
    """What happened to a ticket; append-only by trigger. seq: 1, 2, 3 … within the ticket. data: canonical JSON,
    `{"changes": {field: [before, after]}, "texts": {name: {"id", "digest"}}, …}`. hash: SHA-256 over the hash of
    the ticket's previous event and this row (`deskterm.desk.domain.events.chained`)."""

    id: int | None = Field(default=None, sa_column=_id())
    ticket_id: int = Field(sa_column=_ref("ticket.id"))
    seq: int
    kind: str
    at: datetime
    actor: str
    procedure_version: int
    data: str = Field(sa_column=Column(Text, nullable=False))
    hash: str

    __table_args__ = (UniqueConstraint("ticket_id", "seq", name="event_seq"),)


class PersonalText(SQLModel, table=True):
    """Words of people, apart from the events that hold only their salted digest: erasing empties body and salt."""

    __tablename__ = "personal_text"

    id: int | None = Field(default=None, sa_column=_id())
    ticket_id: int = Field(sa_column=_ref("ticket.id", index=True))
    salt: str
    body: str = Field(sa_column=Column(Text, nullable=False))


class Ticket(SQLModel, table=True):
    """A ticket as its events leave it. id is its number. version: seq of the last event folded in.
    next_due_at: the earliest due instant of its running clocks, NEVER without one. rank and order_at: the
    procedure's order of work (`Procedure.queue`), smaller first: steps of a scale in `rank`, then the instant (due or
    received) that decides among equals."""

    id: int | None = Field(default=None, sa_column=_id())
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
    requester_id: int | None = Field(default=None, sa_column=_ref("contact.id", null=True, index=True))
    requester: str = ""
    organisation_id: int | None = Field(default=None, sa_column=_ref("organisation.id", null=True, index=True))
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
    """Who is to speak next: `us` or `them`."""
    rank: int = 0
    order_at: datetime = NEVER
    next_due_at: datetime = NEVER
    next_metric: str = ""
    breached: int = 0
    """1 when a target was missed: a fact, kept, unless a lead let it pass."""
    sprint: str | None = None
    """The date on which the sprint starts that it is scheduled to, as `2026-11-23`."""
    snoozed_until: datetime | None = None
    exempt: str | None = None
    """Why nothing is promised (S2-14)."""
    held: str | None = None
    """Why it is kept, whatever its age."""
    flags: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """What its records mark it with, as `tags` are written: `,complaint,escalated,`."""
    version: int = 0
    hash: str = ""

    __table_args__ = (
        *_queue_indexes("ticket", "is_open = 1"),
        *_queue_indexes("ticket_assignee", "is_open = 1", "assignee"),
        *_queue_indexes("ticket_team", "is_open = 1", "team"),
        *_queue_indexes("ticket_category", "is_open = 1", "category"),
        _partial("ticket_missed", "is_open = 1 AND breached = 1", "next_due_at", "id"),
        _partial("ticket_closed", "is_open = 0", "updated_at", "id"),
        {"sqlite_autoincrement": True},
    )


class Message(SQLModel, table=True):
    """A turn of the conversation, in the order of its event. kind: public, internal or system; author_kind:
    requester, agent or system."""

    id: int | None = Field(default=None, sa_column=_id())
    ticket_id: int = Field(sa_column=_ref("ticket.id"))
    seq: int
    at: datetime
    kind: str
    author_kind: str
    author: str
    channel: str = ""
    automatic: int = 0
    mark: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """`thanks`: mere thanks, which moved nothing (S5-12)."""
    contact_id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), nullable=True)
    )
    """Whose words they are, by reference, where it is somebody outside: `author` is empty then, so that a name that is
    erased (S5-09) stands nowhere else."""
    text_id: int = Field(sa_column=_ref("personal_text.id"))

    __table_args__ = (UniqueConstraint("ticket_id", "seq", name="message_seq"),)


class ClockRow(SQLModel, table=True):
    """A cycle of a metric, as `deskterm.sla.Clock` leaves it. Lengths are open seconds. next_event_at: of a clock that
    runs, the earliest warning or due instant that nobody noticed yet; NEVER without one. waived: 1 when a lead let a
    missed target pass. Metrics whose keys begin with `timer:` wait for something and promise nothing."""

    __tablename__ = "clock"

    ticket_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), ForeignKey("ticket.id"), primary_key=True)
    )
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

    __table_args__ = (
        Index(
            "clock_next",
            "next_event_at",
            "ticket_id",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )


class RecordRow(SQLModel, table=True):
    """Something that hangs on a ticket (`desk.domain.records`). state, who, due_at: members of `data`, the whole of
    it as canonical JSON."""

    __tablename__ = "record"

    ticket_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), ForeignKey("ticket.id"), primary_key=True)
    )
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    state: str = ""
    who: str = ""
    at: datetime
    due_at: datetime | None = None
    data: str = Field(sa_column=Column(Text, nullable=False))

    __table_args__ = (Index("record_state", "kind", "state", "at"), Index("record_key", "kind", "key"))


class Access(SQLModel, table=True):
    """Somebody looked at a ticket, where the procedure wants that written down (S4-25); append-only by trigger."""

    id: int | None = Field(default=None, sa_column=_id())
    at: datetime
    login: str
    ticket_id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), nullable=True)
    )
    what: str


class ImportedRow(SQLModel, table=True):
    """Which rows of which log were taken, so that taking it again adds nothing."""

    __tablename__ = "imported_row"

    source: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    rows: int = 0
    digest: str = ""


class TicketNumber(SQLModel, table=True):
    """A number that was given to a ticket. A trigger on `ticket` writes it, and it is append-only by trigger: it stays
    when somebody takes the ticket away with all its rows, so that `deskterm audit verify` can name it. Hence no
    foreign key."""

    __tablename__ = "ticket_number"

    ticket_id: int = Field(
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    )


TABLES: list[Table] = [
    SQLModel.metadata.tables[str(model.__tablename__)]
    for model in (
        *(Desk, ProcedureVersion, Agent, Organisation, Contact, Ticket, Event, PersonalText, Message, ClockRow),
        *(RecordRow, Access, ImportedRow, TicketNumber),
    )
]
"""What a store is made of."""

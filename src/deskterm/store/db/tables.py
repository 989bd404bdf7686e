"""The tables of the store. Instants are UTC, whole seconds.

Events, personal texts, and files with their contents are the source of truth. Rows of tickets, messages, clocks and
records are projections of them, and can be built anew at any time (`deskterm doctor`). Only `deskterm.desk` and
`deskterm.exchange` write them. The log of who read a ticket and the drafts of agents are no part of a ticket's history:
`store.queries.access_log` and `store.personal.drafts` write them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from deskterm.store.db.columns import big_integer, id_column, make_salt, partial_index, queue_indexes, reference_column
from deskterm.store.db.instants import NEVER
from deskterm.store.db.migrations import SCHEMA


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of a model, for statements of SQLAlchemy Core."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


class Desk(SQLModel, table=True):
    """The desk: one row. clock_offset: seconds by which a simulated desk's clock is ahead of the real one (negative:
    behind); 0 on an ordinary desk."""

    id: int | None = Field(default=1, primary_key=True)
    name: str
    schema_number: int = SCHEMA
    simulated: bool = False
    clock_offset: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    timezone: str = "UTC"
    procedure_version: int = 0
    fold: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The version of the projection that wrote its rows (`deskterm.desk.domain.fold.PROJECTION_VERSION`)."""
    settings: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))
    """The desk's own settings within its procedure, as JSON (`deskterm.desk.admin.rule_settings`)."""
    refolding: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Progress of writing all rows anew: `PROJECTION_VERSION:NUMBER`, the version that it goes to and the last ticket
    that is done; empty otherwise."""
    chain: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The end of the chain of the desk's own events: `SEQ:HASH`; empty before there is one."""
    covers_people: int = Field(default=1, sa_column_kwargs={"server_default": "0"})
    """1 when the desk's own events have digests of its agents, clients and contacts; 0 on an older desk, until it is
    opened for writing (`deskterm.desk.core.desk_history.record_state`)."""
    created_at: datetime


class ProcedureVersion(SQLModel, table=True):
    """A version of the procedure that was in force on this desk. document: the procedure as canonical JSON; source: the
    text of its file, empty without one."""

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
    """An agent of the desk. role: viewer, agent, lead or admin; roles: named roles of the procedure, by comma."""

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
    """End of an absence (S5-03)."""
    certified: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Has the certificate that some tiers require (S3-11)."""
    salt: str = Field(default_factory=make_salt, sa_column_kwargs={"server_default": ""})
    """Of its digest in the desk's own events (`deskterm.desk.core.person_digests`)."""

    __table_args__ = (CheckConstraint("role IN ('viewer', 'agent', 'lead', 'admin')", name="agent_role"),)


class Organisation(SQLModel, table=True):
    """A client: the organisation that requesters belong to."""

    id: int | None = Field(default=None, sa_column=id_column())
    key: str = Field(unique=True)
    name: str
    domain: str = ""
    tenant: str = ""
    notes: str = Field(default="", sa_column=Column(Text, nullable=False))
    coverage: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The tiers of support that this desk covers, by comma, where the client has a desk of its own; empty is all
    (S3-12)."""
    handoff: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The function or address that has the other tiers."""
    salt: str = Field(default_factory=make_salt, sa_column_kwargs={"server_default": ""})
    """Of its digest in the desk's own events (`deskterm.desk.core.person_digests`)."""


class Contact(SQLModel, table=True):
    """A person outside the desk. Personal data: it is erased on request, and the row stays."""

    id: int | None = Field(default=None, sa_column=id_column())
    name: str
    email: str | None = Field(default=None, unique=True)
    phone: str = ""
    organisation_id: int | None = Field(
        default=None, sa_column=reference_column("organisation.id", nullable=True, index=True)
    )
    salt: str = Field(default_factory=make_salt, sa_column_kwargs={"server_default": ""})
    """Of its digest in the desk's own events (`desk.core.person_digests`); empty once the person was erased."""


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
    version: int = 0
    hash: str = ""

    __table_args__ = (
        *queue_indexes("ticket", "is_open = 1"),
        *queue_indexes("ticket_assignee", "is_open = 1", "assignee"),
        *queue_indexes("ticket_team", "is_open = 1", "team"),
        *queue_indexes("ticket_category", "is_open = 1", "category"),
        partial_index("ticket_missed", "is_open = 1 AND breached = 1", "next_due_at", "id"),
        partial_index("ticket_closed", "is_open = 0", "updated_at", "id"),
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


class Access(SQLModel, table=True):
    """An access to a ticket or an export, recorded where the procedure requires it (S4-25); append-only by trigger."""

    id: int | None = Field(default=None, sa_column=id_column())
    at: datetime
    login: str
    ticket_id: int | None = Field(default=None, sa_column=Column(big_integer(), nullable=True))
    what: str


class ImportedRow(SQLModel, table=True):
    """Rows of an event log that were imported, so that importing them again adds nothing. source: the log's name in its
    mapping; rows, digest: how many rows of this ticket, and their fingerprint."""

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

    ticket_id: int = Field(sa_column=Column(big_integer(), primary_key=True, autoincrement=False))


class DeskEvent(SQLModel, table=True):
    """An event of the desk itself (`deskterm.desk.core.desk_history`); append-only by trigger. data: canonical JSON,
    `{"changes": {what: [before, after]}, …}`. hash: SHA-256 over the hash of the event before and this row."""

    __tablename__ = "desk_event"

    seq: int = Field(sa_column=Column(big_integer(), primary_key=True, autoincrement=False))
    kind: str
    at: datetime
    actor: str
    data: str = Field(sa_column=Column(Text, nullable=False))
    hash: str


class BackupRow(SQLModel, table=True):
    """A backup of the desk that was made (R-83). login: of whoever made it; location: the file; bytes, events: its size
    and contents; drilled_at: when it was last restored on trial and found sound."""

    __tablename__ = "backup"

    id: int | None = Field(default=None, sa_column=id_column())
    made_at: datetime
    login: str
    location: str
    bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    events: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str
    drilled_at: datetime | None = None


class DraftRow(SQLModel, table=True):
    """The words that an agent has not sent yet, theirs alone (C-05): no part of any history, and no event is about
    them. A draft gets another id each time that it is saved, so that two consoles of one agent do not overwrite each
    other's words. key: the draft, as long as it exists; login, behind: the agent, and whoever works in
    their name; kind: as in `store.personal.drafts`; ticket_id: None for a draft of no ticket; no foreign key, because a
    draft outlives its ticket; data: JSON of what belongs to the words, the cursor's place, say."""

    __tablename__ = "draft"

    id: int | None = Field(default=None, sa_column=id_column())
    key: str
    login: str
    behind: str = Field(default="", sa_column_kwargs={"server_default": ""})
    kind: str
    ticket_id: int | None = Field(default=None, sa_column=Column(big_integer(), nullable=True))
    saved_at: datetime
    text: str = Field(sa_column=Column(Text, nullable=False))
    data: str = Field(sa_column=Column(Text, nullable=False))

    # Never an id twice: a draft that was sent must not be taken for the next one
    __table_args__ = (Index("draft_owner", "login", "behind"), {"sqlite_autoincrement": True})


class TemplateRow(SQLModel, table=True):
    """A template or a macro (C-21). kind: `template` or `macro`; owner: the login of the agent whose own it is, empty
    for the desk's; key, language: as in files; document: JSON, as `desk.templates.definitions` has it; saved_by: the
    login of whoever put it in last."""

    __tablename__ = "template"

    id: int | None = Field(default=None, sa_column=id_column())
    kind: str
    owner: str = Field(default="", sa_column_kwargs={"server_default": ""})
    key: str
    language: str = Field(default="", sa_column_kwargs={"server_default": ""})
    document: str = Field(sa_column=Column(Text, nullable=False))
    saved_at: datetime
    saved_by: str

    __table_args__ = (
        Index("template_key", "kind", "owner", "key", "language", unique=True),
        {"sqlite_autoincrement": True},
    )


class SavedViewRow(SQLModel, table=True):
    """A view of the queue that an agent made (C-11): no part of any history. key: stands for it in choices and lists;
    login: its owner; team: whose agents have it too, empty while it is the owner's alone; data: JSON of what it shows,
    as `store.personal.saved_views` reads it."""

    __tablename__ = "saved_view"

    key: str = Field(primary_key=True)
    login: str
    name: str
    team: str = Field(default="", sa_column_kwargs={"server_default": ""})
    saved_at: datetime
    data: str = Field(sa_column=Column(Text, nullable=False))

    __table_args__ = (Index("saved_view_name", "login", "name", unique=True),)


class ViewChoiceRow(SQLModel, table=True):
    """An agent's choices among the views there are (C-11). data: JSON of which one opens first, and their order."""

    __tablename__ = "view_choice"

    login: str = Field(primary_key=True)
    data: str = Field(sa_column=Column(Text, nullable=False))


class FileContent(SQLModel, table=True):
    """The content of files, once for all that have the same (C-22). digest: SHA-256, in hex. A content goes with the
    last attachment that has it."""

    __tablename__ = "file_content"

    digest: str = Field(primary_key=True)
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    bytes_: bytes = Field(sa_column=Column("bytes", LargeBinary, nullable=False))


class Attachment(SQLModel, table=True):
    """A file that went with a message; seq: of the message's event, which holds type, size and the salted digest of the
    content; place: 1, 2, 3 … within the message; name_id: the text that is its name. As with texts, the salt and the
    reference to the content are emptied to erase it, and the chain of events stays valid."""

    ticket_id: int = Field(sa_column=Column(big_integer(), ForeignKey("ticket.id"), primary_key=True))
    seq: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    name_id: int = Field(sa_column=reference_column("personal_text.id"))
    type: str
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    salt: str
    content: str | None = Field(
        default=None, sa_column=Column(String, ForeignKey("file_content.digest"), nullable=True)
    )

    __table_args__ = (Index("attachment_content", "content"),)


TABLES: list[Table] = [
    SQLModel.metadata.tables[str(model.__tablename__)]
    for model in (
        *(Desk, ProcedureVersion, Agent, Organisation, Contact, Ticket, Event, PersonalText, Message, ClockRow),
        *(RecordRow, Access, ImportedRow, TicketNumber, BackupRow, DeskEvent, DraftRow, TemplateRow),
        *(SavedViewRow, ViewChoiceRow, FileContent, Attachment),
    )
]
"""All tables of a store, in the order in which references allow to create them."""

"""The desk itself: its row, versions of its procedure, its own events, backups, and logs of imports and accesses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

from deskterm.store.db.migrations import SCHEMA
from deskterm.store.db.tables.columns import big_integer, id_column


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


class ImportedRow(SQLModel, table=True):
    """Rows of an event log that were imported, so that importing them again adds nothing. source: the log's name in its
    mapping; rows, digest: how many rows of this ticket, and their fingerprint."""

    __tablename__ = "imported_row"

    source: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    rows: int = 0
    digest: str = ""


class Access(SQLModel, table=True):
    """An access to a ticket or an export, recorded where the procedure requires it (S4-25); append-only by trigger."""

    id: int | None = Field(default=None, sa_column=id_column())
    at: datetime
    login: str
    ticket_id: int | None = Field(default=None, sa_column=Column(big_integer(), nullable=True))
    what: str

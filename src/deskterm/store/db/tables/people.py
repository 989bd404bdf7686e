"""The people: agents of the desk, clients, and persons outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Text, false
from sqlmodel import Field, SQLModel

from deskterm.store.db.tables.columns import id_column, make_salt, reference_column


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
    undeliverable: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The reason why letters to the address do not arrive, with its date (M-44); empty while they do."""

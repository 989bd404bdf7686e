"""Rows of an agent: drafts, views and the choice of them, and templates. No event is about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from deskterm.store.db.tables.columns import big_integer, id_column


class DraftRow(SQLModel, table=True):
    """Words that an agent has not sent yet, private to them (C-05): no part of any history, and without events. A draft
    gets another id each time that it is saved, so that two consoles of one agent do not overwrite each other's words.
    key: the draft, as long as it exists; login, behind: the agent, and whoever works in their name; kind: as in
    `store.personal.drafts`; ticket_id: None for a draft of no ticket; no foreign key, because a draft outlives its
    ticket; data: JSON of what else belongs to the draft, such as the position of the cursor."""

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

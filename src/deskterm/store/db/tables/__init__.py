"""The tables of the store. Instants are UTC, whole seconds.

Events, personal texts, and files with their contents are the source of truth. Rows of tickets, messages, clocks,
records and status spans are projections of them, and can be built anew at any time (`deskterm doctor`). Only
`deskterm.desk` and `deskterm.exchange` write them. The log of who read a ticket and the drafts of agents are no part of
a ticket's history: `store.queries.access_log` and `store.personal.drafts` write them.

All are imported from here, because references between them are resolved by name once every table is known.
"""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import SQLModel

from deskterm.store.db.tables.desk import Access, BackupRow, Desk, DeskEvent, ImportedRow, ProcedureVersion
from deskterm.store.db.tables.files import Attachment, FileContent
from deskterm.store.db.tables.mail import MailboxRow, MailRow, SendingRow
from deskterm.store.db.tables.people import Agent, Contact, Organisation
from deskterm.store.db.tables.personal import DraftRow, SavedViewRow, TemplateRow, ViewChoiceRow
from deskterm.store.db.tables.tickets import (
    ClockRow,
    Event,
    Message,
    PersonalText,
    RecordRow,
    StatusSpan,
    Ticket,
    TicketNumber,
)

__all__ = [
    "TABLES",
    "Access",
    "Agent",
    "Attachment",
    "BackupRow",
    "ClockRow",
    "Contact",
    "Desk",
    "DeskEvent",
    "DraftRow",
    "Event",
    "FileContent",
    "ImportedRow",
    "MailRow",
    "MailboxRow",
    "Message",
    "Organisation",
    "PersonalText",
    "ProcedureVersion",
    "RecordRow",
    "SavedViewRow",
    "SendingRow",
    "StatusSpan",
    "TemplateRow",
    "Ticket",
    "TicketNumber",
    "ViewChoiceRow",
    "table_of",
]


def table_of(model: type[SQLModel]) -> Table:
    """Return the table of a model, for statements of SQLAlchemy Core."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


TABLES: list[Table] = [
    SQLModel.metadata.tables[str(model.__tablename__)]
    for model in (
        *(Desk, ProcedureVersion, Agent, Organisation, Contact, Ticket, Event, PersonalText, Message, ClockRow),
        *(RecordRow, Access, ImportedRow, TicketNumber, BackupRow, DeskEvent, DraftRow, TemplateRow),
        *(SavedViewRow, ViewChoiceRow, FileContent, Attachment, MailRow, MailboxRow, SendingRow, StatusSpan),
    )
]
"""All tables of a store, in the order in which references allow to create them."""

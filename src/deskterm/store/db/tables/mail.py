"""Mails as they came, and the mailboxes that they are taken from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from deskterm.store.db.instants import NEVER
from deskterm.store.db.tables.columns import big_integer, id_column


class MailRow(SQLModel, table=True):
    """A mail as it came (M-03). place: where it lay in the mailbox, as its source names it; identity: SHA-256 of what
    makes it the same mail wherever it comes from (M-06); sender: the address of its author, in small letters; state:
    `taken`, `done`, `copy`, `quarantined` or `ignored`; reason: of the state, in a sentence, or a word that lists
    choose by; tries: how often it was worked on; ticket_id, seq: the message that it became; on_server: 1 while the
    server has still to be told that it is done; raw: its bytes, compressed; empty once they were erased.

    Personal data: erasing a person empties subject, sender, reason and raw."""

    __tablename__ = "mail"

    id: int | None = Field(default=None, sa_column=id_column())
    mailbox: str
    place: str
    received_at: datetime
    taken_at: datetime
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    identity: str
    message_id: str = ""
    sender: str = ""
    subject: str = ""
    state: str = "taken"
    reason: str = ""
    tries: int = 0
    changed_at: datetime
    ticket_id: int | None = Field(default=None, sa_column=Column(big_integer(), nullable=True))
    seq: int | None = None
    on_server: int = 0
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

    __table_args__ = (
        Index("mail_place", "mailbox", "place", unique=True),
        Index("mail_identity", "identity"),
        Index("mail_message_id", "message_id"),
        Index("mail_state", "state", "id"),
        Index("mail_ticket", "ticket_id"),
        {"sqlite_autoincrement": True},
    )


class MailboxRow(SQLModel, table=True):
    """The state of a mailbox or of an account that letters leave by. name: with its kind before it, `in:support`;
    position: where reading goes on, as its source writes it; since: nothing older is taken; holder, held_until: the
    process that works on it, and until when the others leave it alone (M-08); failures: in a row; failed_at: when the
    first of them was; reason: of the last one, in a sentence; told_at: when admins heard of it last."""

    __tablename__ = "mailbox"

    name: str = Field(primary_key=True)
    position: str = ""
    since: datetime
    holder: str = ""
    held_until: datetime = NEVER
    worked_at: datetime = NEVER
    failures: int = 0
    failed_at: datetime = NEVER
    reason: str = ""
    told_at: datetime = NEVER


class SendingRow(SQLModel, table=True):
    """A letter on its way out (M-49): from its first attempt until it is sent or has failed for good. ticket_id, key:
    of the letter; phase: `waiting` for its next attempt, `sending`, `data` once its words may have reached the server,
    or `unsure` where that is not known; holder, held_until: the process that sends it; attempt: 1, 2, 3 …; next_at: of
    the next attempt; first_at: of the first one; message_id, date: the same in every attempt; recipients: JSON, address
    → state; reason: of the last failure, in a sentence; repeats: how often it was sent without an answer."""

    __tablename__ = "sending"

    ticket_id: int = Field(sa_column=Column(big_integer(), primary_key=True))
    key: str = Field(primary_key=True)
    account: str
    phase: str
    holder: str = ""
    held_until: datetime = NEVER
    attempt: int = 0
    next_at: datetime
    first_at: datetime
    message_id: str = ""
    date: str = ""
    recipients: str = "{}"
    reason: str = ""
    repeats: int = 0

    __table_args__ = (Index("sending_next", "phase", "next_at"),)

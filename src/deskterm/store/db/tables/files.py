"""Files that went with messages, and their contents."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from deskterm.store.db.tables.columns import big_integer, reference_column


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

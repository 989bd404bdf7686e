"""Files of messages in the store (C-22). Each content is stored once, with a row for every message that it went with.
The event of the message holds type, size and a salted digest of each file, so that the chain of events covers it and
reveals nothing of a content that was erased. Its name is a personal text of the event, as the words of the message are.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import Event, compute_digest
from deskterm.desk.domain.files.new_file import NewFile, require_few, require_size
from deskterm.store.db.tables import Attachment, FileContent, PersonalText, table_of

NAME_PREFIX = "file."
"""Prefix of the names under which an event refers to the names of its files: `file.1`."""

_attachment, _content, _text = table_of(Attachment), table_of(FileContent), table_of(PersonalText)
_INSERT_CONTENT = "INSERT INTO file_content (digest, size, bytes) VALUES (:digest, :size, :bytes) ON CONFLICT (digest) "
_KEEP_SQLITE = text(_INSERT_CONTENT + "DO NOTHING")
# The update locks the row, so that nobody deletes the content before this transaction refers to it
_KEEP_POSTGRESQL = text(_INSERT_CONTENT + "DO UPDATE SET size = excluded.size")
_HAS_CONTENT = select(_content.c.digest).where(_content.c.digest == bindparam("digest"))
_INSERT_ATTACHMENTS = insert(_attachment)
_NEEDED = select(_attachment.c.content).where(_attachment.c.content == _content.c.digest)


def append_with_files(
    work: TicketTransaction,
    kind: EventKind,
    changes: Changes | None,
    texts: Mapping[str, str],
    files: Sequence[NewFile],
    **data: Any,
) -> Event:
    """Append the event of a message, as `TicketTransaction.append` does, and keep the files that go with it. Raises
    UsageError for a file that is too large, and for too many."""
    if not files:
        return work.append(kind, changes, texts, **data)
    require_allowed_files(work, files)
    salts = [secrets.token_hex(16) for _ in files]
    event = work.append(
        kind,
        changes,
        {**texts, **{f"{NAME_PREFIX}{place}": clean_name(file.name) for place, file in enumerate(files, 1)}},
        files=[
            {"type": file.type, "size": file.size, "digest": compute_digest(salt, file.digest)}
            for file, salt in zip(files, salts, strict=True)
        ],
        **data,
    )
    if work.is_dry_run:
        return event
    for content in {file.digest: file for file in files}.values():
        _keep_content(work.connection, content)
    work.connection.execute(
        _INSERT_ATTACHMENTS,
        [
            {
                "ticket_id": work.number,
                "seq": event.seq,
                "place": place,
                "name_id": event.texts[f"{NAME_PREFIX}{place}"].id,
                "type": file.type,
                "size": file.size,
                "salt": salt,
                "content": file.digest,
            }
            for place, (file, salt) in enumerate(zip(files, salts, strict=True), 1)
        ],
    )
    return event


def require_allowed_files(work: TicketTransaction, files: Sequence[NewFile]) -> None:
    """Raise UsageError for files that the desk does not keep: one that is too large, or too many."""
    require_few(files)
    for file in files:
        require_size(file.name, file.size, work.procedure.definition.files.largest_mb)


def clean_name(name: str) -> str:
    """Return the name of a file as both databases can store it: without unpaired surrogates."""
    return name.encode("utf-8", "replace").decode("utf-8")


def load_files(work: TicketTransaction, number: int, seq: int) -> list[NewFile]:
    """Load the files of a message of a ticket, those that were erased left out, to keep them with another one."""
    found = work.connection.execute(
        select(_text.c.body, _attachment.c.type, _content.c.bytes)
        .select_from(
            _attachment.join(_content, _content.c.digest == _attachment.c.content).join(
                _text, _text.c.id == _attachment.c.name_id
            )
        )
        .where(_attachment.c.ticket_id == number, _attachment.c.seq == seq)
        .order_by(_attachment.c.place)
    )
    return [NewFile(name, media_type, bytes(content)) for name, media_type, content in found]


def count_contents(work: TicketTransaction, seqs: Collection[int]) -> int:
    """Count the files of some messages of a ticket that still have a content."""
    found = work.connection.execute(
        select(_attachment.c.seq).where(_attachment.c.ticket_id == work.number, _attachment.c.content.is_not(None))
    )
    return sum(seq in seqs for seq in found.scalars())


def erase_contents(work: TicketTransaction, seqs: Collection[int] | None = None) -> Iterator[tuple[int, int]]:
    """Detach the contents of a ticket's files, delete those that no other ticket has, and yield seq and place of each
    file. seqs: the messages whose files they are; None for all. The caller writes the event about it."""
    rows = work.connection.execute(
        select(_attachment.c.seq, _attachment.c.place, _attachment.c.content)
        .where(_attachment.c.ticket_id == work.number, _attachment.c.content.is_not(None))
        .order_by(_attachment.c.seq, _attachment.c.place)
    ).all()
    chosen = [row for row in rows if seqs is None or row.seq in seqs]
    for seq, place, _ in chosen:
        work.connection.execute(
            update(_attachment)
            .where(_attachment.c.ticket_id == work.number, _attachment.c.seq == seq, _attachment.c.place == place)
            .values(salt="", content=None)
        )
        yield seq, place
    for digest in {row.content for row in chosen}:
        work.connection.execute(delete(_content).where(_content.c.digest == digest, ~_NEEDED.exists()))


def _keep_content(connection: Connection, file: NewFile) -> None:
    if connection.dialect.name == "sqlite":
        # The same file is often sent to many: do not pass its megabytes to the database when it has them
        if connection.execute(_HAS_CONTENT, {"digest": file.digest}).first() is None:
            connection.execute(_KEEP_SQLITE, {"digest": file.digest, "size": file.size, "bytes": file.content})
        return
    connection.execute(_KEEP_POSTGRESQL, {"digest": file.digest, "size": file.size, "bytes": file.content})

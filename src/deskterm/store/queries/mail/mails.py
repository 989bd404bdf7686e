"""Mails that are kept, for lists and for a look at one (M-03, M-09). SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection

STATES = ("taken", "done", "copy", "quarantined", "ignored")

_COLUMNS = (
    "id, mailbox, place, sender, subject, message_id, identity, received_at, taken_at, changed_at, size, state, "
    "reason, tries, ticket_id, seq, on_server"
)


class MailLine(NamedTuple):
    """A mail in a list. key: its number; received, taken, changed: epoch seconds; on_server: its server has still to be
    told; the others as in `store.db.tables.MailRow`."""

    key: int
    mailbox: str
    place: str
    sender: str
    subject: str
    message_id: str
    identity: str
    received: int
    taken: int
    changed: int
    size: int
    state: str
    reason: str
    tries: int
    ticket: int | None
    seq: int | None
    on_server: bool


class MailCount(NamedTuple):
    """The mails of a mailbox in a state. newest: when the last of them was taken, epoch seconds."""

    mailbox: str
    state: str
    mails: int
    newest: int


def load_mails(
    reader: ReadConnection, states: Sequence[str] = STATES, *, mailbox: str = "", limit: int = 100
) -> list[MailLine]:
    """Load mails in some states, the newest first. mailbox: only those of it."""
    wanted = [state for state in STATES if state in states]
    marks = ", ".join(f":state{place}" for place in range(len(wanted)))
    params: dict[str, object] = {f"state{place}": state for place, state in enumerate(wanted)}
    of_mailbox = "AND mailbox = :mailbox " if mailbox else ""
    found = reader.rows(
        f"SELECT {_COLUMNS} FROM mail WHERE state IN ({marks}) {of_mailbox}ORDER BY id DESC LIMIT :limit",
        {**params, "limit": limit, **({"mailbox": mailbox} if mailbox else {})},
    )
    return [_build_line(row) for row in found]


def load_ticket_mails(reader: ReadConnection, number: int) -> list[MailLine]:
    """Load the mails that are kept on a ticket, the newest first."""
    found = reader.rows(
        f"SELECT {_COLUMNS} FROM mail WHERE ticket_id = :number ORDER BY received_at DESC, id DESC",
        {"number": number},
    )
    return [_build_line(row) for row in found]


def load_mail_line(reader: ReadConnection, key: int) -> MailLine | None:
    """Load a mail without its bytes; None where there is none of this key, or its ticket is hidden."""
    found = reader.rows(f"SELECT {_COLUMNS} FROM mail WHERE id = :key", {"key": key})
    return _build_line(found[0]) if found else None


def load_mail_bytes(reader: ReadConnection, key: int) -> bytes:
    """Load the bytes of a mail; empty where there is none, or they were erased."""
    found = reader.rows("SELECT raw FROM mail WHERE id = :key", {"key": key})
    return zlib.decompress(bytes(found[0][0])) if found and found[0][0] else b""


def load_matching_rule(reader: ReadConnection, line: MailLine) -> str:
    """Load the letter of the rule of M-29 by which the ticket of a mail was found; empty where it is on none."""
    found = reader.rows(
        "SELECT data FROM event WHERE ticket_id = :ticket AND seq = :seq", {"ticket": line.ticket, "seq": line.seq}
    )
    return str(json.loads(found[0][0]).get("via", "")) if found else ""


def count_mails(reader: ReadConnection) -> list[MailCount]:
    """Count the mails of each mailbox by their states."""
    found = reader.rows(
        "SELECT mailbox, state, count(*), max(taken_at) FROM mail GROUP BY mailbox, state ORDER BY 1, 2"
    )
    return [MailCount(mailbox, state, count, seconds_from_stored(newest)) for mailbox, state, count, newest in found]


def _build_line(row: tuple[Any, ...]) -> MailLine:
    line = MailLine(*row)
    received, taken, changed = (seconds_from_stored(instant) for instant in row[7:10])
    return line._replace(received=received, taken=taken, changed=changed, on_server=bool(line.on_server))

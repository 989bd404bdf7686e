"""The files that went with a ticket's messages, and their contents (C-22). SQL over a bare `ReadConnection`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
from deskterm.store.rows.merged_tickets import bind_numbers


class FileView(NamedTuple):
    """A file of a message. ticket, seq: of the message; place: within it; digest: SHA-256 of the content, None where it
    was erased; at: epoch seconds; kind: of the message, `public` or `internal`; is_undone: the message was taken
    back."""

    ticket: int
    seq: int
    place: int
    name: str
    type: str
    size: int
    digest: str | None
    at: int
    author: str
    kind: str
    is_undone: bool


def load_files(reader: ReadConnection, numbers: Sequence[int]) -> list[FileView]:
    """Load the files of some tickets, the oldest first."""
    placeholders, params = bind_numbers(numbers)
    found = reader.rows(
        "SELECT a.ticket_id, a.seq, a.place, n.body, a.type, a.size, a.content, m.at, coalesce(c.name, m.author), "
        "m.kind, m.mark FROM attachment a JOIN message m ON m.ticket_id = a.ticket_id AND m.seq = a.seq "
        "JOIN personal_text n ON n.id = a.name_id LEFT JOIN contact c ON c.id = m.contact_id "
        f"WHERE a.ticket_id IN ({placeholders}) ORDER BY m.at, a.ticket_id, a.seq, a.place",
        params,
    )
    return [FileView._make((*row[:7], seconds_from_stored(row[7]), *row[8:10], row[10] == "undone")) for row in found]


def load_public_file(reader: ReadConnection, ticket: int, seq: int, place: int) -> tuple[str, str, bytes] | None:
    """Load name, type and content of a file of a public message, or of a reply that is not sent yet; None where there
    is none, as for the files of notes (M-57)."""
    found = reader.rows(
        "SELECT n.body, a.type, f.bytes FROM attachment a JOIN file_content f ON f.digest = a.content "
        "JOIN personal_text n ON n.id = a.name_id LEFT JOIN message m ON m.ticket_id = a.ticket_id AND m.seq = a.seq "
        "WHERE a.ticket_id = :ticket AND a.seq = :seq AND a.place = :place AND coalesce(m.kind, 'public') = 'public'",
        {"ticket": ticket, "seq": seq, "place": place},
    )
    return (found[0][0], found[0][1], bytes(found[0][2])) if found else None


def load_content(reader: ReadConnection, file: FileView) -> bytes | None:
    """Load the content of a file of a ticket that the reader may see; None where it was erased meanwhile."""
    found = reader.rows(
        "SELECT f.bytes FROM attachment a JOIN file_content f ON f.digest = a.content "
        "WHERE a.ticket_id = :ticket AND a.seq = :seq AND a.place = :place",
        {"ticket": file.ticket, "seq": file.seq, "place": file.place},
    )
    return bytes(found[0][0]) if found else None

"""Compare the files in the store with the events that name them, and their contents with their digests (C-22)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from deskterm.desk.core.attachments import NAME_PREFIX
from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event, compute_digest
from deskterm.desk.history.event_rows import Read, group_by_ticket
from deskterm.errors import RESTORE_ADVICE
from deskterm.store.db.reader import ReadConnection


class FileRow(NamedTuple):
    """A stored file of a ticket, its fields named as the columns but for its ticket."""

    ticket: int
    seq: int
    place: int
    name_id: int
    type: str
    size: int
    salt: str
    content: str | None


class ContentFault(NamedTuple):
    """A content that is missing or was changed. ticket, seq: the message that it went with first."""

    ticket: int
    seq: int
    sentence: str


def collect_erased_files(events: Iterable[Event]) -> set[tuple[int, int]]:
    """Return seq and place of all files whose content was erased."""
    return {
        (seq, place)
        for event in events
        if event.kind in ERASURE_EVENTS
        for seq, place in event.data.get("contents", ())
    }


def check_files(
    rows: Sequence[FileRow], number: int, event: Event, erased: Collection[tuple[int, int]]
) -> Iterator[str]:
    """Compare the files of an event with their rows, and return a sentence for each that is missing or was changed.

    rows: of the ticket; erased: seq and place of files whose content was erased."""
    files: Any = event.data.get("files", ())
    if not rows and not files:
        return
    found = {row.place: row for row in rows if row.seq == event.seq}
    for place, file in enumerate(files, 1):
        row = found.pop(place, None)
        what = f"file {place} of event {event.seq} of ticket {number}"
        if row is None:
            yield f"{what} is missing: {RESTORE_ADVICE}"
        elif not _is_as_written(row, event, file, is_erased=(event.seq, place) in erased):
            yield f"{what} is not what was written: {RESTORE_ADVICE}"
    for place in sorted(found):
        yield f"file {place} of event {event.seq} of ticket {number} was added past deskterm: {RESTORE_ADVICE}"


def _is_as_written(row: FileRow, event: Event, file: Any, *, is_erased: bool) -> bool:
    name = event.texts.get(f"{NAME_PREFIX}{row.place}")
    if (row.type, row.size) != (file.get("type"), file.get("size")) or name is None or row.name_id != name.id:
        return False
    if is_erased:
        return row.content is None and not row.salt
    return row.content is not None and compute_digest(row.salt, row.content) == file.get("digest")


def load_file_rows(read: Read, first: int, last: int) -> dict[int, list[FileRow]]:
    """Load the files of the tickets from one number to another: number → its files, in the order of their events."""
    found = read(
        "SELECT ticket_id, seq, place, name_id, type, size, salt, content FROM attachment "
        "WHERE ticket_id >= :first AND ticket_id <= :last ORDER BY ticket_id, seq, place",
        {"first": first, "last": last},
    )
    return group_by_ticket(map(FileRow._make, found))


def find_content_faults(reader: ReadConnection, number: int | None = None) -> Iterator[ContentFault]:
    """Yield the contents that files refer to and that are missing, or are not what was written. number: of the files of
    one ticket. One content is in memory at a time."""
    condition = "" if number is None else " AND ticket_id = :number"
    uses = reader.rows(
        f"SELECT content, ticket_id, seq FROM attachment WHERE content IS NOT NULL{condition} "
        "ORDER BY ticket_id, seq, place",
        {"number": number or 0},
    )
    seen: set[str] = set()
    for digest, ticket, seq in uses:
        if digest in seen:
            continue
        seen.add(digest)
        found = reader.rows("SELECT size, bytes FROM file_content WHERE digest = :digest", {"digest": digest})
        what = f"the content of a file of event {seq} of ticket {ticket}"
        if not found:
            yield ContentFault(ticket, seq, f"{what} is missing: {RESTORE_ADVICE}")
        elif hashlib.sha256(_to_bytes(found[0][1])).hexdigest() != digest or len(found[0][1]) != found[0][0]:
            yield ContentFault(ticket, seq, f"{what} is not what was written: {RESTORE_ADVICE}")


def _to_bytes(value: Any) -> bytes:
    """Return a stored content as bytes; SQLite has a text where another program wrote one."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes(value)

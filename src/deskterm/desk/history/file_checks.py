"""Compare the files in the store with the events that name them, and their contents with their digests (C-22)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from deskterm.desk.core.attachments import NAME_PREFIX
from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event, compute_digest
from deskterm.errors import RESTORE_ADVICE
from deskterm.store.db.reader import ReadConnection

FILE_COLUMNS = ("ticket_id", "seq", "place", "name_id", "type", "size", "salt", "content")


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
    rows: Sequence[Mapping[str, Any]], number: int, event: Event, erased: Collection[tuple[int, int]]
) -> Iterator[str]:
    """Compare the files of an event with their rows, and return a sentence for each that is missing or was changed.

    rows: of the ticket, with `FILE_COLUMNS`; erased: seq and place of files whose content was erased."""
    found = {row["place"]: row for row in rows if row["seq"] == event.seq}
    files: Any = event.data.get("files", ())
    for place, file in enumerate(files, 1):
        row = found.pop(place, None)
        what = f"file {place} of event {event.seq} of ticket {number}"
        if row is None:
            yield f"{what} is missing: {RESTORE_ADVICE}"
        elif not _is_as_written(row, event, file, is_erased=(event.seq, place) in erased):
            yield f"{what} is not what was written: {RESTORE_ADVICE}"
    for place in sorted(found):
        yield f"file {place} of event {event.seq} of ticket {number} was added past deskterm: {RESTORE_ADVICE}"


def _is_as_written(row: Mapping[str, Any], event: Event, file: Any, *, is_erased: bool) -> bool:
    name = event.texts.get(f"{NAME_PREFIX}{row['place']}")
    if (row["type"], row["size"]) != (file.get("type"), file.get("size")) or name is None or row["name_id"] != name.id:
        return False
    if is_erased:
        return row["content"] is None and not row["salt"]
    return row["content"] is not None and compute_digest(row["salt"], row["content"]) == file.get("digest")


def load_file_rows(reader: ReadConnection, first: int, last: int) -> list[dict[str, Any]]:
    """Load the files of the tickets from one number to another, in the order of their tickets."""
    found = reader.rows(
        f"SELECT {', '.join(FILE_COLUMNS)} FROM attachment WHERE ticket_id >= :first AND ticket_id <= :last "
        "ORDER BY ticket_id, seq, place",
        {"first": first, "last": last},
    )
    return [dict(zip(FILE_COLUMNS, row, strict=True)) for row in found]


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

"""The tickets that have changed since a past instant, as they were then (R-03): folded again from their events up to
it, into a desk of this process with the same tables, so that the queries and filters of kept rows read them too.

Nothing later leaks in: neither events nor messages nor the order of the procedure that is in force today. What was
erased since stays erased (R-31).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.projection_rows import (
    EVENT_COLUMNS,
    ProjectedRows,
    TicketProjection,
    build_message_rows,
)
from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event, decode_event
from deskterm.desk.domain.fold import TicketFold
from deskterm.desk.domain.state import State
from deskterm.errors import DeskError
from deskterm.progress import Progress
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.private_desk import create_private_desk
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import Contact, Organisation, PersonalText, table_of
from deskterm.store.queries.figures.numbers import load_touched_numbers, read_rows

_BATCH = 500
"""Tickets whose events are in memory at a time."""

_ERASURES = ", ".join(f"'{kind}'" for kind in sorted(ERASURE_EVENTS))


def open_touched_tickets(
    reader: ReadConnection,
    until: int,
    as_of: int,
    *,
    is_filtered: bool = False,
    progress: Progress | None = None,
) -> ReadConnection | None:
    """Return a reader of the tickets that were received before `until` and have changed since `as_of`, as they were at
    that instant; None where there are none. Both in epoch seconds.

    Those without any event by then are not among them. The caller closes the reader, and reads the tickets that have
    not changed from `reader` itself, both within one `snapshot` of it. is_filtered: a filter is to be evaluated on
    them, so words and people come along. progress: called with tickets done and tickets in all."""
    with reader.snapshot():
        numbers = load_touched_numbers(reader, until, as_of)
        if not numbers:
            return None
        past = create_private_desk(
            lambda writer: PastRows(reader, writer, as_of, is_filtered=is_filtered).write(numbers, progress)
        )
    try:
        reader.limit_alike(past)
    except BaseException:
        past.close()
        raise
    return past


class PastRows:
    """Writes the rows of tickets as of an instant. with_events: with all events by then, not only the first of each;
    `version`: of the procedure that was in force."""

    def __init__(
        self, reader: ReadConnection, writer: BulkWriter, as_of: int, *, is_filtered: bool, with_events: bool = False
    ) -> None:
        self._reader, self._writer = reader, writer
        self._as_of, self._is_filtered, self._with_events = as_of, is_filtered, with_events
        self._procedures = ProcedureVersions(self._load_document)
        self.version = self._find_version()
        self._procedure = self._procedures(self.version)

    def write(self, numbers: Sequence[int], progress: Progress | None) -> None:
        """Write the rows of tickets. numbers: in order."""
        self._copy_people()
        for start in range(0, len(numbers), _BATCH):
            part = numbers[start : start + _BATCH]
            self._write_batch(part)
            if progress is not None:
                progress(start + len(part), len(numbers))

    def _load_document(self, version: int) -> str:
        found = self._reader.rows("SELECT document FROM procedure_version WHERE id = :id", {"id": version})
        if not found:
            raise DeskError(f"The store lacks version {version} of its procedure: `deskterm doctor` says more.")
        return str(found[0][0])

    def _find_version(self) -> int:
        """Return the version of the procedure that was in force; the first one before there was any."""
        ((found,),) = self._reader.rows(
            "SELECT coalesce((SELECT max(id) FROM procedure_version WHERE applied_at <= :as_of), "
            "(SELECT min(id) FROM procedure_version))",
            {"as_of": self._reader.instant(self._as_of)},
        )
        return int(found)

    def _copy_people(self) -> None:
        """Copy clients, and for a filter contacts too. Their names are those of today, as in rows that are kept: a name
        that was corrected, or erased, is so everywhere (R-31)."""
        for model in (Organisation, Contact) if self._is_filtered else (Organisation,):
            table = table_of(model)
            columns = [column.name for column in table.c]
            rows = self._reader.rows(f"SELECT {', '.join(columns)} FROM {table.name}")
            self._writer.insert(table.name, columns, rows)

    def _write_batch(self, numbers: Sequence[int]) -> None:
        histories: list[tuple[int, State, ProjectedRows]] = []
        kept_events: list[tuple[Any, ...]] = []
        messages: list[dict[str, Any]] = []
        texts: set[int] = set()
        for number, rows in groupby(self._read_events(numbers), key=itemgetter(0)):
            fold = TicketFold(self._procedures)
            projection = TicketProjection(fold)
            events: list[Event] = []
            last_hash = ""
            for row in rows:
                event = decode_event(row[1], row[2], seconds_from_stored(row[3]), row[4], row[5], row[6])
                if event.at <= self._as_of:
                    if self._with_events or not events:
                        kept_events.append(row)
                    fold.step(event)
                    events.append(event)
                    last_hash = row[7]
                else:
                    # An erasure of later: its texts are empty already, and these are fields of before there were texts
                    for name in event.data.get("fields", ()):
                        fold.state.fields.pop(name, None)
            if events:
                messages += build_message_rows(number, events)
                texts |= {text.id for event in events for text in event.texts.values()}
                histories.append((number, fold.state, projection.build_rows(number, self._procedure, last_hash)))
        self._insert("ticket", list(self._build_ticket_rows(histories)))
        self._writer.insert("event", EVENT_COLUMNS, kept_events)
        for table, changes in (
            ("clock", [rows.clocks for _, _, rows in histories]),
            ("record", [rows.records for _, _, rows in histories]),
            ("status_span", [rows.visits for _, _, rows in histories]),
        ):
            # The folds began empty, so every row is among those that were added
            self._insert(table, [row for change in changes for row in change.added])
        self._insert("message", messages)
        if self._is_filtered:
            self._copy_texts(texts)

    def _read_events(self, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        return read_rows(
            self._reader,
            numbers,
            lambda wanted: (
                f"SELECT {', '.join(EVENT_COLUMNS)} FROM event WHERE ticket_id {wanted} "
                f"AND (at <= :as_of OR kind IN ({_ERASURES})) ORDER BY ticket_id, seq"
            ),
            {"as_of": self._reader.instant(self._as_of)},
        )

    def _build_ticket_rows(self, histories: Sequence[tuple[int, State, ProjectedRows]]) -> Iterator[dict[str, Any]]:
        states = [state for _, state, _ in histories]
        subjects = self._load_names("personal_text", "body", [state.subject_id for state in states])
        requesters = self._load_names("contact", "name", [state.requester_id for state in states])
        clients = self._load_names("organisation", "name", [state.organisation_id for state in states])
        for number, state, rows in histories:
            yield rows.ticket | {
                "id": number,
                "subject": subjects.get(state.subject_id, ""),
                "requester": requesters.get(state.requester_id, ""),
                "organisation": clients.get(state.organisation_id, ""),
            }

    def _load_names(self, table: str, column: str, ids: Sequence[int | None]) -> dict[int | None, str]:
        wanted = sorted({one for one in ids if one is not None})
        return dict(
            read_rows(self._reader, wanted, lambda chosen: f"SELECT id, {column} FROM {table} WHERE id {chosen}")
        )

    def _copy_texts(self, ids: set[int]) -> None:
        """Copy the texts that the past knew; no word of a later message is found."""
        columns = [column.name for column in table_of(PersonalText).c]
        rows = read_rows(
            self._reader,
            sorted(ids),
            lambda wanted: f"SELECT {', '.join(columns)} FROM personal_text WHERE id {wanted}",
        )
        self._writer.insert("personal_text", columns, rows)

    def _insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self._writer.insert(table, tuple(rows[0]), (tuple(row.values()) for row in rows))

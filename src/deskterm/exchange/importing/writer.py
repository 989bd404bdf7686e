"""One import in its transaction: the grouped rows of a log become tickets with their events, texts and clocks.

The rows are those of a command (`desk.core.projection_rows`). What is different is that they are written in bulk, with
ids that are reserved before, and that encoded events and converted instants are remembered: a log repeats both.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.projection_rows import (
    EVENT_COLUMNS,
    EventValues,
    RowChanges,
    TicketProjection,
    build_message_rows,
    chain_events,
)
from deskterm.desk.domain.events import (
    GENESIS,
    Event,
    TextRef,
    compute_digest,
    decode_event,
    encode_event,
)
from deskterm.desk.domain.fold import TicketFold
from deskterm.exchange.importing.contacts import ContactDirectory
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.event_builder import AddText
from deskterm.exchange.importing.report import ImportReport
from deskterm.exchange.importing.row_groups import GroupedLog
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.progress import Progress
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.instants import seconds_from_stored, to_stored_text

_BATCH_SIZE = 2_000
"""Tickets whose rows are written at once."""

_SALTS_AT_ONCE = 512


class _EarlierImport(NamedTuple):
    """The rows of a ticket that an earlier import of this log took: how many, and their fingerprint."""

    rows: int
    digest: str


class ImportedRow(Protocol):
    """A row of a ticket that is imported. line: its place in the file."""

    @property
    def line(self) -> int: ...


class ImportedRows(Protocol):
    """The rows of one ticket. notes: those of them that look odd."""

    @property
    def rows(self) -> Sequence[ImportedRow]: ...

    @property
    def notes(self) -> Sequence[BadRow]: ...

    def compute_fingerprint(self, rows: int) -> str:
        """Return a hash of the first so many rows."""


class TicketEventBuilder(Protocol):
    """Builds the events of a ticket from its rows. notes: what looks odd about them."""

    notes: list[BadRow]

    def build_events(self, key: str, group: Any, imported_rows: int, fold: TicketFold) -> Iterator[Event]:
        """Yield the events of the rows after those that were imported before; each is folded in."""


BuildBuilder = Callable[[ContactDirectory, AddText], TicketEventBuilder]


class LogWriter:
    """Writes one log. Rows wait in lists, and are written some thousand tickets at a time. within_clients: people
    without an address are told apart by name and client, not by name alone (R-71)."""

    def __init__(
        self,
        bulk: BulkWriter,
        procedure: CompiledProcedure,
        source: str,
        build_builder: BuildBuilder,
        *,
        within_clients: bool = False,
    ) -> None:
        self._bulk, self._procedure, self._source = bulk, procedure, source
        self._versions = ProcedureVersions(partial(_load_document, bulk), {procedure.version: procedure})
        # On SQLite other writers wait anyway. From here on nobody adds a ticket of this log, or changes one of it.
        bulk.lock_table("ticket")
        self._earlier = {
            key: _EarlierImport(rows, digest)
            for key, rows, digest in bulk.execute(
                "SELECT external_id, rows, digest FROM imported_row WHERE source = :source", {"source": self._source}
            )
        }
        self.contacts = ContactDirectory(bulk, within_clients=within_clients)
        self._next_text_id = bulk.reserve_ids("personal_text", 1).start
        self._ticket = 0
        """The number of the ticket whose texts are being added."""
        self._builder = build_builder(self.contacts, self._add_text)
        self._encoded: dict[tuple[tuple[str, tuple[Any, Any]], ...], str] = {}
        self._convert_instant = _SecondsToText().__getitem__
        self._subjects: dict[int, str] = {}
        """Text id → subject, of the tickets of this batch."""
        self._salts: list[str] = []
        self._tickets: list[dict[str, Any]] = []
        self._texts: list[tuple[int, int, str, str]] = []
        self._events: list[EventValues] = []
        self._messages: list[dict[str, Any]] = []
        self._clocks: list[dict[str, Any]] = []
        self._records: list[dict[str, Any]] = []
        self._visits: list[dict[str, Any]] = []
        self._imported: list[tuple[str, str, int, str]] = []

    def write(self, log: GroupedLog, progress: Progress | None) -> ImportReport:
        """Write the tickets of a log that are not on the desk yet, and the rows that others have more now."""
        numbers = self._load_numbers()
        new = [key for key in log.groups if key not in numbers]
        reserved = iter(self._bulk.reserve_ids("ticket", len(new)))
        notes = self._builder.notes
        events = grown = unchanged = left_alone = rows = 0
        total = log.rows - log.later - len(log.skipped)
        for done, (key, group) in enumerate(log.groups.items(), 1):
            if key not in numbers:
                events += self._add_ticket(next(reserved), key, group)
            elif (earlier := self._earlier.get(key)) is None:
                notes.append(BadRow(group.rows[0].line, f"{key} is on the desk already, not from this log: left alone"))
                left_alone += 1
            elif earlier.rows > len(group.rows):
                unchanged += 1  # an older copy of the log
            elif earlier.digest != group.compute_fingerprint(earlier.rows):
                # Events are never rewritten, so rows that the log has changed since cannot be taken over
                notes.append(
                    BadRow(group.rows[0].line, f"{key} was imported with other rows than the log has now: left alone")
                )
                left_alone += 1
            elif earlier.rows == len(group.rows):
                unchanged += 1
            else:
                events += self._continue_ticket(numbers[key], key, group, earlier.rows)
                grown += 1
            rows += len(group.rows)
            if done % _BATCH_SIZE == 0:
                self._flush()
                if progress is not None:
                    progress(rows, total)
        self._flush()
        if progress is not None:
            progress(total, total)
        return ImportReport(
            rows=log.rows,
            tickets=len(new),
            grown=grown,
            events=events,
            unchanged=unchanged,
            left_alone=left_alone,
            later=log.later,
            skipped=tuple(log.skipped),
            notes=tuple(sorted(notes)),
            guessed_encoding=log.guessed_encoding,
            samples=log.samples,
        )

    # -- one ticket ----------------------------------------------------------------------------------------------

    def _add_ticket(self, number: int, key: str, group: ImportedRows) -> int:
        """Add a new ticket; return the number of its events."""
        fold = TicketFold(self._versions)
        row, events = self._project(number, key, group, 0, fold, GENESIS)
        self._tickets.append({"id": number} | row)
        self._imported.append((self._source, key, len(group.rows), group.compute_fingerprint(len(group.rows))))
        return events

    def _continue_ticket(self, number: int, key: str, group: ImportedRows, imported_rows: int) -> int:
        """Add the further rows of a ticket that is on the desk, after what was done here meanwhile; return the number
        of events."""
        fold = TicketFold(self._versions)
        for event in self._load_events(number):
            fold.step(event)
        ((last_hash, subject),) = self._bulk.execute(
            "SELECT hash, subject FROM ticket WHERE id = :number", {"number": number}
        )
        if fold.state.subject_id is not None:
            self._subjects[fold.state.subject_id] = subject
        row, events = self._project(number, key, group, imported_rows, fold, last_hash)
        self.contacts.flush()  # the row refers to them
        self._bulk.execute(
            f"UPDATE ticket SET {', '.join(f'{name} = :{name}' for name in row)} WHERE id = :number",
            row | {"number": number},
        )
        self._bulk.execute(
            "UPDATE imported_row SET rows = :rows, digest = :digest WHERE source = :source AND external_id = :key",
            {
                "rows": len(group.rows),
                "digest": group.compute_fingerprint(len(group.rows)),
                "source": self._source,
                "key": key,
            },
        )
        return events

    def _load_events(self, number: int) -> Iterator[Event]:
        for seq, kind, at, actor, version, data in self._bulk.execute(
            "SELECT seq, kind, at, actor, procedure_version, data FROM event WHERE ticket_id = :number ORDER BY seq",
            {"number": number},
        ):
            yield decode_event(seq, kind, seconds_from_stored(at), actor, version, data)

    def _project(
        self, number: int, key: str, group: ImportedRows, imported_rows: int, fold: TicketFold, last_hash: str
    ) -> tuple[dict[str, Any], int]:
        """Build the events of a ticket's rows after the imported ones, and queue all rows but the ticket's own. Return
        that, without its id, and the number of events. last_hash: of the event before them."""
        self._ticket = number
        first_line = group.rows[imported_rows].line
        self._builder.notes += [note for note in group.notes if note.line >= first_line]
        projection = TicketProjection(fold)
        events = list(self._builder.build_events(key, group, imported_rows, fold))
        values, last_hash = chain_events(
            number, last_hash, events, encode=self._encode, convert_instant=self._convert_instant
        )
        self._events += values
        self._messages += build_message_rows(number, events, self._convert_instant)
        rows = projection.build_rows(number, self._procedure, last_hash, self._convert_instant)
        self._clocks += self._remove_changed(number, rows.clocks, "clock", ("metric", "cycle"))
        self._records += self._remove_changed(number, rows.records, "record", ("kind", "key"))
        self._visits += self._remove_changed(number, rows.visits, "status_span", ("n",))
        state = fold.state
        names = {
            "subject": self._subjects.get(state.subject_id or 0, ""),
            "requester": self.contacts.names.get(state.requester_id or 0, ""),
            "organisation": self.contacts.organisations.get(state.organisation_id or 0, ""),
        }
        return rows.ticket | names, len(events)

    def _remove_changed(
        self, number: int, changes: RowChanges, table: str, key: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """Delete the rows that are gone or changed, and return those to insert."""
        where = " AND ".join(f"{name} = :{name}" for name in key)
        for values in changes.removed:
            self._bulk.execute(
                f"DELETE FROM {table} WHERE ticket_id = :number AND {where}",
                {"number": number, **dict(zip(key, values, strict=True))},
            )
        return changes.added

    def _encode(self, event: Event) -> str:
        """Encode an event. Most events of a log have the content of an earlier one, such as a change from new to
        active: each content is encoded once."""
        if event.texts:
            return encode_event(event)
        # Events of one import have the same data: without texts only their changes differ
        key = tuple(event.changes.items())
        try:
            found = self._encoded.get(key)
        except TypeError:  # a list of tags is not hashable
            return encode_event(event)
        if found is None:
            found = self._encoded[key] = encode_event(event)
        return found

    def _add_text(self, body: str) -> TextRef:
        """Queue a text of the ticket at hand, and return the reference to it."""
        salt = self._draw_salt()
        number = self._next_text_id
        self._next_text_id += 1
        self._texts.append((number, self._ticket, salt, body))
        self._subjects[number] = body
        return TextRef(number, compute_digest(salt, body))

    def _draw_salt(self) -> str:
        """Return 32 random hex digits. They are drawn from the system for some hundred texts at a time."""
        if not self._salts:
            drawn = secrets.token_hex(16 * _SALTS_AT_ONCE)
            self._salts = [drawn[start : start + 32] for start in range(0, len(drawn), 32)]
        return self._salts.pop()

    # -- the tables ----------------------------------------------------------------------------------------------

    def _load_numbers(self) -> dict[str, int]:
        """Load the number in another system → the number here, of all imported tickets."""
        return dict(self._bulk.execute("SELECT external_id, id FROM ticket WHERE external_id IS NOT NULL"))

    def _flush(self) -> None:
        """Write the rows that wait, in the order of their references."""
        self.contacts.flush()
        self._insert("ticket", self._tickets)
        self._bulk.insert("personal_text", ("id", "ticket_id", "salt", "body"), self._texts)
        self._bulk.insert("event", EVENT_COLUMNS, self._events)
        self._insert("message", self._messages)
        self._insert("clock", self._clocks)
        self._insert("record", self._records)
        self._insert("status_span", self._visits)
        self._bulk.insert("imported_row", ("source", "external_id", "rows", "digest"), self._imported)
        for queue in (self._tickets, self._texts, self._events, self._messages, self._imported):
            queue.clear()
        for projected in (self._clocks, self._records, self._visits):
            projected.clear()
        self._subjects.clear()
        self._encoded.clear()

    def _insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self._bulk.insert(table, tuple(rows[0]), (tuple(row.values()) for row in rows))


class _SecondsToText(dict[int, str]):
    """Epoch seconds → stored text. A log repeats its instants, and the rows of a ticket do."""

    def __missing__(self, seconds: int) -> str:
        found = self[seconds] = to_stored_text(seconds)
        return found


def _load_document(bulk: BulkWriter, version: int) -> str:
    ((document,),) = bulk.execute("SELECT document FROM procedure_version WHERE id = :version", {"version": version})
    return str(document)

"""One import inside its transaction: histories in, rows of tickets, events, words and clocks out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from deskterm.desk.core.procedure_versions import ProcedureVersions
from deskterm.desk.core.row_mapping import build_clock_row, build_ticket_row
from deskterm.desk.domain.events import (
    GENESIS,
    Event,
    TextRef,
    compute_digest,
    compute_hash,
    decode_event,
    encode_event,
)
from deskterm.desk.domain.fold import TicketFold
from deskterm.exchange.importing.contacts import ContactDirectory
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.event_builder import EventBuilder
from deskterm.exchange.importing.mapping import LogMapping
from deskterm.exchange.importing.report import ImportReport
from deskterm.exchange.importing.row_groups import GroupedLog, RowGroup
from deskterm.exchange.importing.row_reader import RowReader
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.progress import Progress
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.instants import seconds_from_stored, to_stored_text

_BATCH = 2_000
_EVENT = ("ticket_id", "seq", "kind", "at", "actor", "procedure_version", "data", "hash")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the desk has of a ticket of this log."""

    rows: int
    digest: str


class LogWriter:
    """One import. Rows wait in lists and are written some thousand tickets at a time."""

    def __init__(
        self, bulk: BulkWriter, procedure: CompiledProcedure, mapping: LogMapping, observer: RowReader, actor: str
    ) -> None:
        self._bulk, self._procedure, self._source = bulk, procedure, mapping.source
        self._versions = ProcedureVersions(partial(_load_document, bulk), {procedure.version: procedure})
        if bulk.dialect == "postgresql":  # as on SQLite, other writers wait from here on
            bulk.execute("LOCK TABLE ticket IN SHARE ROW EXCLUSIVE MODE")
        self._known = {
            key: _Known(rows, digest)
            for key, rows, digest in bulk.execute(
                "SELECT external_id, rows, digest FROM imported_row WHERE source = :source", {"source": self._source}
            )
        }
        self._people = ContactDirectory(bulk)
        self._next_text = bulk.reserve_ids("personal_text", 1).start
        self._ticket = 0
        self._teller = EventBuilder(observer, procedure, self._people, self._keep, self._source, actor)
        self._sayings: dict[tuple[tuple[str, tuple[Any, Any]], ...], str] = {}
        self._dates: dict[int, str] = {}
        self._instants = _Stored()
        self._subjects: dict[int, str] = {}
        self._chance: list[str] = []
        self._tickets: list[dict[str, Any]] = []
        self._texts: list[tuple[int, int, str, str]] = []
        self._events: list[tuple[Any, ...]] = []
        self._clocks: list[dict[str, Any]] = []
        self._taken: list[tuple[str, str, int, str]] = []

    def write(self, gathered: GroupedLog, progress: Progress | None) -> ImportReport:
        numbers = self._numbers()
        fresh = [key for key in gathered.groups if key not in numbers]
        reserved = iter(self._bulk.reserve_ids("ticket", len(fresh)))
        notes = self._teller.notes
        written = grown = unchanged = left = rows = 0
        total = gathered.rows - gathered.later - len(gathered.skipped)
        for done, (key, history) in enumerate(gathered.groups.items(), 1):
            if key not in numbers:
                written += self._register(next(reserved), key, history)
            elif (known := self._known.get(key)) is None:
                notes.append(
                    BadRow(history.rows[0].line, f"{key} is on the desk already, not from this log: left alone")
                )
                left += 1
            elif known.rows > len(history.rows):
                unchanged += 1
            elif known.digest != history.digest(known.rows):
                notes.append(
                    BadRow(history.rows[0].line, f"{key} was imported with other rows than the log has now: left alone")
                )
                left += 1
            elif known.rows == len(history.rows):
                unchanged += 1
            else:
                written += self._grow(numbers[key], key, history, known.rows)
                grown += 1
            rows += len(history.rows)
            if done % _BATCH == 0:
                self._flush()
                if progress is not None:
                    progress(rows, total)
        self._flush()
        if progress is not None:
            progress(total, total)
        return ImportReport(
            rows=gathered.rows,
            tickets=len(fresh),
            grown=grown,
            events=written,
            unchanged=unchanged,
            left_alone=left,
            later=gathered.later,
            skipped=tuple(gathered.skipped),
            notes=tuple(sorted(notes)),
        )

    # -- one ticket ----------------------------------------------------------------------------------------------

    def _register(self, number: int, key: str, history: RowGroup) -> int:
        fold = TicketFold(self._versions)
        written, chain = self._tell(number, key, history, 0, fold, GENESIS)
        self._tickets.append({"id": number} | self._row(number, fold, chain))
        self._taken.append((self._source, key, len(history.rows), history.digest(len(history.rows))))
        return written

    def _grow(self, number: int, key: str, history: RowGroup, known: int) -> int:
        """Add to a ticket that is on the desk: what was done here meanwhile stays, and the log goes on from it."""
        fold = TicketFold(self._versions)
        for seq, kind, at, who, version, data in self._bulk.execute(
            "SELECT seq, kind, at, actor, procedure_version, data FROM event WHERE ticket_id = :number ORDER BY seq",
            {"number": number},
        ):
            fold.step(decode_event(seq, kind, seconds_from_stored(at), who, version, data))
        ((chain, subject),) = self._bulk.execute(
            "SELECT hash, subject FROM ticket WHERE id = :number", {"number": number}
        )
        if fold.state.subject_id is not None:
            self._subjects[fold.state.subject_id] = subject
        written, chain = self._tell(number, key, history, known, fold, chain)
        row = {
            name: to_stored_text(value) if isinstance(value, datetime) else value
            for name, value in self._row(number, fold, chain).items()
        }
        self._bulk.execute("DELETE FROM clock WHERE ticket_id = :number", {"number": number})
        self._people.flush()
        self._bulk.execute(
            f"UPDATE ticket SET {', '.join(f'{name} = :{name}' for name in row)} WHERE id = :number",
            row | {"number": number},
        )
        self._bulk.execute(
            "UPDATE imported_row SET rows = :rows, digest = :digest WHERE source = :source AND external_id = :key",
            {
                "rows": len(history.rows),
                "digest": history.digest(len(history.rows)),
                "source": self._source,
                "key": key,
            },
        )
        return written

    def _tell(
        self, number: int, key: str, history: RowGroup, known: int, fold: TicketFold, chain: str
    ) -> tuple[int, str]:
        """Events of a ticket, as rows; how many events, and the hash of the last one."""
        self._ticket = number
        written = 0
        first = history.rows[known].line
        self._teller.notes += [note for note in history.notes if note.line >= first]
        events, dates = self._events, self._dates
        for event in self._teller.build_events(key, history, known, fold):
            data = self._said(event)
            chain = compute_hash(chain, number, event, data)
            at = dates.get(event.at) or dates.setdefault(event.at, to_stored_text(event.at))
            events.append((number, event.seq, event.kind, at, event.actor, event.version, data, chain))
            written += 1
        return written, chain

    def _said(self, event: Event) -> str:
        """The event's content. Most events of a log say what others said before them: from new to active, say."""
        if event.texts:
            return encode_event(event)
        key = tuple(event.changes.items())
        try:
            found = self._sayings.get(key)
        except TypeError:  # lists of tags have no place in a key
            return encode_event(event)
        if found is None:
            found = self._sayings[key] = encode_event(event)
        return found

    def _row(self, number: int, fold: TicketFold, chain: str) -> dict[str, Any]:
        """The ticket's row but for its number; its clocks' rows wait with the others."""
        state, clocks = fold.state, fold.clocks()
        self._clocks += [{"ticket_id": number} | build_clock_row(clock) for clock in clocks]
        return build_ticket_row(state, clocks, self._procedure) | {
            "subject": self._subjects.get(state.subject_id or 0, ""),
            "requester": self._people.names.get(state.requester_id or 0, ""),
            "organisation": self._people.organisations.get(state.organisation_id or 0, ""),
            "hash": chain,
        }

    def _keep(self, body: str) -> TextRef:
        salt = self._salt()
        number = self._next_text
        self._next_text += 1
        self._texts.append((number, self._ticket, salt, body))
        self._subjects[number] = body
        return TextRef(number, compute_digest(salt, body))

    def _salt(self) -> str:
        """32 hex digits of chance, fetched from the system for some hundred words at a time."""
        if not self._chance:
            drawn = secrets.token_hex(16 * 512)
            self._chance = [drawn[start : start + 32] for start in range(0, len(drawn), 32)]
        return self._chance.pop()

    # -- the tables ----------------------------------------------------------------------------------------------

    def _numbers(self) -> dict[str, int]:
        """The log's number of a ticket → ours, for all tickets that came from somewhere."""
        return dict(self._bulk.execute("SELECT external_id, id FROM ticket WHERE external_id IS NOT NULL"))

    def _flush(self) -> None:
        self._people.flush()
        self._insert("ticket", self._tickets)
        self._bulk.insert("personal_text", ("id", "ticket_id", "salt", "body"), self._texts)
        self._bulk.insert("event", _EVENT, self._events)
        self._insert("clock", self._clocks)
        self._bulk.insert("imported_row", ("source", "external_id", "rows", "digest"), self._taken)
        for waiting in (self._tickets, self._texts, self._events, self._clocks, self._taken):
            waiting.clear()
        self._subjects.clear()
        self._sayings.clear()

    def _insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            texts = self._instants
            told = ([texts[cell] if type(cell) is datetime else cell for cell in row.values()] for row in rows)
            self._bulk.insert(table, tuple(rows[0]), told)


class _Stored(dict[datetime, str]):
    """Instant → its text in the store. A log repeats its instants: the memory halves the time that rows take."""

    def __missing__(self, instant: datetime) -> str:
        found = self[instant] = to_stored_text(instant)
        return found


def _load_document(bulk: BulkWriter, version: int) -> str:
    ((document,),) = bulk.execute("SELECT document FROM procedure_version WHERE id = :version", {"version": version})
    return str(document)

"""The desk as it was at a past instant, for every command that reads tickets (R-03): rows that are as they were are
copied, the others folded again from their events, into a desk of this process with the same tables.

Texts that were erased, and tickets that were purged, are gone from the past too (R-31). Nobody's drafts are in it,
nor who had a ticket open; people, their teams and their views are those of today.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlmodel import SQLModel

from deskterm.progress import Progress
from deskterm.reports.lives.as_of import PastRows
from deskterm.store.db.bulk import BulkWriter
from deskterm.store.db.private_desk import create_private_desk
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import (
    Agent,
    Attachment,
    ClockRow,
    Desk,
    Event,
    Message,
    PersonalText,
    ProcedureVersion,
    RecordRow,
    SavedViewRow,
    StatusSpan,
    Ticket,
    ViewChoiceRow,
    table_of,
)
from deskterm.store.queries.figures.numbers import read_rows
from deskterm.store.rows.merged_tickets import find_merged_tickets

_DESK_TABLES = (Agent, SavedViewRow, ViewChoiceRow)
_ROWS: tuple[type[SQLModel], ...] = (Ticket, ClockRow, RecordRow, StatusSpan)
_WORDS: tuple[type[SQLModel], ...] = (Message, PersonalText)


def open_past_desk(
    reader: ReadConnection,
    as_of: int,
    *,
    number: int | None = None,
    open_only: bool = False,
    words: bool = True,
    events: bool = False,
    progress: Progress | None = None,
) -> ReadConnection:
    """Return a reader of the desk as it was at an instant, epoch seconds; it hides the tickets that `reader` hides, and
    those that it would have hidden then.

    number: only this ticket, and those that were merged into it, with all that belongs to them. Of the whole desk:
    open_only: closed tickets that have not changed since may be left out; words: with messages, texts and files;
    events: with the history. progress: called with tickets done and tickets in all. The caller closes the reader;
    `reader` is not needed any more then. Raises DeskError when either desk cannot be read or there is no room."""
    wanted = None if number is None else [number]
    while True:
        with reader.snapshot():
            copy = _PastCopy(reader, as_of, words=words or number is not None, events=events or number is not None)
            kept, touched = copy.find_numbers(wanted, open_only=open_only)
            past = create_private_desk(partial(copy.write, kept=kept, touched=touched, progress=progress))
        try:
            reader.limit_alike(past)
            merged = [] if number is None else find_merged_tickets(past, number)
        except BaseException:
            past.close()
            raise
        if number is None or wanted == [number, *merged]:
            return past
        # Which tickets had been merged into it by then, only its own past says
        past.close()
        wanted = [number, *merged]


class _PastCopy:
    """A copy of a desk as of an instant."""

    def __init__(self, reader: ReadConnection, as_of: int, *, words: bool, events: bool) -> None:
        self._reader, self._as_of = reader, as_of
        self._words, self._events = words, events

    def find_numbers(self, wanted: Sequence[int] | None, *, open_only: bool) -> tuple[Sequence[int], Sequence[int]]:
        """Return the numbers of the tickets that have not changed since, and of those that have, both in order."""
        kept, touched = array("q"), array("q")
        where = "last_event_at > :as_of OR is_open = 1" if open_only else "1 = 1"
        if wanted is not None:
            where = f"id IN ({', '.join(str(int(number)) for number in wanted)})"
        rows = self._reader.rows(
            f"SELECT id, CASE WHEN last_event_at > :as_of THEN 1 ELSE 0 END FROM ticket WHERE {where} ORDER BY id",
            {"as_of": self._reader.instant(self._as_of)},
        )
        for number, has_changed in rows:
            (touched if has_changed else kept).append(number)
        return kept, touched

    def write(self, writer: BulkWriter, kept: Sequence[int], touched: Sequence[int], progress: Progress | None) -> None:
        """Write the rows of tickets, and what the desk itself is."""
        folded = PastRows(self._reader, writer, self._as_of, is_filtered=self._words, with_events=self._events)
        self._copy_desk(writer, folded.version)
        models = _ROWS + (_WORDS if self._words else ()) + ((Event,) if self._events else ())
        for model in models:
            # Before those that are folded again, whose rows get the next ids
            self._copy(writer, model, kept)
        folded.write(touched, progress)
        if self._words:
            self._copy_files(writer, [*kept, *touched])

    def _copy_desk(self, writer: BulkWriter, version: int) -> None:
        """Copy the desk's own row, and the procedure as it was in force."""
        instant = {"as_of": self._reader.instant(self._as_of), "version": version}
        columns = _list_columns(Desk)
        chosen = ", ".join(":version" if name == "procedure_version" else name for name in columns)
        writer.insert("desk", columns, self._reader.rows(f"SELECT {chosen} FROM desk", {"version": version}))
        columns = _list_columns(ProcedureVersion)
        rows = self._reader.rows(
            f"SELECT {', '.join(columns)} FROM procedure_version WHERE applied_at <= :as_of OR id <= :version", instant
        )
        writer.insert("procedure_version", columns, rows)
        for model in _DESK_TABLES:
            columns = _list_columns(model)
            name = table_of(model).name
            writer.insert(name, columns, self._reader.rows(f"SELECT {', '.join(columns)} FROM {name}"))

    def _copy(self, writer: BulkWriter, model: type[SQLModel], numbers: Sequence[int]) -> None:
        columns, name = _list_columns(model), table_of(model).name
        key = "id" if model is Ticket else "ticket_id"
        rows = read_rows(
            self._reader, numbers, lambda wanted: f"SELECT {', '.join(columns)} FROM {name} WHERE {key} {wanted}"
        )
        writer.insert(name, columns, rows)

    def _copy_files(self, writer: BulkWriter, numbers: Sequence[int]) -> None:
        """Copy which files went with messages, without their contents."""
        columns = _list_columns(Attachment)
        chosen = ", ".join(f"a.{name}" for name in columns)
        rows: Any = read_rows(
            self._reader,
            sorted(numbers),
            lambda wanted: (
                f"SELECT {chosen} FROM attachment a JOIN event e ON e.ticket_id = a.ticket_id AND e.seq = a.seq "
                f"WHERE a.ticket_id {wanted} AND e.at <= :as_of"
            ),
            {"as_of": self._reader.instant(self._as_of)},
        )
        writer.insert("attachment", columns, rows)


def _list_columns(model: type[SQLModel]) -> list[str]:
    return [column.name for column in table_of(model).c]

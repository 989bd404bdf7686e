"""From the rows of a log to the history of each ticket: whose row, when, and what it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import BadRow, EventLog, LogRecord, open_log
from deskterm.exchange.importing.log_dates import DateParser, build_date_parser
from deskterm.exchange.importing.mapping import LogMapping
from deskterm.exchange.importing.row_reader import Cells


class TicketRow(NamedTuple):
    """A row, as far as the mapping looks at it. at: epoch seconds, never before the row above it."""

    line: int
    at: int
    actor: str
    cells: Cells


@dataclass(slots=True)
class RowGroup:
    """The rows of one ticket, in the log's order. opened: epoch seconds, never after the first row. last: the
    instant of the newest row that was looked at; slipped: it was earlier than the row above it; notes:
    rows that were taken and look odd."""

    opened: int
    rows: list[TicketRow] = field(default_factory=list)
    last: int = 0
    slipped: bool = False

    notes: list[BadRow] = field(default_factory=list)

    def digest(self, rows: int) -> str:
        """A fingerprint of the first so many rows."""
        lines = [f"{row.at}\x1f{row.actor}\x1f" + "\x1f".join(row.cells) for row in self.rows[:rows]]
        return hashlib.sha256("\x1e".join([str(self.opened), *lines]).encode()).hexdigest()


@dataclass(slots=True)
class GroupedLog:
    """A whole log. histories: in the order in which the tickets first appear. rows: records read; later: rows after
    the instant up to which was asked; skipped: rows that cannot be taken."""

    groups: dict[str, RowGroup] = field(default_factory=dict)
    rows: int = 0
    later: int = 0
    skipped: list[BadRow] = field(default_factory=list)


def group_rows(path: Path, mapping: LogMapping, columns: Sequence[str], *, until: int | None = None) -> GroupedLog:
    """Read a log. columns: those whose cells are kept. until: epoch seconds; later rows are counted and left.
    DeskError when the log cannot be read, or lacks a column that the mapping names."""
    with open_log(path, delimiter=mapping.log.delimiter, encoding=mapping.log.encoding) as log:
        return _Gathering(path, log, mapping, columns, until).run()


class _Gathering:
    def __init__(
        self, path: Path, log: EventLog, mapping: LogMapping, columns: Sequence[str], until: int | None
    ) -> None:
        rows = mapping.rows
        self._log, self._until = log, until
        self._empty = frozenset(mapping.log.empty) | {""}
        self._places = _places(path, log.columns, [*columns, rows.ticket, rows.at, rows.opened, rows.actor])
        self._ticket, self._at = self._places[rows.ticket], self._places[rows.at]
        self._opened = None if rows.opened is None else self._places[rows.opened]
        self._actor = None if rows.actor is None else self._places[rows.actor]
        self._tidy = _Tidy(self._empty)
        self._cells = _picker([self._places[name] for name in columns])
        self._columns = rows
        self._parse: DateParser = build_date_parser(mapping.log.dates, mapping.log.zone)
        self._gathered = GroupedLog()

    def run(self) -> GroupedLog:
        gathered, take = self._gathered, self._take
        for record in self._log.read_records():
            gathered.rows += 1
            if isinstance(record, LogRecord):
                reason = take(record)
                if reason:
                    gathered.skipped.append(BadRow(record.line, reason))
            else:
                gathered.skipped.append(record)
        gathered.groups = {key: history for key, history in gathered.groups.items() if history.rows}
        return gathered

    def _take(self, record: LogRecord) -> str:
        """Add a row to its ticket; the reason why not, if it cannot be."""
        values, empty = record.values, self._empty
        key = values[self._ticket].strip()
        if key in empty:
            return f"no ticket in column {self._columns.ticket}"
        try:
            at = self._parse(values[self._at])
        except ValueError as error:
            return f"column {self._columns.at}: {error}"
        history = self._gathered.groups.get(key)
        if history is None:
            since = at
            if self._opened is not None and values[self._opened].strip() not in empty:
                try:
                    since = self._parse(values[self._opened])
                except ValueError as error:
                    return f"column {self._columns.opened}: {error}"
            history = self._gathered.groups[key] = RowGroup(min(since, at), last=at)
        late = at < history.last
        if late:
            at = history.last
        if self._until is not None and at > self._until:
            history.last = at
            self._gathered.later += 1
            return ""
        if record.remark:
            history.notes.append(BadRow(record.line, record.remark))
        if late and not history.slipped:
            history.notes.append(
                BadRow(record.line, f"the time of {key} runs backwards here: dated like the row before it")
            )
        history.slipped, history.last = late, at
        tidy = self._tidy
        cells = tuple(map(tidy.__getitem__, self._cells(values)))
        if history.rows and history.rows[-1].cells == cells:
            cells = history.rows[-1].cells
        actor = "" if self._actor is None else tidy[values[self._actor]]
        history.rows.append(TicketRow(record.line, at, actor, cells))
        return ""


class _Tidy(dict[str, str]):
    """A cell as it stands → without blanks around it, and '' for a word that stands for nothing. A log says the same
    few words again and again: each is tidied, and kept, once."""

    def __init__(self, empty: Collection[str]) -> None:
        self._empty = empty

    def __missing__(self, cell: str) -> str:
        tidy = cell.strip()
        found = self[cell] = "" if tidy in self._empty else tidy
        return found


def _places(path: Path, header: Sequence[str], wanted: Sequence[str | None]) -> dict[str, int]:
    for name in wanted:
        if name is not None and name not in header:
            raise DeskError(f"{path} has no column {name!r}, which the mapping names: it has {', '.join(header)}.")
        if name is not None and header.count(name) > 1:
            raise DeskError(
                f"{path} has the column {name!r} more than once: rename one, so that the mapping can say it."
            )
    return {name: place for place, name in enumerate(header)}


def _picker(places: Sequence[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if not places:
        return lambda values: ()
    if len(places) == 1:
        return lambda values: (values[places[0]],)
    return itemgetter(*places)

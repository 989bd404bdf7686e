"""From the rows of a log to the rows of each ticket: which ticket a row is of, when it was written, and its cells."""

from __future__ import annotations

import hashlib
import math
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
    """A row of a ticket: what the mapping uses of it. at: epoch seconds, never before the row above it."""

    line: int
    at: int
    actor: str
    cells: Cells


@dataclass(slots=True)
class RowGroup:
    """The rows of one ticket, in the log's order.

    opened: epoch seconds, never after the first row. last_at: the instant of the newest row that was read, also of one
    that was left for later. is_backwards: that row was earlier than the one above it. notes: rows that were taken and
    look odd.
    """

    opened: int
    rows: list[TicketRow] = field(default_factory=list)
    last_at: int = 0
    is_backwards: bool = False
    notes: list[BadRow] = field(default_factory=list)

    def compute_fingerprint(self, rows: int) -> str:
        """Return a hash of the first so many rows. It is stored with the import, so its form must not change."""
        lines = [f"{row.at}\x1f{row.actor}\x1f" + "\x1f".join(row.cells) for row in self.rows[:rows]]
        return hashlib.sha256("\x1e".join([str(self.opened), *lines]).encode()).hexdigest()


@dataclass(slots=True)
class GroupedLog:
    """A whole log. groups: in the order in which the tickets first appear. rows: records read; later: rows after the
    requested instant; skipped: rows that cannot be taken. guessed_encoding: the encoding it was read in, where the file
    does not say it; samples: cells that show what that makes of its letters."""

    groups: dict[str, RowGroup] = field(default_factory=dict)
    rows: int = 0
    later: int = 0
    skipped: list[BadRow] = field(default_factory=list)
    guessed_encoding: str = ""
    samples: tuple[str, ...] = ()


def group_rows(
    path: Path, mapping: LogMapping, columns: Sequence[str], *, until: int | None = None, latest: int | None = None
) -> GroupedLog:
    """Read a log. columns: those whose cells are kept. until: epoch seconds; later rows are counted and left out.
    latest: epoch seconds; still later rows are skipped, because they are mistakes. Raises DeskError when the log cannot
    be read, or lacks a column that the mapping names."""
    with open_log(path, delimiter=mapping.log.delimiter, encoding=mapping.log.encoding) as log:
        return _RowGrouper(path, log, mapping, columns, until, latest).run()


class _RowGrouper:
    def __init__(
        self,
        path: Path,
        log: EventLog,
        mapping: LogMapping,
        columns: Sequence[str],
        until: int | None,
        latest: int | None,
    ) -> None:
        names = mapping.rows
        positions = _find_positions(path, log.columns, [*columns, names.ticket, names.at, names.opened, names.actor])
        self._log, self._until, self._names = log, until, names
        self._latest = math.inf if latest is None else latest
        self._empty_words = frozenset(mapping.log.empty) | {""}
        self._ticket, self._at = positions[names.ticket], positions[names.at]
        self._opened = None if names.opened is None else positions[names.opened]
        self._actor = None if names.actor is None else positions[names.actor]
        self._normalised = _NormalisedCells(self._empty_words)
        self._select_cells = _build_selector([positions[name] for name in columns])
        self._parse: DateParser = build_date_parser(mapping.log.dates, mapping.log.zone)
        self._grouped = GroupedLog()

    def run(self) -> GroupedLog:
        grouped, add = self._grouped, self._add
        for record in self._log.read_records():
            grouped.rows += 1
            if isinstance(record, LogRecord):
                reason = add(record)
                if reason:
                    grouped.skipped.append(BadRow(record.line, reason))
            else:
                grouped.skipped.append(record)
        if not self._log.encoding.is_certain:
            grouped.guessed_encoding, grouped.samples = self._log.encoding.name, tuple(self._log.samples)
        # A ticket whose rows are all later is not imported yet
        grouped.groups = {key: group for key, group in grouped.groups.items() if group.rows}
        return grouped

    def _add(self, record: LogRecord) -> str:
        """Add a row to the group of its ticket; return the reason if it cannot be added, else ''."""
        values, empty = record.values, self._empty_words
        key = values[self._ticket].strip()
        if key in empty:
            return f"no ticket in column {self._names.ticket}"
        try:
            at = self._parse(values[self._at])
        except ValueError as error:
            return f"column {self._names.at}: {error}"
        if at > self._latest:
            return f"column {self._names.at}: {values[self._at]!r} is still to come"
        group = self._grouped.groups.get(key)
        if group is None:
            opened = at
            if self._opened is not None and values[self._opened].strip() not in empty:
                try:
                    opened = self._parse(values[self._opened])
                except ValueError as error:
                    return f"column {self._names.opened}: {error}"
            group = self._grouped.groups[key] = RowGroup(min(opened, at), last_at=at)
        is_backwards = at < group.last_at
        if is_backwards:
            # Events of a ticket are in the order of time, or its clocks could not be folded
            at = group.last_at
        if self._until is not None and at > self._until:
            # A row after it that runs backwards is dated like this one, and so left for later as well
            group.last_at = at
            self._grouped.later += 1
            return ""
        if record.remark:
            group.notes.append(BadRow(record.line, record.remark))
        if is_backwards and not group.is_backwards:  # noted once for a run of such rows
            group.notes.append(
                BadRow(record.line, f"the time of {key} runs backwards here: dated like the row before it")
            )
        group.is_backwards, group.last_at = is_backwards, at
        normalised = self._normalised
        cells = tuple(map(normalised.__getitem__, self._select_cells(values)))
        if group.rows and group.rows[-1].cells == cells:
            cells = group.rows[-1].cells  # the same object: the event builder compares by identity
        actor = "" if self._actor is None else normalised[values[self._actor]]
        group.rows.append(TicketRow(record.line, at, actor, cells))
        return ""


class _NormalisedCells(dict[str, str]):
    """Cell → the cell without blanks around it, '' for a word that stands for nothing. A log repeats the same few
    words: each is normalised, and kept in memory, once."""

    def __init__(self, empty_words: Collection[str]) -> None:
        self._empty_words = empty_words

    def __missing__(self, cell: str) -> str:
        stripped = cell.strip()
        found = self[cell] = "" if stripped in self._empty_words else stripped
        return found


def _find_positions(path: Path, header: Sequence[str], needed: Sequence[str | None]) -> dict[str, int]:
    """Return column → its place in a record. Raises DeskError for a column that is missing or there twice."""
    for name in needed:
        if name is not None and name not in header:
            raise DeskError(f"{path} has no column {name!r}, which the mapping names: it has {', '.join(header)}.")
        if name is not None and header.count(name) > 1:
            raise DeskError(
                f"{path} has the column {name!r} more than once: rename one, so that the mapping can say it."
            )
    return {name: position for position, name in enumerate(header)}


def _build_selector(positions: Sequence[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Return a function that selects the cells at some positions. `itemgetter` gives no tuple for fewer than two."""
    if not positions:
        return lambda values: ()
    if len(positions) == 1:
        return lambda values: (values[positions[0]],)
    return itemgetter(*positions)

"""Tables in text: the delimiter, the header under a title, and the rows with their lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from deskterm.errors import DeskError
from deskterm.exchange.formula_guard import unguard_formula
from deskterm.exchange.importing.csv_source import RepeatableLines, explain_csv_error
from deskterm.exchange.importing.encodings import Encoding
from deskterm.exchange.importing.tables.records import (
    MAX_CELL,
    ColumnPositions,
    RowRecord,
    SourceRecord,
    SourceTable,
    UnreadableRecord,
)
from deskterm.exchange.unseen_characters import restore_unseen

DELIMITERS = (",", ";", "\t", "|")
_NEVER_QUOTED = ("\t", "|")
"""Delimiters of files that need no quoting, because what they hold was made free of them. Elsewhere a quotation mark
that is not closed is a fault."""
_SAMPLE_ROWS = 500
_HEADER_ROWS = 20
"""Rows among which the header is looked for: exports put titles above it."""
_SAMPLES = 3
_SAMPLE_LENGTH = 40

ScoreHeader = Callable[[Sequence[str]], int]
"""Number of names in a row of cells that are known as names of columns."""


class Dialect(NamedTuple):
    """A way to part a text. is_quoted: a quotation mark at the beginning of a cell encloses it."""

    delimiter: str
    is_quoted: bool


def detect_dialect(sample: str) -> Dialect:
    """Return the delimiter whose strict reading, quoted and then unquoted, gives one width of two or more in the
    largest share of rows (R-74); a comma where none does."""
    best, best_share = Dialect(",", True), 0.0
    for is_quoted, delimiters in ((True, DELIMITERS), (False, _NEVER_QUOTED)):
        for delimiter in delimiters:
            share = _measure_share(sample, delimiter, is_quoted)
            if share > best_share:
                best, best_share = Dialect(delimiter, is_quoted), share
    return best


def _measure_share(sample: str, delimiter: str, is_quoted: bool) -> float:
    """Return the largest share of rows that have the same width of two or more. A row that cannot be read has none."""
    lines = sample.splitlines(keepends=True)
    widths: Counter[int] = Counter()
    rows = 0
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True, quoting=_quoting(is_quoted))
    while rows < _SAMPLE_ROWS:
        try:
            values = next(reader)
        except StopIteration:
            break
        except csv.Error:
            rows += 1
            continue
        if values:
            rows += 1
            widths[len(values)] += 1
    common = max((count for width, count in widths.items() if width > 1), default=0)
    return common / rows if rows else 0.0


def _quoting(is_quoted: bool) -> Literal[0, 3]:
    return csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE


def read_delimited(
    path: Path,
    text: Iterator[str],
    sample: str,
    encoding: Encoding,
    *,
    delimiter: str | None = None,
    score_header: ScoreHeader | None = None,
) -> SourceTable:
    """Read the header of a table in text; its rows are read as they are asked for. sample: the beginning of the text.
    delimiter: where it is known. score_header: finds the header under a title (R-69). Raises DeskError for an empty
    file and for a header that cannot be read."""
    csv.field_size_limit(MAX_CELL)
    found = detect_dialect(sample)
    dialect = found if delimiter is None else Dialect(delimiter, delimiter != found.delimiter or found.is_quoted)
    ahead = list(
        islice(_Rows(RepeatableLines(path, iter(sample.splitlines(keepends=True))), dialect).read(), _HEADER_ROWS)
    )
    line = _find_header(ahead, score_header)
    rows = _Rows(RepeatableLines(path, text), dialect)
    header = next((row for row in rows.read() if line is None or row.place == line), None)
    if header is None:
        raise DeskError(f"{path} is empty: give a file whose first line names its columns.")
    if isinstance(header, UnreadableRecord):
        raise DeskError(f"{path}:{header.place}: the header cannot be read ({header.reason}).")
    columns = tuple(name.strip().removeprefix("\ufeff") for name in header.values) or ("",)
    table = SourceTable(
        columns, iter(()), "csv", delimiter=dialect.delimiter, encoding=encoding.name, is_certain=encoding.is_certain
    )
    table.records = rows.build_records(table)
    return table


class _RawRow(NamedTuple):
    place: int
    values: list[str]
    text: str
    with_nul: tuple[int, ...]


class _Rows:
    """Reads rows one by one, and goes on behind the first line of one that is broken, so that a quotation mark that is
    never closed costs one row and not the rest of the file."""

    def __init__(self, lines: RepeatableLines, dialect: Dialect) -> None:
        self._lines, self._dialect = lines, dialect
        escaped = re.escape(dialect.delimiter)
        cell = rf'(?:"(?:[^"]|"")*"|[^"{escaped}\r\n]*)'
        self._well_formed = re.compile(rf"{cell}(?:{escaped}{cell})*[\r\n]*")
        self._width = 0
        self._reader = self._restart()

    def _restart(self) -> Iterator[list[str]]:
        quoting = _quoting(self._dialect.is_quoted)
        return csv.reader(self._lines, delimiter=self._dialect.delimiter, strict=True, quoting=quoting)

    def read(self) -> Iterator[_RawRow | UnreadableRecord]:
        """Yield every row that is not blank, whatever its width."""
        lines = self._lines
        while True:
            lines.of_record.clear()
            begin = lines.number + 1
            try:
                values = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield UnreadableRecord(begin, explain_csv_error(error), self._split_roughly(lines.of_record[0]))
                lines.resume()
                self._reader = self._restart()
                continue
            with_nul = tuple(sorted(lines.with_nul))
            lines.with_nul.clear()
            if self._width and values and len(values) != self._width:
                reason = f"{len(values)} fields where the header has {self._width}"
                yield UnreadableRecord(begin, reason, values)
                lines.resume()
                continue
            # In a table of one column an empty line is a record with an empty cell
            if not values and self._width == 1:
                values = [""]
            if values:
                yield _RawRow(begin, values, "".join(lines.of_record), with_nul)

    def _split_roughly(self, line: str) -> list[str]:
        return line.rstrip("\r\n").split(self._dialect.delimiter)

    def build_records(self, table: SourceTable) -> Iterator[SourceRecord | UnreadableRecord]:
        """Yield the rows under the header as records."""
        self._width = len(table.columns)
        positions = ColumnPositions(table.columns)
        nameless = [position for position, name in enumerate(table.columns) if not name.strip()]
        for row in self.read():
            yield row if isinstance(row, UnreadableRecord) else self._build_record(row, positions, nameless, table)

    def _build_record(
        self, row: _RawRow, positions: ColumnPositions, nameless: Sequence[int], table: SourceTable
    ) -> RowRecord:
        values = row.values
        if "'" in row.text:
            values = [unguard_formula(value) for value in values]
        values = [restore_unseen(value) for value in values]
        remarks = []
        if self._dialect.is_quoted and '"' in row.text and not self._well_formed.fullmatch(row.text):
            remarks.append("a quotation mark inside a field that is not quoted")
        remarks += [f"a control character (U+0000) in line {line} was left out" for line in row.with_nul]
        if lost := [values[place] for place in nameless if values[place].strip()]:
            remarks.append(f"{lost[0][:_SAMPLE_LENGTH]!r} is in a column without a name")
        if not table.is_certain and len(table.samples) < _SAMPLES:
            for value in values:
                if not value.isascii() and len(table.samples) < _SAMPLES:
                    table.samples.append(value[:_SAMPLE_LENGTH])
        return RowRecord(row.place, values, positions, "; ".join(remarks))


def _find_header(rows: Sequence[_RawRow | UnreadableRecord], score_header: ScoreHeader | None) -> int | None:
    """Return the line of the header: that of the row with the most known names, else of the first row that can be
    read; None where none can."""
    readable = [row for row in rows if isinstance(row, _RawRow)]
    if not readable:
        return None
    if score_header is not None:
        scores = [score_header(row.values) for row in readable]
        if max(scores) > 1:
            return readable[scores.index(max(scores))].place
    return readable[0].place

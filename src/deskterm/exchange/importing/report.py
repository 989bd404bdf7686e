"""The report of an import: counts, and the rows that somebody should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError
from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.import_history import count_nouns

_MOST_LINES = 50
"""Rows of one kind that people read: a wrong mapping makes one of every row."""


def cut_lines(lines: list[str], most: int) -> list[str]:
    """Return so many lines, and one that says how many more there are."""
    more = len(lines) - most
    return lines if more <= 0 else [*lines[:most], f"… and {more:,} more: --json lists all."]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import. rows: records of the log; tickets: added; grown: tickets that got further events;
    events: written; unchanged: tickets without further rows; left_alone: tickets that the desk has otherwise than the
    log; later: rows after `until`; skipped: rows that could not be taken; notes: rows that were taken and look odd.
    guessed_encoding, samples: as `GroupedLog` has them."""

    rows: int
    tickets: int
    grown: int
    events: int
    unchanged: int
    left_alone: int
    later: int
    skipped: tuple[BadRow, ...]
    notes: tuple[BadRow, ...]
    guessed_encoding: str = ""
    samples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the whole report for programs."""
        counts = {field.name: getattr(self, field.name) for field in fields(self)}
        return counts | {
            name: [row._asdict() for row in rows] for name, rows in (("skipped", self.skipped), ("notes", self.notes))
        }

    def format_lines(self) -> list[str]:
        """Return the lines of the report for people: the counts, then each row that somebody should look at."""
        done = (
            f"{count_nouns(self.rows, 'row')}: {count_nouns(self.tickets, 'ticket')} made, {self.grown:,} grown,"
            f" {count_nouns(self.events, 'event')} written"
        )
        rest = [
            count_nouns(count, one, many)
            for count, one, many in (
                (self.unchanged, "ticket unchanged", "tickets unchanged"),
                (self.left_alone, "ticket left alone", "tickets left alone"),
                (self.later, "row left for later", "rows left for later"),
                (len(self.skipped), "row skipped", "rows skipped"),
            )
            if count
        ]
        return [
            "; ".join([done, *rest]) + ".",
            *self._format_encoding(),
            *cut_lines([f"line {row.line}: {row.reason} (skipped)" for row in self.skipped], _MOST_LINES),
            *cut_lines([f"line {row.line}: {row.reason}" for row in self.notes], _MOST_LINES),
        ]

    def _format_encoding(self) -> list[str]:
        """Return the line that lets a person see whether the encoding was guessed rightly."""
        if not self.guessed_encoding:
            return []
        shown = ", ".join(f"“{sample}”" for sample in self.samples)
        example = f": {shown}" if shown else ""
        return [
            f"The file does not say its encoding and was read as {self.guessed_encoding}{example}."
            " If that is wrong, set `encoding` in the mapping."
        ]


class ImportRefused(DeskError):
    """A strict import was stopped: there was something to report. rows: all of it, by line."""

    def __init__(self, log: Path, rows: Sequence[BadRow]) -> None:
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        super().__init__(f"{log}:{rows[0].line}: {rows[0].reason}{more}; nothing was imported.")
        self.rows = tuple(rows)

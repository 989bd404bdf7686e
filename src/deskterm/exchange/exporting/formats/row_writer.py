"""Writers of rows, one for each format, and what all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, get_args

from deskterm.store.db.instants import NEVER

ExportFormat = Literal["csv", "jsonl", "xlsx", "parquet"]
FORMATS: Sequence[ExportFormat] = get_args(ExportFormat)
BINARY: frozenset[ExportFormat] = frozenset({"xlsx", "parquet"})
"""Formats that are no text, and have no place on a terminal."""

_NEVER = NEVER.strftime("%Y-%m-%d")

NOTE = "note"
"""Name of a line of the second sheet that says what the format could not hold."""


class RowWriter(Protocol):
    """Writes the rows of one export."""

    def write(self, page: Sequence[Sequence[Any]]) -> None:
        """Write rows; each has the stored value of every column."""

    def finish(self) -> Sequence[str]:
        """Write what stands at the end, and return sentences about what the format could not hold."""


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """Options of the formats. guard_formulas: guard texts against spreadsheets (`exchange.formula_guard`), csv and
    xlsx. marks_none: write `\\N` where there is no value, csv. zone: of instants in xlsx. about: what the second sheet
    of xlsx says of the export. spaced: a blank behind commas and colons, jsonl. digests_cells: say the digest of the
    rows' cells there too, xlsx."""

    guard_formulas: bool = True
    marks_none: bool = False
    zone: str = "UTC"
    about: Mapping[str, str] = field(default_factory=dict)
    spaced: bool = False
    digests_cells: bool = False


def parse_stored_instant(stored: str | datetime | None) -> datetime | None:
    """Return a stored instant in UTC; NULL and NEVER are None."""
    if stored is None:
        return None
    if isinstance(stored, str):
        stored = datetime.fromisoformat(stored[:19])
    moment = stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)
    return None if moment.strftime("%Y-%m-%d") == _NEVER else moment


def format_stored_instant(stored: str | datetime | None) -> str | None:
    """Format a stored instant as `2016-02-29T04:16:00Z`; NULL and NEVER are None."""
    if stored is None:
        return None
    text = stored if isinstance(stored, str) else stored.strftime("%Y-%m-%d %H:%M:%S")
    return None if text.startswith(_NEVER) else f"{text[:10]}T{text[11:19]}Z"

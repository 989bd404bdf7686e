"""The file of refused rows: the same columns with the line and the reason, which is an input again (R-68)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deskterm.errors import DeskError
from deskterm.exchange.exporting.destination import open_destination
from deskterm.exchange.formula_guard import guard_formula
from deskterm.exchange.importing.tables.records import (
    RowRecord,
    SourceRecord,
    SourceTable,
    TreeRecord,
    UnreadableRecord,
    fold_name,
)
from deskterm.exchange.unseen_characters import escape_unseen

EXTRA_COLUMNS = ("line", "reason")


class RefusedRow:
    """A record that is not taken. place: its line, row or number; reason: why."""

    def __init__(self, record: SourceRecord | UnreadableRecord, reason: str) -> None:
        self.place, self.reason, self._record = record.place, reason, record

    def to_cells(self, columns: Sequence[str]) -> list[str]:
        """Return the cells under the columns of the file, as far as they are known."""
        values = self._record.values if isinstance(self._record, RowRecord) else getattr(self._record, "cells", ())
        padded = [*values, *[""] * (len(columns) - len(values))]
        return [str(value) for value in padded[: max(len(columns), 1)]]

    def to_object(self) -> Mapping[str, Any]:
        """Return the record as it was, with line and reason."""
        tree = self._record.tree if isinstance(self._record, TreeRecord) else {"text": "".join(self.to_cells(("",)))}
        return {**tree, "line": self.place, "reason": self.reason}


def name_refused_file(path: Path, table: SourceTable) -> Path:
    """Return the name of the file of refused rows: csv for a table, ndjson where records have records in them."""
    return path.with_name(f"{path.name}.refused.{'ndjson' if table.is_tree else 'csv'}")


def write_refused(target: Path, table: SourceTable, rows: Sequence[RefusedRow], *, keep_earlier: bool = True) -> None:
    """Write the refused rows. keep_earlier: a file of that name from before is kept with `~` behind its name. Raises
    DeskError when it cannot be written."""
    text = _format_objects(rows) if table.is_tree else _format_table(table.columns, rows)
    try:
        if keep_earlier and target.exists() and target.read_bytes() != text.encode():
            # Somebody may be mending it
            target.replace(target.with_name(f"{target.name}~"))
        with open_destination(target, force=True, binary=True) as file:
            file.write(text.encode())
    except (OSError, DeskError) as error:
        raise DeskError(
            f"The refused rows cannot be written to {target}: copy the export to a folder of yours; nothing was"
            " imported."
        ) from error


def _format_objects(rows: Sequence[RefusedRow]) -> str:
    return "".join(json.dumps(row.to_object(), ensure_ascii=False, default=float) + "\n" for row in rows)


def _format_table(columns: Sequence[str], rows: Sequence[RefusedRow]) -> str:
    extra = {fold_name(name) for name in EXTRA_COLUMNS}
    kept = [place for place, name in enumerate(columns) if fold_name(name) not in extra]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*(columns[place] for place in kept), *EXTRA_COLUMNS])
    for row in rows:
        cells = row.to_cells(columns)
        texts = [guard_formula(escape_unseen(cells[place])) for place in kept]
        writer.writerow([*texts, str(row.place), row.reason])
    return buffer.getvalue()

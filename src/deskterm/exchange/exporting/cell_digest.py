"""The digest of the cells of a workbook, by which it shows whether somebody changed one (R-45).

A workbook is packed, and programs write the same cells in other bytes: so the digest is of what the cells say, in the
order of sheets, rows and columns, and is the same when they are read back.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

CELLS = "cells"
"""Name of the digest where a workbook says how it was made."""


class CellDigest:
    """The digest of the cells that were added so far. Empty cells do not count."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, sheet: str, row: int, column: int, value: Any) -> None:
        """Add a cell. row, column: from 0; value: text, number, truth value, or instant without a zone."""
        if value is None or value == "":
            return
        self._digest.update(f"{sheet}\0{row}\0{column}\0{_format(value)}\0".encode("utf-8", "surrogatepass"))

    def hexdigest(self) -> str:
        """Return the SHA-256 in hexadecimal digits."""
        return self._digest.hexdigest()


def _format(value: Any) -> str:
    """Return a kind and a text for a value. Numbers have the digits that a workbook keeps, instants whole seconds."""
    if isinstance(value, str):
        return f"text {value}"
    if isinstance(value, bool):
        return f"flag {int(value)}"
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        return f"instant {(moment + timedelta(seconds=0.5)).replace(microsecond=0)}"
    return f"number {float(value):.12g}"

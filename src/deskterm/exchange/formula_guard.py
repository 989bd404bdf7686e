"""Guard of csv cells against spreadsheets, which take some texts for formulas: put on by exports, taken off by imports.

A text that a spreadsheet could take for a formula gets an apostrophe in front, and so does one that has such
apostrophes already; so the importer takes exactly one off, and every text comes back as it was (R-62).
"""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile(r"'*(?:[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n])")
"""The start of a formula, behind any guards. Spreadsheets skip white space and line breaks in front of the sign, and
take the full-width forms of the signs for the signs."""


def guard_formula(cell: Any) -> Any:
    """Return a cell with an apostrophe in front when it is text that a spreadsheet could take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def unguard_formula(cell: str) -> str:
    """Return a cell without the apostrophe that `guard_formula` put in front of it; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell

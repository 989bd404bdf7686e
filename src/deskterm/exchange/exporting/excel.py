"""Excel workbooks by xlsxwriter, which is an extra: the one place that imports it."""

from __future__ import annotations

from typing import Any, BinaryIO

from deskterm.errors import DeskError

MOST_CHARACTERS = 32_767
"""Characters of a cell."""


def create_workbook(out: BinaryIO, **options: Any) -> Any:
    """Create a workbook whose texts are no formulas and no links. Raises DeskError where xlsxwriter is not
    installed."""
    try:
        import xlsxwriter  # noqa: PLC0415 - it is an extra
    except ImportError:
        raise DeskError("A file for Excel needs xlsxwriter: install `deskterm[xlsx]`.") from None
    return xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, **options})

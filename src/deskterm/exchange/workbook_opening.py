"""Workbooks opened for reading by python-calamine, which is an extra: the one place that imports it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deskterm.errors import DeskError

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook


def open_workbook(path: Path) -> CalamineWorkbook:
    """Open a workbook for reading. Raises DeskError when the package for it is missing or it is no workbook."""
    try:
        # An extra: most desks never read a workbook
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415
    except ImportError:
        raise DeskError(
            f"{path} is a workbook, and the package that reads it is not here: pip install 'deskterm[xlsx]',"
            " or save the sheet as csv."
        ) from None
    try:
        book = CalamineWorkbook.from_path(str(path))
        if not book.sheet_names:
            raise DeskError(f"{path} has no sheet.")
        book.get_sheet_by_index(0)
    except (CalamineError, OSError) as error:
        raise DeskError(f"{path} is no workbook that can be read ({error}): save it as xlsx or csv.") from error
    return book

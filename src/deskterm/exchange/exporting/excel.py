"""Excel workbooks by xlsxwriter, which is an extra: the one place that imports it."""

from __future__ import annotations

import weakref
from contextlib import ExitStack
from typing import Any, BinaryIO

from deskterm.errors import DeskError
from deskterm.exchange.work_folder import SYSTEM_FOLDER, open_work_folder

MOST_CHARACTERS = 32_767
"""Characters of a cell."""


def create_workbook(out: BinaryIO, **options: Any) -> Any:
    """Create a workbook whose texts are no formulas and no links. Raises DeskError where xlsxwriter is not
    installed."""
    try:
        import xlsxwriter  # noqa: PLC0415 - it is an extra
    except ImportError:
        raise DeskError("A file for Excel needs xlsxwriter: install `deskterm[xlsx]`.") from None
    return xlsxwriter.Workbook(_WorkbookFile(out), {"strings_to_formulas": False, "strings_to_urls": False, **options})


def create_large_workbook(out: BinaryIO) -> Any:
    """Create a workbook whose rows wait in files until it is closed. They are in a folder that goes with the workbook,
    however the export ends, because xlsxwriter leaves them where they are."""
    folder = ExitStack()
    place = folder.enter_context(open_work_folder(SYSTEM_FOLDER, "deskterm-workbook-"))
    book = create_workbook(out, constant_memory=True, tmpdir=str(place))
    weakref.finalize(book, folder.close)
    return book


def close_workbook(book: Any) -> None:
    """Write a workbook to its file. Raises OSError when that fails."""
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - it is an extra

    try:
        book.close()
    except FileCreateError as error:
        cause = error.args[0]
        raise (cause if isinstance(cause, OSError) else OSError(str(error))) from error


class _WorkbookFile:
    """A file that takes nothing more after its first error, and only counts. xlsxwriter leaves its archive open then,
    and the archive would write its end when it is collected, into a file that is closed."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._is_broken = False
        self._place = out.tell()

    def write(self, data: bytes) -> int:
        if not self._is_broken:
            try:
                self._out.write(data)
            except OSError:
                self._is_broken = True
                raise
        self._place += len(data)
        return len(data)

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place if self._is_broken else self._out.seek(place, whence)
        return self._place

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        if not self._is_broken:
            self._out.flush()

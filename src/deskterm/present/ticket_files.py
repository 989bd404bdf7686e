"""The files of a ticket in words, and how people refer to one: by name or number (C-22)."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.desk.domain.files.names import make_file_name
from deskterm.desk.domain.files.new_file import format_size
from deskterm.errors import DeskError
from deskterm.present.sanitize import Safe, sanitize
from deskterm.store.queries.ticket_tabs.files import FileView

ERASED_FILE = Safe("(erased)")


def name_file(file: FileView) -> Safe:
    """Return the name of a file for display."""
    return sanitize(make_file_name(file.name)) if file.name else ERASED_FILE


def describe_file(file: FileView) -> Safe:
    """Return a file in a few words: `report.pdf, 1.2 MB`."""
    return Safe(f"{name_file(file)}, {format_size(file.size) if file.digest is not None else 'erased'}")


def find_files(files: Sequence[FileView], wanted: Sequence[str]) -> list[FileView]:
    """Find files by their names, or by their numbers in the list, from 1; without `wanted`, return all that have a
    content. Raises DeskError for a name that no file or several files have."""
    if not wanted:
        return [file for file in files if file.digest is not None]
    return [_find_file(files, one) for one in wanted]


def _find_file(files: Sequence[FileView], wanted: str) -> FileView:
    if wanted.isdecimal() and 0 < len(wanted) < 6 and 1 <= int(wanted) <= len(files):
        return files[int(wanted) - 1]
    named = [(place, file) for place, file in enumerate(files, 1) if wanted in (file.name, name_file(file))]
    if not named:
        folded = wanted.casefold()
        named = [(place, file) for place, file in enumerate(files, 1) if folded == name_file(file).casefold()]
    if not named:
        known = ", ".join(name_file(file) for file in files[:8]) or "none"
        raise DeskError(f"There is no file {wanted}: those of this ticket are {known}.")
    if len({file.digest for _, file in named}) > 1:
        places = ", ".join(str(place) for place, _ in named)
        raise DeskError(f"{len(named)} files are called {wanted}: name one by its number: {places}.")
    return named[-1][1]

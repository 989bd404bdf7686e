"""Write files of a ticket into a folder: nothing is replaced, and nothing goes elsewhere (M-17)."""

from __future__ import annotations

import os
from pathlib import Path

from deskterm.desk.domain.files.names import make_file_name, make_unique
from deskterm.errors import DeskError
from deskterm.named_files import expand_home

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_MOST_TRIES = 1000


def save_content(folder: str, name: str, content: bytes) -> Path:
    """Write a content into a folder, under its name made harmless, with a number where that name is taken, readable by
    its owner only; return the path. name: as somebody gave it. Raises DeskError when it cannot be written; nothing of
    it is left then."""
    place = expand_home(folder)
    if not place.is_dir():
        raise DeskError(f"{folder} is no folder: make it first, or name another one.")
    taken: set[str] = set()
    while len(taken) < _MOST_TRIES:
        path = place / make_unique(make_file_name(name), taken.__contains__)
        try:
            # Never over an existing file or link, even one that was made at this moment
            descriptor = os.open(path, _FLAGS, 0o600)
        except FileExistsError:
            taken.add(path.name)
            continue
        except OSError as error:
            raise _unwritable_error(path, error) from error
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise _unwritable_error(path, error) from error
        return path
    raise DeskError(f"{folder} has {_MOST_TRIES} files called {make_file_name(name)}: name another folder.")


def _unwritable_error(path: Path, error: OSError) -> DeskError:
    return DeskError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.")

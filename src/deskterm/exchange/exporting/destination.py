"""The file that an export goes to: it is there as a whole at the end, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from deskterm.errors import DeskError


@contextmanager
def open_destination(path: Path, *, force: bool = False) -> Iterator[TextIO]:
    """Open a text file for writing, readable by its owner only, that gets its name when it is complete. Raises
    DeskError when there is such a file already (unless `force`), or nothing can be written there."""
    if path.is_dir():
        raise DeskError(f"{path} is a folder: give a file in it.")
    if path.exists() and not path.is_file():
        raise DeskError(f"{path} is no ordinary file: leave the file out and send the output there.")
    if path.exists() and not force:
        raise _file_exists_error(path)
    try:
        # In the same folder, because a file cannot be renamed into another file system.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise _unwritable_error(path, error) from error
    unfinished = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as out:
            yield out
            out.flush()
            # On the disk before it gets its name, or a power cut could leave an empty file under it
            os.fsync(out.fileno())
        if force:
            # Resolved, so that a symbolic link stays one and the file it names is replaced
            unfinished.replace(path.resolve())
        else:
            _move_to_new(unfinished, path)
    except OSError as error:
        raise _unwritable_error(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _move_to_new(unfinished: Path, path: Path) -> None:
    """Give the file its name. Raises DeskError when another program has made a file of that name meanwhile: a link
    notices that, a replacement would not."""
    try:
        os.link(unfinished, path)
    except FileExistsError as error:
        raise _file_exists_error(path) from error
    except OSError:  # a file system without hard links
        unfinished.replace(path)


def _file_exists_error(path: Path) -> DeskError:
    return DeskError(f"{path} is there already: give another name, or replace it with --force.")


def _unwritable_error(path: Path, error: OSError) -> DeskError:
    return DeskError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.")

"""Files that people name: devices are refused, and text is read with a sentence for each failure."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from deskterm.errors import DeskError


def expand_home(path: str) -> Path:
    """Return a path with `~` and `~login` expanded. `~login` of an unknown login stays as it is, so that reading it
    says that there is no such file."""
    # Not `Path.expanduser`, which raises for an unknown login
    return Path(path if "\0" in path else os.path.expanduser(path))


def refuse_device(path: Path) -> None:
    """Raise DeskError for a device: reading one such as `/dev/zero` never ends. A pipe is no device: it ends with the
    program that writes to it."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # reading it will raise the error
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise DeskError(f"{path} is a device: give a file.")


def read_text_file(path: Path, most_bytes: int, too_large: str) -> str:
    """Read a file of UTF-8 text, with or without a byte-order mark. too_large: the rest of the sentence about a file of
    more than `most_bytes`: `is larger than …`. Raises DeskError when it cannot be read as such."""
    refuse_device(path)
    try:
        # Checked before reading, because a mistyped path may name a disk image
        if path.stat().st_size > most_bytes:
            raise DeskError(f"{path} {too_large}")
        # Editors on Windows put a byte-order mark in front, which TOML does not allow
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise DeskError(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise DeskError(f"{path} is a folder: give a file in it.") from error
    except OSError as error:
        raise DeskError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DeskError(f"{path}:{line}: the file is not UTF-8 text; save it as UTF-8.") from error

"""Devices in the place of files: reading one such as `/dev/zero` never ends."""

from __future__ import annotations

import stat
from pathlib import Path

from deskterm.errors import DeskError


def refuse_device(path: Path) -> None:
    """Raise DeskError for a device. A pipe is no device: it ends with the program that writes to it."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # reading says what is wrong
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise DeskError(f"{path} is a device: give a file.")

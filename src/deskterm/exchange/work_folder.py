"""Folders for files that are not whole yet. A program that is killed leaves its folder behind, and the next one that
works at the same place removes it: the lock that says that somebody is at it ended with the program."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SYSTEM_FOLDER = Path(tempfile.gettempdir())
"""The system's folder for temporary files."""


@contextmanager
def open_work_folder(parent: Path, prefix: str, suffix: str = "") -> Iterator[Path]:
    """Create a folder that only its owner may read, and remove it at the end if it still has its name. Those of killed
    programs that begin and end alike are removed first. Raises OSError when nothing can be written there."""
    remove_remnants(parent, prefix, suffix)
    folder, lock = _create_locked(parent, prefix, suffix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_remnants(parent: Path, prefix: str, suffix: str = "") -> None:
    """Remove the folders of this user's programs that have ended without doing so. Where nothing can be locked, as on
    some network file systems, they stay."""
    with suppress(OSError):
        for found in parent.glob(f"{glob.escape(prefix)}*{glob.escape(suffix)}"):
            with suppress(OSError):
                _remove_unlocked(found)


def _remove_unlocked(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _create_locked(parent: Path, prefix: str, suffix: str) -> tuple[Path, int]:
    """Create a folder, and return it with the descriptor that keeps it locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=suffix, dir=parent))
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), folder.stat()):
                return folder, descriptor
        # Somebody who clears up found it before it was locked
        os.close(descriptor)

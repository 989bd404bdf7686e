"""A file that is about to be stored with a message, and the format of sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from deskterm.errors import UsageError

MOST_FILES = 100
"""Files of one message."""


@dataclass(frozen=True)
class NewFile:
    """A file that goes with a message. name: as it was given; type: its media type, as `image/png`."""

    name: str
    type: str
    content: bytes

    @property
    def size(self) -> int:
        """Bytes of its content."""
        return len(self.content)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def require_size(name: str, size: int, largest_mb: int) -> None:
    """Raise UsageError for a file that is larger than the desk keeps. size: bytes; largest_mb: megabytes."""
    if size > largest_mb * 1_000_000:
        raise UsageError(
            f"{name} is {format_size(size)}, and a file may have {largest_mb} MB here: share it in another way and say"
            " where it is ([files] largest_mb in the procedure is the limit)."
        )


def require_few(files: Iterable[object]) -> None:
    """Raise UsageError for more files than one message takes."""
    if (count := sum(1 for _ in files)) > MOST_FILES:
        raise UsageError(f"{count} files are too many for one message: put them into an archive, or send several.")


def format_size(size: int) -> str:
    """Format a number of bytes as people read it: `812 B`, `4.2 kB`, `18 MB`."""
    if size < 1000:
        return f"{size} B"
    amount, unit = (size / 1000, "kB") if size < 999_500 else (size / 1_000_000, "MB")
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def name_files(names: Sequence[str]) -> str:
    """Return the words for some files in a sentence: their names, or how many there are."""
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} files"

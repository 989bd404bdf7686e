"""Read a file from the disk that is to be attached to a message."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from mimetypes import MimeTypes

from deskterm.desk.domain.files.new_file import NewFile, require_few, require_size
from deskterm.errors import DeskError, UsageError
from deskterm.named_files import expand_home

_UNKNOWN = "application/octet-stream"
_TEXT = "text/plain"
_SNIFFED = 65_536
"""First bytes that must be UTF-8 for a content without a known suffix to count as text."""
# Python's own table only: what the system's files add differs from computer to computer
_TYPES = MimeTypes()
for _suffix, _type in {
    ".7z": "application/x-7z-compressed",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eml": "message/rfc822",
    ".heic": "image/heic",
    ".ics": "text/calendar",
    ".log": _TEXT,
    ".md": "text/markdown",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".toml": "application/toml",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}.items():
    _TYPES.add_type(_type, _suffix)


def read_files(paths: Sequence[str], largest_mb: int) -> list[NewFile]:
    """Read the files at some paths. Raises as `read_file` does, and UsageError for too many."""
    require_few(paths)
    return [read_file(path, largest_mb) for path in paths]


def read_file(path: str, largest_mb: int) -> NewFile:
    """Read the file at a path, `~` for the home. largest_mb: megabytes that it may have. Raises DeskError for what is
    no ordinary file or cannot be read, and UsageError for one that is too large."""
    place = expand_home(path)
    try:
        # Non-blocking, because opening a pipe would wait for its other end
        descriptor = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        raise _unreadable_error(path, error) from error
    with os.fdopen(_require_ordinary(descriptor, path), "rb") as file:
        require_size(place.name, os.fstat(descriptor).st_size, largest_mb)
        try:
            # One byte more than allowed, because it may grow meanwhile
            content = file.read(largest_mb * 1_000_000 + 1)
        except OSError as error:
            raise _unreadable_error(path, error) from error
    require_size(place.name, len(content), largest_mb)
    return NewFile(place.name, guess_type(place.name, content), content)


def check_path(path: str, largest_mb: int) -> tuple[str, int, str]:
    """Return the name, the size in bytes and the type of the file at a path, without reading more than its beginning.
    Raises as `read_file` does."""
    place = expand_home(path)
    try:
        found = place.stat()
    except (OSError, ValueError) as error:
        raise _unreadable_error(path, error) from error
    _require_ordinary_mode(found.st_mode, path)
    require_size(place.name, found.st_size, largest_mb)
    try:
        with place.open("rb") as file:
            beginning = file.read(_SNIFFED)
    except OSError as error:
        raise _unreadable_error(path, error) from error
    return place.name, found.st_size, guess_type(place.name, beginning)


def guess_type(name: str, content: bytes) -> str:
    """Return the media type of a file by the suffix of its name; where that says nothing, `text/plain` for what is
    UTF-8."""
    found, encoding = _TYPES.guess_type(f"/{name}")
    if encoding is not None:  # the type of a compressed file is not that of its contents
        return {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}.get(
            encoding, _UNKNOWN
        )
    if found is not None:
        return found
    beginning = content[:_SNIFFED]
    if b"\0" in beginning:
        return _UNKNOWN
    try:
        # A character may be cut in two at the end
        beginning.decode("utf-8") if len(content) <= _SNIFFED else beginning[:-3].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return _UNKNOWN
    return _TEXT if beginning else _UNKNOWN


def _require_ordinary(descriptor: int, path: str) -> int:
    """Return an open file again. Raises DeskError, and closes it, when it is no ordinary file."""
    try:
        _require_ordinary_mode(os.fstat(descriptor).st_mode, path)
    except DeskError:
        os.close(descriptor)
        raise
    return descriptor


def _require_ordinary_mode(mode: int, path: str) -> None:
    if stat.S_ISDIR(mode):
        raise DeskError(f"{path} is a folder: put it into an archive, or name the files in it.")
    if not stat.S_ISREG(mode):
        raise DeskError(f"{path} is no ordinary file, and cannot be attached.")


def _unreadable_error(path: str, error: Exception) -> DeskError | UsageError:
    if isinstance(error, FileNotFoundError):
        return DeskError(f"There is no file {path}: check the path.")
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return DeskError(f"{path} cannot be read: {reason.lower()}.")

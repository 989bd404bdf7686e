"""The files attached to what is being written: kept in its draft by path, and shown below the text (C-22)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from textual.content import Content

from deskterm.desk.domain.files.names import make_file_name
from deskterm.desk.domain.files.new_file import format_size
from deskterm.present.sanitize import Safe, sanitize

HEADER = "Attach: "
HEADER_HINT = f"A line `{HEADER}PATH` above the letter attaches a file."

_EXTRA = "files"
"""The name of the files in `Composer.extra`."""
_HEADER_LINE = re.compile(r"\s*attach:\s*(.*?)\s*$", re.IGNORECASE)
_LONGEST_DROP = 8192
_SHOWN = 4


class AttachedFile(NamedTuple):
    """An attached file. path: on the disk; kept: ticket, message and place of a file in the store, instead of a
    path."""

    name: str
    size: int
    path: str = ""
    kept: tuple[int, int, int] | None = None

    @property
    def shown_name(self) -> Safe:
        """Its name, made safe for display."""
        return sanitize(make_file_name(self.name))

    @property
    def words(self) -> Safe:
        """Its name and size in words."""
        return Safe(f"{self.shown_name} {format_size(self.size)}")


class Writing(Protocol):
    """A letter or note that is being written, as the composer has it."""

    extra: dict[str, Any]

    def set_extra(self, name: str, value: Any, line: Content | None = None) -> None:
        """Set additional data of the letter, and the line below the text about it."""


def list_attached(composer: Writing) -> list[AttachedFile]:
    """Return the attached files; invalid ones are left out, because another program may have written the draft."""
    return list(_read(composer.extra.get(_EXTRA)))


def set_attached(composer: Writing, files: Sequence[AttachedFile]) -> None:
    """Set the files of what is being written, and show them below the text."""
    stored: list[dict[str, Any]] = [
        {"name": file.name, "size": file.size, **({"kept": list(file.kept)} if file.kept else {"path": file.path})}
        for file in files
    ]
    composer.set_extra(_EXTRA, stored or None, _describe(files) if files else None)


def show_attached(composer: Writing) -> None:
    """Show the files of a draft below the text."""
    if files := list_attached(composer):
        set_attached(composer, files)


def add_headers(text: str, files: Iterable[AttachedFile]) -> str:
    """Return a text with a header line for each of its files, for an editor."""
    headers = "".join(f"{HEADER}{file.path or file.shown_name}\n" for file in files)
    return f"{headers}\n{text}" if headers else text


def split_headers(text: str) -> tuple[list[str], str]:
    """Split the header lines off a text that came back from an editor: return the paths in them, and the text."""
    paths: list[str] = []
    lines = text.split("\n")
    for place, line in enumerate(lines):
        match = _HEADER_LINE.match(line)
        if match is None:
            # The empty line below the headers is not part of the letter
            begins = place + 1 if paths and not line.strip() else place
            return paths, "\n".join(lines[begins:])
        if match[1]:
            paths.append(match[1])
    return paths, ""


def keep_named(files: Iterable[AttachedFile], paths: Sequence[str]) -> tuple[list[AttachedFile], list[str]]:
    """Return the files that the header lines still name, and the other paths in them."""
    kept = [file for file in files if file.path in paths or file.shown_name in paths]
    known = {name for file in kept for name in (file.path, file.shown_name)}
    return kept, [path for path in dict.fromkeys(paths) if path not in known]


def read_dropped(text: str) -> list[str]:
    """Return the paths that a pasted text consists of, as terminals paste files that are dragged into them; empty for
    any other text. It only parses the text: the files may not exist."""
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST_DROP or stripped[0] not in "/~'\"f":
        return []
    if "\n" not in stripped and stripped[0] in "/~" and "\\" not in stripped and " /" not in stripped:
        return [stripped] if _is_path(stripped) else []
    try:
        parts = shlex.split(stripped)
    except ValueError:
        return []
    paths = [unquote(urlsplit(part).path) if part.startswith("file://") else part for part in parts]
    return paths if paths and all(map(_is_path, paths)) else []


def split_paths(text: str) -> list[str]:
    """Split a line of paths: several as a terminal pastes them, or each in quotation marks; any other line is a single
    path, even with spaces in it."""
    line = text.strip()
    if not line:
        return []
    if found := read_dropped(line):
        return found
    try:
        quoted = shlex.split(line) if line[0] in "'\"" else []
    except ValueError:
        quoted = []
    return quoted or [line]


def _is_path(text: str) -> bool:
    return text.startswith(("/", "~/")) and len(text) > 2 and not text.endswith("/") and "\0" not in text


def _read(stored: Any) -> Iterable[AttachedFile]:
    for one in stored if isinstance(stored, list) else ():
        if not isinstance(one, dict):
            continue
        name, size, path, kept = (one.get(key) for key in ("name", "size", "path", "kept"))
        if isinstance(name, str) and isinstance(size, int):
            place = tuple(kept) if isinstance(kept, list) and all(isinstance(part, int) for part in kept) else ()
            if len(place) == 3:
                yield AttachedFile(name, size, kept=(place[0], place[1], place[2]))
            elif isinstance(path, str) and path:
                # The name of the file that is sent, and not the one in the draft, which could disguise it
                yield AttachedFile(PurePath(path).name or name, size, path)


def _describe(files: Sequence[AttachedFile]) -> Content:
    shown = " · ".join(file.words for file in files[:_SHOWN])
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return Content.assemble(
        f"with {'file' if len(files) == 1 else 'files'} ", (f"{shown}{more}", "bold $text-accent"), "  ctrl+f changes"
    )

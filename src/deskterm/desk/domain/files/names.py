"""Safe names for files that came from outside (M-17). A name is data: it may hold the path of another computer, control
characters, characters that reverse the direction of text, 10 kB of letters, or be a name that an operating system
reserves. The store keeps it as it came; everything else uses what this module makes of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

MAX_CHARACTERS = 120
_MAX_BYTES = 200
"""Most bytes of a name in UTF-8: file systems allow 255, and a number may be added to make a name unique."""
_MAX_SUFFIX = 16
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
"""Characters that some operating system refuses in a name, or gives a meaning."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
"""Names of devices on Windows, with whatever suffix."""
UNNAMED = "file"


def make_file_name(given: str) -> str:
    """Return a name that a file may have in any folder on any system: one part of a path, without characters that
    cannot be seen, without dots or dashes in front, at most 120 characters, `file` where nothing is left."""
    # Cut absurdly long names before looking at each character, and keep the end, where the suffix is
    last = re.split(r"[/\\]", given[-4 * MAX_CHARACTERS :] if len(given) > 4 * MAX_CHARACTERS else given)[-1]
    seen = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", last)
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    name = _NOT_IN_NAMES.sub("_", " ".join(seen.split())).lstrip(" .-~").rstrip(" .")
    if not name:
        return UNNAMED
    if _RESERVED.match(name):
        name = f"_{name}"
    return _shorten(name)


def make_unique(name: str, is_taken: Callable[[str], bool]) -> str:
    """Return a name that is not taken: the name itself, else with the first free number: `report (2).pdf`."""
    stem, suffix = split_suffix(name)
    number = 1
    found = name
    while is_taken(found):
        number += 1
        found = f"{stem} ({number}){suffix}"
    return found


def split_suffix(name: str) -> tuple[str, str]:
    """Split a name into stem and suffix with its dot; the suffix is empty when there is none, or when it is too long to
    be one."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, f".{suffix}") if dot and stem and 0 < len(suffix) <= _MAX_SUFFIX else (name, "")


def _shorten(name: str) -> str:
    stem, suffix = split_suffix(name)
    stem = stem[: MAX_CHARACTERS - len(suffix)]
    while len(f"{stem}{suffix}".encode()) > _MAX_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}{suffix}"

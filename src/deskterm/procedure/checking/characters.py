"""Characters that a procedure file must not have: what a terminal acts on, and what hides.

Labels and texts of a procedure stand on every screen, in letters and in exports, and a file may come from anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deskterm.procedure.checking.problems import Problem
from deskterm.procedure.checking.toml_positions import Path

_FORBIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and the ends of lines
    "\u2028-\u202e\u2066-\u2069"  # other ends of lines, and what turns the direction of text round
    "\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f"  # of no width, and tags; joiners and variants belong to letters
)
_IN_TEXT = re.compile(f"[{_FORBIDDEN}]")
_IN_LINE = re.compile(f"[{_FORBIDDEN}\t\r\n]")

_LINES = frozenset({"label", "name"})
"""Keys whose texts stand in a line of a list."""


def find_raw_characters(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and a sentence for every line of a file that has such a character as it is, be it in a comment."""
    for number, line in enumerate(source.split("\n"), 1):
        if found := _IN_TEXT.search(line):
            yield number, f"{_describe(found[0])} stands in this line: take it out."


def find_escaped_characters(data: object, path: Path = ()) -> Iterator[Problem]:
    """Yield a problem for every text and key of a file's data that has such a character, as TOML's escapes write it."""
    if isinstance(data, str):
        pattern = _IN_LINE if path and path[-1] in _LINES else _IN_TEXT
        if found := pattern.search(data):
            yield Problem(path, f"{_describe(found[0])} stands in the text of {_last_key(path)}: take it out.")
    elif isinstance(data, dict):
        for key, value in data.items():
            if found := _IN_LINE.search(key):
                yield Problem(path, f"{_describe(found[0])} stands in the name of a key: take it out.")
            else:
                yield from find_escaped_characters(value, (*path, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from find_escaped_characters(value, (*path, position))


def _last_key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "the file")


def _describe(character: str) -> str:
    named = {"\r": "a line break", "\n": "a line break", "\t": "a tab"}
    return named.get(character) or f"the character U+{ord(character):04X}"

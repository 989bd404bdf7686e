"""Positions in a TOML text: the line of every key, which `tomllib` does not give, and of a mistake."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Path of a value: keys of tables and numbers in lists, from the outside in."""


class TomlPositions:
    """The lines of the keys in a TOML text.

    The text must be one that `tomllib` accepts. It is read in one pass, and only as far as keys and brackets go: values
    are skipped.
    """

    def __init__(self, text: str) -> None:
        # As tomllib does, so that both count the same lines
        self._text = text.replace("\r\n", "\n")
        self._breaks = [at for at, character in enumerate(self._text) if character == "\n"]
        self._offsets: dict[Path, int] = {(): 0}
        self._last_entries: dict[Path, int] = {}
        self._at = 0
        self._read_text()

    def find_line(self, path: Path) -> int:
        """Return the line, from 1, of the key or list entry at `path`, or of its nearest parent where it is not in the
        text."""
        while path not in self._offsets:
            path = path[:-1]
        return bisect_right(self._breaks, self._offsets[path] - 1) + 1

    def __iter__(self) -> Iterator[Path]:
        """Iterate over every path that has a line of its own."""
        return (path for path in self._offsets if path)

    # -- one pass over the text ----------------------------------------------------------------------------------

    def _read_text(self) -> None:
        table: Path = ()
        while self._skip(" \t\n"):
            if self._text[self._at] == "[":
                table = self._read_header()
            else:
                self._read_pair(table)

    def _read_header(self) -> Path:
        begin = self._at
        entry = self._text.startswith("[[", begin)
        self._at += 2 if entry else 1
        *outer, last = self._read_keys()
        self._at += 2 if entry else 1
        path: Path = ()
        for key in outer:
            # Set only where nothing stands yet: `[a.b]` before `[a]` gives `a` a place until its own header comes
            path = self._enter_list((*path, key))
            self._offsets.setdefault(path, begin)
        path = (*path, last)
        if not entry:
            self._offsets[path] = begin
            return path
        self._offsets.setdefault(path, begin)
        number = self._last_entries.get(path, -1) + 1
        self._last_entries[path] = number
        self._offsets[*path, number] = begin
        return (*path, number)

    def _enter_list(self, path: Path) -> Path:
        """Return the path of the last entry where a path is a list of tables: headers below it belong there."""
        return (*path, self._last_entries[path]) if path in self._last_entries else path

    def _read_pair(self, table: Path) -> None:
        self._skip(" \t\n")
        begin = self._at
        path = table
        for key in self._read_keys():
            path = (*path, key)
            self._offsets.setdefault(path, begin)
        self._at += 1  # the equals sign
        self._read_value(path)

    def _read_keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(" \t")
            keys.append(self._read_string() if self._text[self._at] in "\"'" else self._read_bare_key())
            self._skip(" \t")
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _read_bare_key(self) -> str:
        begin = self._at
        while self._text[self._at].isalnum() or self._text[self._at] in "-_":
            self._at += 1
        return self._text[begin : self._at]

    def _read_value(self, path: Path) -> None:
        self._skip(" \t\n")
        match self._text[self._at]:
            case '"' | "'":
                self._read_string()
            case "[":
                self._read_list(path)
            case "{":
                self._read_inline_table(path)
            case _:
                # Numbers, dates and flags hold none of these characters
                while self._at < len(self._text) and self._text[self._at] not in ",]}\n#":
                    self._at += 1

    def _read_list(self, path: Path) -> None:
        self._at += 1
        number = 0
        while self._skip(" \t\n,") and self._text[self._at] != "]":
            self._offsets[*path, number] = self._at
            self._read_value((*path, number))
            number += 1
        self._at += 1

    def _read_inline_table(self, path: Path) -> None:
        self._at += 1
        while self._skip(" \t\n,") and self._text[self._at] != "}":
            self._read_pair(path)
        self._at += 1

    def _read_string(self) -> str:
        quote = self._text[self._at]
        if self._text.startswith(quote * 3, self._at):
            return self._read_long_string(quote * 3)
        begin = self._at + 1
        self._at = begin
        while self._text[self._at] != quote:
            # Only strings in double quotes have escapes, of a quote too
            self._at += 2 if quote == '"' and self._text[self._at] == "\\" else 1
        self._at += 1
        raw = self._text[begin : self._at - 1]
        return _unescape(raw) if quote == '"' and "\\" in raw else raw

    def _read_long_string(self, quotes: str) -> str:
        self._at += 3
        while not self._text.startswith(quotes, self._at):
            self._at += 2 if quotes == '"""' and self._text[self._at] == "\\" else 1
        self._at += 3
        while self._text.startswith(quotes[0], self._at):  # up to two quotes may belong to the string
            self._at += 1
        # No key may be written like this, so nobody asks for its text
        return ""

    def _skip(self, blank: str) -> bool:
        """Go past blanks and comments; False at the end of the text."""
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
                # A comment goes up to the end of the line, where whoever stays on the line has to stop
                if "\n" not in blank:
                    return self._at < len(self._text)
            elif character in blank:
                self._at += 1
            else:
                return True
        return False


def _unescape(raw: str) -> str:
    return str(tomllib.loads(f'key = "{raw}"')["key"])


def describe_syntax_error(error: tomllib.TOMLDecodeError, text: str, name: str) -> str:
    """Return the sentence for a text that is no TOML, in the form of all messages about files: `NAME:LINE: …`. tomllib
    has the line at the end of its message, and none for a text that ends too early."""
    message = str(error)
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    line = int(found[1]) if found else text.count("\n") + 1
    reason = message[: found.start()] if found else message.removesuffix(" (at end of document)")
    return f"{name}:{line}: this is no TOML: {reason[:1].lower()}{reason[1:]}."

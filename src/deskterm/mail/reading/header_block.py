"""The headers of a mail or of one of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from deskterm.mail.reading.charsets import decode_word
from deskterm.mail.reading.header_lines import take_header_lines
from deskterm.mail.reading.header_values import LONGEST, clean, decode_header, unfold

_MOST = 1_000_000
"""Characters of all headers of one block that are read (M-11)."""

_PARAMETER = re.compile(r";\s*([^\s=;]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;]*)", re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d+))?(\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


class Headers:
    """Headers by their names, in the order in which they stand, raw as they came."""

    def __init__(self, items: Sequence[tuple[str, str]]) -> None:
        self._items: list[tuple[str, str]] = []
        self._values: dict[str, list[str]] = {}
        self.is_cut = False
        """True where headers were longer than are read."""
        room = _MOST
        for name, value in items:
            self.is_cut |= len(value) > LONGEST or room <= 0
            if room > 0:
                name, value = name.strip().lower(), unfold(value)
                self._items.append((name, value))
                self._values.setdefault(name, []).append(value)
                room -= len(value)

    @classmethod
    def read(cls, data: bytes) -> Headers:
        """Read the headers that a mail begins with."""
        return cls(take_header_lines(data).items)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def raw(self, name: str) -> str:
        """Return the first header of a name in one line, as it came; empty where there is none."""
        return self._values.get(name, [""])[0]

    def all_raw(self, name: str) -> list[str]:
        """Return all headers of a name, each in one line, the topmost first."""
        return list(self._values.get(name, ()))

    def text(self, name: str) -> str:
        """Return the first header of a name as text."""
        return decode_header(self.raw(name))

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield names and values in their order, each value in one line."""
        yield from self._items

    def raw_parameter(self, name: str, parameter: str) -> str:
        """Return a parameter as it was written, but for its quotation marks."""
        for match in _PARAMETER.finditer(self.raw(name)):
            if match[1].lower() == parameter:
                return _unquote(match[2]) if match[2].startswith('"') else match[2].strip()
        return ""

    def parameters(self, name: str) -> Parameters:
        """Read a header such as `Content-Type`."""
        return read_parameters(self.raw(name))


class Parameters(NamedTuple):
    """A value in lower case, and its parameters by their names in lower case."""

    value: str
    parameters: dict[str, str]


def read_parameters(header: str) -> Parameters:
    """Read a value with parameters: continuations and charsets by RFC 2231, encoded words and raw bytes too (M-17)."""
    value, _, _ = header.partition(";")
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(header):
        section = _SECTION.fullmatch(match[1].lower())
        text = _unquote(match[2].strip())
        if section is None:
            continue
        name, number, is_encoded = section[1], section[2], section[3] is not None
        if number is None and not is_encoded:
            plain.setdefault(name, decode_header(text))
        else:
            sections.setdefault(name, {}).setdefault(int(number or 0), (text, is_encoded))
    for name, pieces in sections.items():
        plain[name] = _join_sections(pieces)
    return Parameters(value.strip().lower(), plain)


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text
    inner = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return re.sub(r"\\([\\\"])", r"\1", inner)


def _join_sections(pieces: dict[int, tuple[str, bool]]) -> str:
    """Join the sections of a parameter (RFC 2231); those that are missing are passed over."""
    charset = ""
    result = bytearray()
    for place, (_, (text, is_encoded)) in enumerate(sorted(pieces.items())):
        if is_encoded and place == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data = text.encode("utf-8", "surrogateescape")
        result += _PERCENT.sub(lambda match: bytes.fromhex(match[1].decode()), data) if is_encoded else data
    if charset:
        return clean(decode_word(bytes(result), charset))
    # Some programs write encoded words where sections should be
    return decode_header(result.decode("utf-8", "surrogateescape"))

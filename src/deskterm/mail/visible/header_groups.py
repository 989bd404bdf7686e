"""Groups of header lines in a text: the head of a mail that is quoted or forwarded below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskterm.mail.visible.header_labels import HeaderKind, read_header_line

_MOST_LINES = 40
_MOST_CONTINUED = 3
"""Lines that a value can go on in."""
_FEWEST = 3


class HeaderGroup(NamedTuple):
    """first, end: lines, the latter one past the last; values: by kind, the first of each."""

    first: int
    end: int
    values: dict[HeaderKind, str]

    def is_head(self) -> bool:
        """Return whether these are the headers of a mail, and not of a form that somebody filled in: they name who
        wrote it, and the subject or an address."""
        values = self.values
        if "from" not in values:
            return False
        has_address = "@" in values["from"] or "@" in values.get("to", "")
        if len(values.keys() - {"other"}) >= _FEWEST:
            return has_address or "subject" in values
        date = values.get("date", "")
        return has_address and any(char.isdigit() for char in date)


def read_header_group(lines: Sequence[str], first: int, *, is_lenient: bool = False) -> HeaderGroup | None:
    """Read the headers that begin in a line; None where none do, or where they are no mail's. Values may go on in lines
    below where more headers follow. is_lenient: a separator above says that a mail follows, so that a sender is
    enough."""
    values: dict[HeaderKind, str] = {}
    kind: HeaderKind | None = None
    place, end = first, first
    waiting: list[str] = []
    limit = min(len(lines), first + _MOST_LINES)
    while place < limit:
        line = lines[place]
        found = read_header_line(line)
        if found is not None and (found.kind == "other" or found.kind not in values):
            if kind is not None and waiting:
                values[kind] = " ".join([values[kind], *waiting]).strip()
            waiting = []
            kind = found.kind
            values[kind] = found.value
            end = place + 1
        elif place == first:
            return None
        elif line.strip():
            waiting.append(line.strip())
            if len(waiting) > _MOST_CONTINUED:
                break
        elif len(waiting) > 1 or not _goes_on(lines, place, limit, values):
            break
        place += 1
    group = HeaderGroup(first, end, values)
    if group.is_head() or (is_lenient and "from" in values):
        return group
    return None


def _goes_on(lines: Sequence[str], place: int, limit: int, values: dict[HeaderKind, str]) -> bool:
    """Return whether headers that are not there yet follow an empty line."""
    for line in lines[place + 1 : min(place + 3, limit)]:
        if line.strip():
            found = read_header_line(line)
            return found is not None and found.kind not in values and found.kind != "other"
    return False

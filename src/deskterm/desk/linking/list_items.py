"""Parse the list in a message: `1.`, `a)` or `-` in front of each thing that the requester asks for (S5-06)."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import NamedTuple

from deskterm.desk.domain.quoted_text import remove_quoted_lines

_MARKER = re.compile(
    r"(?P<indent>[ \t]{0,8})(?:(?P<figure>\d{1,2}[.)])|(?P<letter>[A-Za-z][.)])|(?P<dot>[-*•–]))[ \t]+\S"
)


class _Line(NamedTuple):
    """A line of an item. detached: it follows an empty line and is not indented deeper than the list."""

    text: str
    detached: bool


def parse_list_items(body: str) -> list[str]:
    """Return the items of the list in a text, without their markers and with all lines that belong to them.

    The first marker sets kind and depth of the list; deeper lists and lists of other kinds are part of an item. Quoted
    lines are skipped. Fewer than two items are not a list, and return nothing."""
    found: list[list[_Line]] = []
    kind, depth, after_empty = "", 0, False
    for line in remove_quoted_lines(body).splitlines():
        marker = _MARKER.match(line)
        # One column of difference is a slip of the writer, not a nested list.
        if marker and (not kind or (_marker_kind(marker) == kind and len(marker["indent"]) <= depth + 1)):
            kind, depth = _marker_kind(marker), len(marker["indent"])
            found.append([_Line(line[marker.end() - 1 :].rstrip(), detached=False)])
        elif found:
            indented = len(line) - len(line.lstrip()) > depth
            found[-1].append(_Line(line.strip(), detached=after_empty and not indented))
        after_empty = not line.strip()
    if len(found) < 2:
        return []
    # The last item has no marker after it that would end it: the closing lines of the message are not part of it.
    found[-1] = list(takewhile(lambda line: not line.detached, found[-1]))
    return ["\n".join(line.text for line in lines).strip() for lines in found]


def _marker_kind(marker: re.Match[str]) -> str:
    return next(name for name in ("figure", "letter", "dot") if marker[name])

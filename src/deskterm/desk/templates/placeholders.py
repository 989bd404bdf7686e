"""The text of a template: placeholders in braces, and the mark at which the cursor stands afterwards (C-21).

Values are inserted as they are and never searched for placeholders again, because customers wrote them. A placeholder
without a value leaves a visible gap, `‹due?›`, and no text with a gap is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

CURSOR = "cursor"
FIELD, LINK = "field:", "link:"
PLACEHOLDERS: Mapping[str, str] = {
    "number": "the ticket's number",
    "subject": "the subject",
    "requester": "the requester's name",
    "first_name": "the requester's first name",
    "client": "the client",
    "agent": "whoever writes",
    "assignee": "the assignee",
    "organisation": "our own name, that of the desk",
    "status": "the status",
    "severity": "the severity",
    "priority": "the priority",
    "type": "the type of request",
    "department": "the department",
    "team": "the team",
    "product": "the product",
    "due": "the next due time",
    "today": "today's date",
}
"""Placeholder → its meaning. Those that the procedure's letters have too mean the same there."""

_TOKEN = re.compile(r"\{\{(?P<literal>[^{}\n]*)\}\}|\{(?P<name>[A-Za-z][\w-]*(?::[\w-]+)?)\}")
_GAP = re.compile(r"‹([a-z][a-z_]*(?::[a-z0-9][a-z0-9-]*)?)\?›")


class Rendered(NamedTuple):
    """A template filled with values. cursor: offset of its cursor mark, None without one; gaps: placeholders without a
    value, each once."""

    text: str
    cursor: int | None
    gaps: tuple[str, ...]


def list_names(text: str) -> list[str]:
    """List the names in braces of a template, as often as they are there."""
    return [match["name"] for match in _TOKEN.finditer(text) if match["name"]]


def list_placeholders(text: str) -> list[str]:
    """List the placeholders of a template, each once, without the cursor mark."""
    return list(dict.fromkeys(name for name in list_names(text) if name != CURSOR))


def render(text: str, values: Mapping[str, str]) -> Rendered:
    """Put values into a template. A value that is missing or empty leaves a gap."""
    parts: list[str] = []
    cursor: int | None = None
    gaps: list[str] = []
    end = length = 0
    for match in _TOKEN.finditer(text):
        name = match["name"]
        before = text[end : match.start()]
        if name is None:
            filled = f"{{{match['literal']}}}"
        elif name == CURSOR:
            filled, cursor = "", length + len(before)
        else:
            filled = _clean(values.get(name, ""))
            if not filled:
                gaps.append(name)
                filled = format_gap(name)
        parts += [before, filled]
        length += len(before) + len(filled)
        end = match.end()
    return Rendered("".join((*parts, text[end:])), cursor, tuple(dict.fromkeys(gaps)))


def format_gap(name: str) -> str:
    """Return the gap of a placeholder without a value, as it stands in a text."""
    return f"‹{name}?›"


def find_gaps(text: str) -> list[str]:
    """List the placeholders whose gaps are in a text, each once."""
    return list(dict.fromkeys(name for name in _GAP.findall(text) if is_placeholder(name)))


def fill_gap(text: str, name: str, value: str) -> str:
    """Put a value into the gaps of a placeholder."""
    return text.replace(format_gap(name), _clean(value))


def is_placeholder(name: str) -> bool:
    """Return whether a name may be one of a placeholder with a value."""
    return name in PLACEHOLDERS or name.startswith((FIELD, LINK))


def describe_placeholder(name: str) -> str:
    """Return what stands in the place of a placeholder."""
    if name.startswith(FIELD):
        return f"the field {name.removeprefix(FIELD)}"
    return PLACEHOLDERS.get(name) or f"the address {name.removeprefix(LINK)}"


def escape(text: str) -> str:
    """Escape the braces in a text, so that a template shows it unchanged."""
    return _TOKEN.sub(lambda match: f"{{{{{match['name']}}}}}" if match["name"] else match[0], text)


def _clean(value: str) -> str:
    """Return a value on one line, without characters that a terminal acts on or nobody sees."""
    line = " ".join(value.split())
    return "".join(character for character in line if character.isprintable() and character not in "‹›")

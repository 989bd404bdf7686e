"""The reader's name in place of `me`, so that a filter means the same whoever reads it (R-45)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from deskterm.present.filters.fields import BY_NAME
from deskterm.store.filters.grammar import parse_filter
from deskterm.store.filters.tree import And, Node, Not, Or, Term, Value, Words

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)', re.DOTALL)
_PLAIN = re.compile(r"[\w.@-]+")


class _Edit(NamedTuple):
    """A piece of a filter's text, and what stands there instead."""

    start: int
    end: int
    text: str


def name_reader(text: str, login: str) -> str:
    """Return a filter with a login in place of `me` and `is:mine`. Raises FilterError for a text that is no filter."""
    tree = parse_filter(text)
    if tree is None:
        return text
    for edit in sorted(_list_edits(tree, text, _quote(login)), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _quote(login: str) -> str:
    if _PLAIN.fullmatch(login):
        return login
    escaped = re.sub(r'(["\\])', r"\\\1", login)
    return f'"{escaped}"'


def _list_edits(tree: Node, text: str, login: str) -> Iterator[_Edit]:
    match tree:
        case Words():
            return
        case Term():
            yield from _list_term_edits(tree, text, login)
        case Not(part=part):
            yield from _list_edits(part, text, login)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _list_edits(part, text, login)


def _list_term_edits(term: Term, text: str, login: str) -> Iterator[_Edit]:
    field = BY_NAME.get(term.name.casefold())
    kind = field.kind if field is not None else ""
    if kind == "person":
        for value in term.values:
            if value.text.casefold() == "me":
                yield _Edit(value.start, _find_end(value, text), login)
    elif kind == "is":
        others = [value.text for value in term.values if value.text.casefold() != "mine"]
        if len(others) < len(term.values):
            own = f"assignee:{login}"
            # A comma means or, but not between fields
            instead = f"(is:{','.join(others)} or {own})" if others else own
            yield _Edit(term.start, _find_end(term.values[-1], text), instead)


def _find_end(value: Value, text: str) -> int:
    found = _QUOTED.match(text, value.start)
    return found.end() if found else value.start + len(value.text)

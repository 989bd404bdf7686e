"""The scope of a filter (open, closed or snoozed tickets, where its text says so), and the words that it searches
for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from deskterm.present.filters.fields import BY_NAME, SCOPE_FIELDS, SCOPE_VALUES
from deskterm.store.filters.grammar import parse_filter
from deskterm.store.filters.tree import And, Node, Not, Or, Term, Words
from deskterm.store.queries.queue import AWAKE, EVERYTHING

_Test: TypeAlias = Callable[[str, str], bool]
"""A test of a field's name and one of its values, both in lower case."""


def chooses_scope(text: str) -> bool:
    """Return whether a filter says itself whether tickets are open, closed or asleep, so that a list need not choose.
    Raises FilterError for a text that is no filter."""
    return _has(
        parse_filter(text), lambda name, value: name in SCOPE_FIELDS or (name == "is" and value in SCOPE_VALUES)
    )


def chooses_snoozed(text: str) -> bool:
    """Return whether a filter is about tickets that are snoozed. Raises as `chooses_scope`."""
    return _has(parse_filter(text), lambda name, value: name == "snoozed" or (name, value) == ("is", "snoozed"))


def choose_base(text: str) -> str:
    """Return the default list for a filter to narrow: open tickets; all that are not snoozed when the filter chooses
    its scope; all when it is about snoozed ones. Raises as `chooses_scope`."""
    if not chooses_scope(text):
        return "open"
    return EVERYTHING if chooses_snoozed(text) else AWAKE


def _has(tree: Node | None, test: _Test) -> bool:
    """Return whether any field of a filter passes a test with any of its values."""
    match tree:
        case None | Words():
            return False
        case Term(name=name, values=values):
            field = BY_NAME.get(name.casefold())
            return field is not None and any(test(field.name, value.text.casefold()) for value in values)
        case Not(part=part):
            return _has(part, test)
        case And(parts=parts) | Or(parts=parts):
            return any(_has(part, test) for part in parts)


def list_words(text: str) -> tuple[str, ...]:
    """Return the words that a filter searches for, without those that it excludes. Raises FilterError for a text that
    is no filter."""
    tree = parse_filter(text)
    return tuple(dict.fromkeys(_list_words(tree))) if tree is not None else ()


def _list_words(tree: Node) -> Iterator[str]:
    match tree:
        case Words(text=text):
            yield text
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _list_words(part)
        case Not() | Term():
            return

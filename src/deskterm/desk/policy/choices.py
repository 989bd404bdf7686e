"""Choices of a procedure: the item that a person names by its key, label or short form.

It imports no schema, so that the command line can resolve a filter without loading pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Protocol, TypeVar

from deskterm.errors import DeskError


class LabelledItem(Protocol):
    """A part of the procedure with a key and a label, such as a status or a team."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...


T = TypeVar("T", bound=LabelledItem)

_LEAST_PART = 3
"""Fewest letters of a word that names an item by a beginning."""
_WORDS = re.compile(r"[^\W_]+")


def resolve_choice(what: str, name: str, choices: Iterable[T]) -> T:
    """Return the item that a person named by key, label or short form, in any letter case, or by the beginnings of
    words that only one item has.

    what: the kind of item, for the message. Raises DeskError otherwise: it names all items that the text may mean, or
    suggests the most similar one and lists all."""
    items = list(choices)
    wanted = name.strip().casefold()
    for item in items:
        names = (item.key, item.label, getattr(item, "short", ""))
        if wanted and wanted in (one.casefold() for one in names):  # most items have no short form
            return item
    named = [item for item in items if _has_part(item, wanted)]
    if len(named) == 1:
        return named[0]
    if named:
        raise DeskError(f"The {what} {name!r} may be {' or '.join(item.key for item in named)}.")
    keys = {one.casefold(): item.key for item in items for one in (item.key, item.label)}
    nearest = get_close_matches(wanted, keys, n=1)
    hint = f" Did you mean {keys[nearest[0]]}?" if nearest else ""
    listed = ", ".join(item.key for item in items) or "none"
    raise DeskError(f"There is no {what} {name!r}.{hint} Known: {listed}.")


def _has_part(item: LabelledItem, wanted: str) -> bool:
    """Return whether each word is the beginning of one in the item's key or label."""
    words, parts = _WORDS.findall(f"{item.key} {item.label}".casefold()), _WORDS.findall(wanted)
    return (
        len(wanted) >= _LEAST_PART
        and bool(parts)
        and all(any(word.startswith(part) for word in words) for part in parts)
    )

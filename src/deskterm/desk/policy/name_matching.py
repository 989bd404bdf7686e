"""Agents as people name them: by login, by name, or by a part that only one of them has (C-24)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Protocol, TypeVar

from deskterm.store.db.reader import fold

_MOST_NAMED = 12
"""Most candidates that a sentence lists."""


class Named(Protocol):
    """Somebody with a login and a name."""

    @property
    def login(self) -> str: ...

    @property
    def name(self) -> str: ...


P = TypeVar("P", bound=Named)


def find_named(text: str, people: Iterable[P]) -> list[P]:
    """Return the agents whom a text may mean; accents and case do not matter. The first of these that finds anybody
    counts: that login; that name; names with words that begin with the words of the text; the text anywhere in login or
    name."""
    everybody = list(people)
    wanted = fold(" ".join(text.split()))
    if not wanted:
        return []
    words = wanted.split()
    ways = (
        lambda one: one.login == text,
        lambda one: wanted in (fold(one.login), fold(one.name)),
        lambda one: all(any(part.startswith(word) for part in _split(one)) for word in words),
        lambda one: wanted in fold(one.login) or wanted in fold(one.name),
    )
    return next((found for fits in ways if (found := [one for one in everybody if fits(one)])), [])


def list_candidates(people: Sequence[Named]) -> str:
    """List people in a sentence, with their names: `marek (Marek Novak), martin (Martin Poe)`."""
    listed = ", ".join(f"{one.login} ({one.name})" for one in people[:_MOST_NAMED])
    return f"{listed} …" if len(people) > _MOST_NAMED else listed


def find_similar_names(text: str, people: Iterable[P]) -> list[P]:
    """Return the agents whose login, or a part of whose name, is similar to a mistyped text."""
    everybody = list(people)
    parts = {part: one for one in everybody for part in _split(one)}
    close = get_close_matches(fold(text), parts, n=3, cutoff=0.7)
    return list({parts[part].login: parts[part] for part in close}.values())


def _split(one: Named) -> list[str]:
    return [fold(one.login), *fold(one.name).split()]

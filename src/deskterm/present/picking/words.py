"""Words that narrow a list down, whatever accents and case."""

from __future__ import annotations

from deskterm.store.db.reader import fold


def has_words(text: str, words: str) -> bool:
    """Return whether each of some words is somewhere in a text."""
    folded = fold(text)
    return all(word in folded for word in fold(words).split())

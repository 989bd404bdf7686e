"""Sentences in the form that phrases are searched in: lower case, no accents, single spaces between words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_END = re.compile(r"(?<=[.!?…。])\s+|\n+")
_WORD = re.compile(r"\d{4}-\d\d-\d\d|\w+(?:[:.]\d+)*|\?")
"""A word, a time of day or a date in figures in one piece, and a question mark."""
LONGEST = 20_000
"""Most characters of a text that are looked at: nobody writes more by hand."""


def split_sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, each as its words with a space in front and behind."""
    for sentence in _END.split(text[:LONGEST]):
        if words := _WORD.findall(fold_words(sentence)):
            yield f" {' '.join(words)} "


def fold_words(text: str) -> str:
    """Return a text in small letters, without accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in folded if not unicodedata.combining(character))


def find_phrase(sentence: str, phrases: Iterable[str]) -> str:
    """Return the first of some phrases that occurs in a sentence; empty for none."""
    return next((phrase for phrase in phrases if f" {phrase} " in sentence), "")

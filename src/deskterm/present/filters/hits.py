"""Hits: where the words of a filter stand in the texts of a ticket (C-12)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deskterm.store.db.reader import fold

_WORD = re.compile(r"[^\W_]+")


class Hits:
    """Finds words in texts as lists do, whatever accents and case: anywhere in short texts, at the beginning of words
    in messages."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = tuple(words)
        patterns = [pattern for word in self.words if (pattern := _build_pattern(word))]
        joined = "|".join(patterns)
        self._anywhere = re.compile(joined) if joined else None
        self._beginning = re.compile(rf"(?<![^\W_])(?:{joined})") if joined else None

    def __bool__(self) -> bool:
        return self._anywhere is not None

    def find(self, text: str, *, anywhere: bool = False) -> list[tuple[int, int]]:
        """Return the places of the words in a text: begin and end of each, in characters."""
        pattern = self._anywhere if anywhere else self._beginning
        if pattern is None:
            return []
        if text.isascii():
            return [match.span() for match in pattern.finditer(text.lower())]
        # Folding may turn two letters into one, or one into two: each keeps the position of the letter that it came
        # from
        places = [(place, letter) for place, one in enumerate(text) for letter in fold(one)]
        folded = "".join(letter for _, letter in places)
        spans = []
        for match in pattern.finditer(folded):
            begin, last = match.start(), match.end() - 1
            # A combining mark after the last letter, which folding removes, belongs to the hit
            after = places[match.end()][0] if match.end() < len(places) else len(text)
            end = places[last][0] + 1
            while end < after and not fold(text[end]):
                end += 1
            spans.append((places[begin][0], end))
        return spans


def _build_pattern(word: str) -> str:
    """Return the regular expression for a word, or for a phrase, between whose words there may be punctuation."""
    folded = fold(word)
    parts = _WORD.findall(folded)
    choices = dict.fromkeys((re.escape(folded), r"[\W_]+".join(parts)) if parts else (re.escape(folded),))
    return "|".join(choice for choice in choices if choice)

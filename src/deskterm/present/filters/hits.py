"""Hits: where the words of a filter stand in the texts of a ticket (C-12)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deskterm.store.db.reader import fold

_WORD = re.compile(r"[^\W_]+")


class Hits:
    """Finds some words in texts, whatever accents and case, as lists find them: in short texts anywhere, in messages
    from the beginning of a word."""

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
        # Folding makes one letter of two and two of one: each has the place of the letter that it comes from
        places = [(place, letter) for place, one in enumerate(text) for letter in fold(one)]
        folded = "".join(letter for _, letter in places)
        spans = []
        for match in pattern.finditer(folded):
            begin, last = match.start(), match.end() - 1
            # A mark behind its letter, which folding takes away, belongs to the hit
            after = places[match.end()][0] if match.end() < len(places) else len(text)
            end = places[last][0] + 1
            while end < after and not fold(text[end]):
                end += 1
            spans.append((places[begin][0], end))
        return spans


def _build_pattern(word: str) -> str:
    """Return the regular expression for a word, or a phrase whose words may have other signs between them."""
    folded = fold(word)
    parts = _WORD.findall(folded)
    choices = dict.fromkeys((re.escape(folded), r"[\W_]+".join(parts)) if parts else (re.escape(folded),))
    return "|".join(choice for choice in choices if choice)

"""Highlighting of a filter's words in texts (C-12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style

from deskterm.present.filters.hits import Hits


class HitPainter:
    """The highlighted words of one pane."""

    def __init__(self) -> None:
        self._hits = Hits()

    def __bool__(self) -> bool:
        return bool(self._hits)

    def set_words(self, words: Sequence[str]) -> bool:
        """Set the words to highlight; return whether they have changed."""
        if tuple(words) == self._hits.words:
            return False
        self._hits = Hits(words)
        return True

    def is_in(self, text: str) -> bool:
        """Return whether a message has a hit."""
        return bool(self._hits.find(text))

    def are_in(self, texts: Iterable[str]) -> bool:
        """Return whether any of some messages has a hit."""
        return any(map(self.is_in, texts))

    def paint(self, text: str, style: Style, hit: Style, *, anywhere: bool = False) -> list[Segment]:
        """Split a text into parts, hits in their own style. anywhere: also inside words, for short texts."""
        segments, end = [], 0
        for begin, after in self._hits.find(text, anywhere=anywhere):
            segments += [Segment(text[end:begin], style), Segment(text[begin:after], style + hit)]
            end = after
        return [segment for segment in (*segments, Segment(text[end:], style)) if segment.text]

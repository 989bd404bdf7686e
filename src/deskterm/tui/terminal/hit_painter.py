"""The words of a filter where they stand in a text, in a style of their own (C-12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style

from deskterm.present.filters.hits import Hits


class HitPainter:
    """The words that are looked for in one pane."""

    def __init__(self) -> None:
        self._hits = Hits()

    def __bool__(self) -> bool:
        return bool(self._hits)

    def set_words(self, words: Sequence[str]) -> bool:
        """Look for these words from now on; return whether they are others than before."""
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
        """Return a text in parts, hits in their style. anywhere: in a short text, also inside of words."""
        segments, end = [], 0
        for begin, after in self._hits.find(text, anywhere=anywhere):
            segments += [Segment(text[end:begin], style), Segment(text[begin:after], style + hit)]
            end = after
        return [segment for segment in (*segments, Segment(text[end:], style)) if segment.text]

"""Alerts of the wall: what has got worse since it was last said, not more often than once a minute."""

from __future__ import annotations

from deskterm.present.wall import WallView

INTERVAL = 60
"""Seconds in which the wall alerts once at most; what comes up meanwhile is said together."""

_WATCHED = {0: "late", 1: "due within the hour", 3: "escalated"}
"""Places of tiles → the words for more of them."""


class WallAlerts:
    """The figures that were last said, and when."""

    def __init__(self) -> None:
        self._said: dict[int, int] | None = None
        self._at = 0

    def look(self, wall: WallView, now: int) -> str:
        """Return the sentence about what has got worse; empty for nothing, or too soon after the last one. The first
        look says nothing: it is what whoever came to the wall sees. now: epoch seconds."""
        figures = {place: wall.tiles[place].figure for place in _WATCHED}
        if self._said is None:
            self._said = figures
            return ""
        # What got better may get worse again, which is news then
        self._said = {place: min(before, figures[place]) for place, before in self._said.items()}
        grown = {place: figures[place] - before for place, before in self._said.items() if figures[place] > before}
        if not grown or 0 <= now - self._at < INTERVAL:
            return ""
        self._said, self._at = figures, now
        return " · ".join(f"{more} more {_WATCHED[place]} ({figures[place]})" for place, more in grown.items())


def format_title(wall: WallView) -> str:
    """Return the title of the terminal: what is late and due, for whoever sees a tab of it only."""
    return f"{wall.tiles[0].figure} late · {wall.tiles[1].figure} due · deskterm"

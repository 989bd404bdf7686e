"""Alerts of the wall: figures that got worse since the last alert, at most once a minute."""

from __future__ import annotations

from deskterm.present.wall import WallView

INTERVAL = 60
"""Fewest seconds between two alerts; changes in between are announced together."""

_WATCHED = {0: "late", 1: "due within the hour", 3: "escalated"}
"""Place of a tile → the phrase for an increase of its figure."""


class WallAlerts:
    """The figures at the last alert, and its time."""

    def __init__(self) -> None:
        self._said: dict[int, int] | None = None
        self._at = 0

    def look(self, wall: WallView, now: int) -> str:
        """Return a sentence about figures that got worse; empty when none did, or too soon after the last alert. The
        first call only records the figures, because the agent sees them. now: epoch seconds."""
        figures = {place: wall.tiles[place].figure for place in _WATCHED}
        if self._said is None:
            self._said = figures
            return ""
        # After a figure got better, getting worse again is an alert
        self._said = {place: min(before, figures[place]) for place, before in self._said.items()}
        grown = {place: figures[place] - before for place, before in self._said.items() if figures[place] > before}
        if not grown or 0 <= now - self._at < INTERVAL:
            return ""
        self._said, self._at = figures, now
        return " · ".join(f"{more} more {_WATCHED[place]} ({figures[place]})" for place, more in grown.items())


def format_title(wall: WallView) -> str:
    """Return the title of the terminal: late and due tickets, for agents who see only the terminal's tab."""
    return f"{wall.tiles[0].figure} late · {wall.tiles[1].figure} due · deskterm"

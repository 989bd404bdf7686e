"""The arrangement of the panes: those in sight, and the one that has the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from deskterm.tui.panes.pane_set import PANES

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

    from deskterm.tui.settings.preferences import Preferences

WIDE = 120
"""Fewest columns for the queue, the ticket and its clocks side by side."""

BROAD = 160
"""Fewest columns for the list of next breaches beside the queue."""

_SIDE_PANES = ("views", "soon")
"""Panes that, without room for all, are shown only while they have the focus."""


class Layout:
    """Panes side by side, the queue in the whole width, or one at a time: on a narrow terminal, or zoomed. composer:
    returns the open composer; arranged: called after panes were shown or hidden; preferences: say whether panes may be
    side by side."""

    def __init__(
        self,
        screen: Screen[Any],
        composer: Callable[[], Widget | None],
        arranged: Callable[[], object],
        preferences: Preferences,
    ) -> None:
        self._screen, self._composer, self._arranged, self._preferences = screen, composer, arranged, preferences
        self.pane = "queue"
        self._zoomed = False

    @property
    def single(self) -> bool:
        """True when one pane is in sight at a time."""
        return self._zoomed or not self._has_room

    @property
    def _has_room(self) -> bool:
        """True when panes could be side by side."""
        return self._preferences.settings.layout == "auto" and self._screen.size.width >= WIDE

    def go_to(self, pane: str) -> None:
        """Give a pane the focus; where one is in sight at a time, it is that one."""
        self.pane = pane
        self.arrange()
        self.focus()

    def focus(self) -> None:
        """Put the focus into the current pane, or into the text that is written there."""
        composer = self._composer()
        if composer is not None and self.pane == "conversation":
            widget = composer.query_one("TextArea")
        else:
            widget = self._screen.query_one(f"#{self.pane}")
        # Not widget.focus(), which is deferred: the next key is for this widget, and a widget that is removed meanwhile
        # must not pass the focus to a pane beside it
        self._screen.set_focus(widget)

    def neighbour(self, by: int) -> str:
        """Return the pane so many places further on: among those in sight, or among all when one is shown at a time."""
        panes = [pane for pane in PANES if self.single or pane == self.pane or self.shows(pane)]
        return panes[(panes.index(self.pane) + by) % len(panes)]

    def shows(self, pane: str) -> bool:
        """Return whether a pane is in sight."""
        if self.single or pane in _SIDE_PANES:
            return pane == self.pane or (pane == "soon" and self._is_broad)
        return True

    @property
    def _is_broad(self) -> bool:
        return not self.single and self._screen.size.width >= BROAD

    def zoom(self) -> None:
        """Show the current pane alone, or all panes again."""
        self._zoomed = not self._zoomed
        self.arrange()

    def arrange(self) -> None:
        """Show the panes that are to be in sight."""
        at = {f"-at-{pane}": pane == self.pane for pane in PANES}
        self._screen.update_classes(at | {"-single": self.single, "-broad": self._is_broad})
        self._arranged()

    def go_back(self) -> bool:
        """Take one step back, from zoom or to the queue; False when there is none."""
        if self._zoomed and self._has_room:
            self.zoom()
        elif self.pane != "queue":
            self.go_to("queue")
        else:
            return False
        return True

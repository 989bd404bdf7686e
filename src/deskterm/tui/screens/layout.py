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
"""Columns from which all panes are in sight at once."""


class Layout:
    """All panes side by side, or one at a time: on a narrow terminal, or zoomed. composer: gives the open composer;
    arranged: called after panes came into sight or went;
    preferences: whether they may be side by side."""

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
        """True when all panes could be in sight."""
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
        # Not widget.focus(), which does it later: the next key is for this widget, and whatever is removed meanwhile
        # must not give the focus to a pane beside it
        self._screen.set_focus(widget)

    def neighbour(self, by: int) -> str:
        """Return the pane so many places further on."""
        return PANES[(PANES.index(self.pane) + by) % len(PANES)]

    def zoom(self) -> None:
        """Show the current pane alone, or all panes again."""
        self._zoomed = not self._zoomed
        self.arrange()

    def arrange(self) -> None:
        """Show the panes that are to be in sight."""
        self._screen.update_classes({f"-at-{pane}": pane == self.pane for pane in PANES} | {"-single": self.single})
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

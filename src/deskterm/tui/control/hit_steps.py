"""Steps from one hit of the words of a filter to the next: in the ticket in sight, and on to the next ticket (C-12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.tui.panes.pane_set import PaneSet

if TYPE_CHECKING:
    from deskterm.tui.console import BrowserHost
    from deskterm.tui.control.browsing import Browser


class HitSteps:
    """The hits of one screen."""

    def __init__(self, host: BrowserHost, panes: PaneSet, browser: Browser) -> None:
        self._host, self._panes, self._browser = host, panes, browser
        self._coming = 0
        """The direction in which the agent goes on to the ticket that is being read; 0 for none."""

    def show(self, words: Sequence[str]) -> None:
        """Show these words where they stand, and no others."""
        self._panes.queue.show_hits(words)
        self._panes.ticket.conversation.show_hits(words)

    def step(self, by: int) -> None:
        """Go to the next hit of the ticket in sight, or the one before; behind its last one to the next ticket."""
        queue, conversation = self._panes.queue, self._panes.ticket.conversation
        if not queue.has_hits:
            self._host.notify("No words are looked for: press / and write some.", severity="warning")
        elif not conversation.step_hit(by):
            before = self._browser.shown_number
            self._coming = by
            self._browser.move_cursor(by)
            if self._browser.shown_number == before:
                self._coming = 0
                self._host.notify("There is no hit further on." if by > 0 else "There is no hit before this one.")

    def ticket_shown(self) -> None:
        """Go to the first hit of a ticket that a step has led to, or to its last one where it led back."""
        coming, self._coming = self._coming, 0
        if coming:
            self._panes.ticket.conversation.step_hit(coming, afresh=True)

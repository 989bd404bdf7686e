"""Steps from one hit of a filter's words to the next, in the shown ticket and on to the next one (C-12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deskterm.tui.panes.pane_set import PaneSet


class HitSteps:
    """The hits of one screen. shown: gives the number of the ticket in sight; move: moves the cursor to another row;
    notify: takes a sentence for the agent."""

    def __init__(
        self,
        panes: PaneSet,
        shown: Callable[[], int | None],
        move: Callable[[int], object],
        notify: Callable[[str], object],
    ) -> None:
        self._panes, self._shown, self._move, self._notify = panes, shown, move, notify
        self._coming = 0
        """The direction of a step to a ticket that is being read: 1, -1, or 0 for none."""

    def show(self, words: Sequence[str]) -> None:
        """Highlight these words, and no others."""
        self._panes.queue.show_hits(words)
        self._panes.ticket.conversation.show_hits(words)

    def step(self, by: int) -> None:
        """Go to the next or previous hit of the shown ticket; after its last one, to the next ticket."""
        queue, conversation = self._panes.queue, self._panes.ticket.conversation
        if not queue.has_hits:
            self._notify("No filter with words is set: press / to search for some.")
        elif not conversation.step_hit(by):
            before = self._shown()
            self._coming = by
            self._move(by)
            if self._shown() == before:
                self._coming = 0
                self._notify("There is no hit further on." if by > 0 else "There is no hit before this one.")

    def ticket_shown(self) -> None:
        """After a step to another ticket, go to its first hit, or to its last one when stepping back."""
        coming, self._coming = self._coming, 0
        if coming:
            self._panes.ticket.conversation.step_hit(coming, afresh=True)

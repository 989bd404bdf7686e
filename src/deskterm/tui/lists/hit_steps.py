"""Steps from one hit of the words of a filter to the next: in the ticket in sight, and on to the next ticket (C-12)."""

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
        """The direction in which the agent goes on to the ticket that is being read; 0 for none."""

    def show(self, words: Sequence[str]) -> None:
        """Show these words where they stand, and no others."""
        self._panes.queue.show_hits(words)
        self._panes.ticket.conversation.show_hits(words)

    def step(self, by: int) -> None:
        """Go to the next hit of the ticket in sight, or the one before; behind its last one to the next ticket."""
        queue, conversation = self._panes.queue, self._panes.ticket.conversation
        if not queue.has_hits:
            self._notify("No words are looked for: press / and write some.")
        elif not conversation.step_hit(by):
            before = self._shown()
            self._coming = by
            self._move(by)
            if self._shown() == before:
                self._coming = 0
                self._notify("There is no hit further on." if by > 0 else "There is no hit before this one.")

    def ticket_shown(self) -> None:
        """Go to the first hit of a ticket that a step has led to, or to its last one where it led back."""
        coming, self._coming = self._coming, 0
        if coming:
            self._panes.ticket.conversation.step_hit(coming, afresh=True)

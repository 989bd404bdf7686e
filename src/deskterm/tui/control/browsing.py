"""Everything that is in view: which list, which ticket, and how the answers of the read thread reach the panes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deskterm.present.models import QueueLine, TicketView, ViewLine
from deskterm.tui.panes.pane_set import PaneSet
from deskterm.tui.workers import messages
from deskterm.tui.workers.messages import QueueQuery

if TYPE_CHECKING:
    from deskterm.tui.console import BrowserHost
    from deskterm.tui.workers.read_worker import ReadWorker


class Browser:
    """The list and the ticket of one screen. reader: gives the read thread, which is there once a frame is painted."""

    def __init__(self, host: BrowserHost, panes: PaneSet, reader: Callable[[], ReadWorker]) -> None:
        self._host, self._panes, self._reader = host, panes, reader
        self.queue_query = QueueQuery()
        self.views: Sequence[ViewLine] = messages.view_lines({})
        self.open_ticket: TicketView | None = None
        self.counted_at = 0
        """The instant, in epoch seconds, of the last request for everything, or of the last counts."""
        self._pinned: int | None = None
        """The ticket that stays in the ticket pane wherever the cursor goes; None where the pane follows the cursor."""

    # -- lists ---------------------------------------------------------------------------------------------------

    def current_query(self) -> QueueQuery:
        """Return the query of the list with the place of the cursor in it."""
        queue, line = self._panes.queue, self._panes.queue.current
        return self.queue_query._replace(
            number=line.number if line is not None else None,
            cursor=queue.cursor,
            first=queue.first_row,
            rows=queue.height_in_rows,
        )

    def show_list(self, query: QueueQuery) -> None:
        """Read another list, or the same one in another order or through another filter."""
        # Marks survive sorting and filtering, so that tickets can be gathered over several searches
        if query.view != self.queue_query.view:
            self._panes.queue.marks.clear()
        self.queue_query = query
        self._reader().read_list(query)
        self._host.update_titles()

    def filter(self, text: str) -> None:
        """Filter the list, from its first row."""
        self.show_list(self.queue_query._replace(match=text, number=None, cursor=0, first=0))

    def show_view(self, key: str) -> None:
        """Show a view from its first row."""
        # Elsewhere, undo would be about a change that is out of sight
        self._host.remember(None)
        self.show_list(self.queue_query._replace(view=key, number=None, cursor=0, first=0))
        self._panes.views.show(self.views, key)

    def step_view(self, by: int) -> None:
        """Show the view so many places further on in the side bar."""
        keys = [view.key for view in self.views]
        self.show_view(keys[(keys.index(self.queue_query.view) + by) % len(keys)])

    def refresh(self) -> None:
        """Read lists, counts and the open ticket again."""
        self.counted_at = self._host.epoch()
        # Counted from the request on: the next tick must not ask again while the answer is on its way
        self._reader().refresh(self.current_query())

    def mark(self, lines: Sequence[QueueLine]) -> None:
        """Mark these tickets and no others."""
        self._panes.queue.set_marks(lines)
        self._host.update_titles()

    def mark_all(self, limit: int) -> None:
        """Mark every ticket of the list, at most so many, once they have been read."""
        self._reader().read_whole_list(self.queue_query, limit)

    # -- the open ticket -----------------------------------------------------------------------------------------

    def show_ticket(self, number: int) -> None:
        """Open a ticket, and put the cursor on it where the list has it."""
        self._host.remember(None)
        self.pin(number)
        # With its number, so that the cursor is put on it where the list has it
        self._reader().refresh(self.current_query()._replace(number=number))
        self._reader().open_ticket(number)
        self._host.show_pane("conversation")

    def pin(self, number: int) -> None:
        """Keep a ticket in the ticket pane wherever the cursor goes."""
        self._pinned = number

    def unpin(self) -> None:
        """Let the ticket pane follow the cursor again."""
        self._pinned = None
        self.follow_cursor()

    def pane_entered(self, pane: str) -> None:
        """Let the ticket pane follow the cursor again once the agent is back in the queue, unless they write."""
        if pane == "queue" and self._pinned is not None and not self._host.writing:
            self.unpin()

    def follow_cursor(self) -> None:
        """Open the ticket under the cursor, unless another one is pinned."""
        if self._pinned is None:
            line = self._panes.queue.current
            self._reader().open_ticket(line.number if line is not None else None)
            # Otherwise the row's page is on the way, and the pane need not be emptied for a moment
            if line is None and self._panes.queue.count == 0:
                self._show_open_ticket(None)

    def _show_open_ticket(self, ticket: TicketView | None) -> None:
        self.open_ticket = ticket
        now, zone = self._host.epoch(), self._host.zone
        self._panes.ticket.show(ticket, now, zone)
        self._panes.clocks.show(ticket, now, zone)
        self._host.update_titles()

    # -- answers of the read thread ------------------------------------------------------------------------------

    def list_read(self, answer: messages.ListRead) -> None:
        """Show a list, unless another one was asked for since."""
        if not self.queue_query.view:  # the read thread chose the first view: only it knows the agent's team
            self.queue_query = answer.query._replace(match=self.queue_query.match)
            self._panes.views.show(self.views, self.queue_query.view)
        if not answer.query.same_list(self.queue_query):
            return
        queue = self._panes.queue
        cursor, line = answer.cursor, queue.current
        # the cursor has moved on while the list was read: it stays where it is now
        moved = line is not None and answer.query.number is not None and line.number != answer.query.number
        if moved and self._pinned is None and line is not None:
            cursor = answer.index_of(line.number, queue.cursor)
        queue.empty_text = self._host.empty_list_text()
        queue.show(answer.total, answer.pages, cursor, self._host.epoch())
        self._host.update_titles()

    def page_read(self, answer: messages.PageRead) -> None:
        """Show a page of the list, unless another list was asked for since."""
        if answer.query.same_list(self.queue_query):
            self._panes.queue.add(answer.page, answer.rows)

    def ticket_read(self, answer: messages.TicketRead) -> None:
        """Show a ticket, unless another one was asked for since."""
        line = self._panes.queue.current
        expected = self._pinned or (line.number if line is not None else None)
        if answer.ticket is None and self._pinned == answer.number:
            self._host.notify(f"There is no ticket {answer.number}.", severity="warning")
            self.unpin()
        elif answer.number == expected:
            self._show_open_ticket(answer.ticket)

    def counts_read(self, answer: messages.CountsRead) -> None:
        """Show the counts of the side bar."""
        self.views = answer.views
        self.counted_at = self._host.epoch()
        self._panes.views.show(self.views, self.queue_query.view)

"""Everything that is in view: which list, which ticket, and how the answers of the read thread reach the panes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from deskterm.errors import DeskError
from deskterm.present.models import TABS, TabKey, TicketView
from deskterm.present.sanitize import Safe
from deskterm.present.views import QUARANTINE
from deskterm.tui.commands.keys import name_keys
from deskterm.tui.lists.arrivals import Arrivals
from deskterm.tui.lists.hit_steps import HitSteps
from deskterm.tui.lists.marking import Marking
from deskterm.tui.lists.view_list import ViewList
from deskterm.tui.panes.pane_set import PaneSet
from deskterm.tui.panes.sorting import name_order
from deskterm.tui.target import Target
from deskterm.tui.workers import messages
from deskterm.tui.workers.messages import QueueQuery

if TYPE_CHECKING:
    from deskterm.present.wall import WallView
    from deskterm.store.rows.list_orders import SortOrder
    from deskterm.tui.hosts import BrowserHost
    from deskterm.tui.type_ahead import Hold
    from deskterm.tui.workers.read_worker import ReadWorker

_LIST_PATIENCE = 2.0
"""Seconds that keys wait for a list that was asked for."""

_TICKET_PATIENCE = 10.0
"""Seconds that a command waits for its ticket to be shown."""


class Browser:
    """The list and the ticket of one screen. reader: gives the read thread, which is there once a frame is painted."""

    def __init__(self, host: BrowserHost, panes: PaneSet, reader: Callable[[], ReadWorker]) -> None:
        self._host, self._panes, self._reader = host, panes, reader
        self.queue_query = QueueQuery()
        self.view_list = ViewList(host.preferences, lambda words: host.notify(words, severity="warning"))
        self.open_ticket: TicketView | None = None
        self._is_outdated = False
        """True after an act of this console until the open ticket has been read again."""
        self.wall: WallView | None = None
        """The wall as it was read last, while it is shown."""
        self.counted_at = 0
        """The instant, in epoch seconds, of the last request for everything, or of the last counts."""
        self.tab: TabKey = "thread"
        """The tab of the ticket pane; it stays while one goes from ticket to ticket."""
        self._pinned: int | None = None
        """The ticket that stays in the ticket pane wherever the cursor goes; None where the pane follows the cursor."""
        self._then: int | None = None
        """The ticket that gets the cursor when the act under way moves the one under it elsewhere."""
        self._sought: int | None = None
        """The ticket that gets the cursor with the next list, because it was opened by its number."""
        self.list_pending = False
        """True while the requested list is not shown yet: no key may act on a row of the old one (C-01)."""
        self._not_sorted: tuple[str, SortOrder] | None = None
        """The view that was too long for a requested order, and that order."""
        self._list_hold: Hold | None = None
        """Keeps keys back until the list that was asked for is shown."""
        self._waiting_for: dict[int, asyncio.Future[TicketView | None]] = {}
        """Ticket → futures that are done when it is shown."""
        self._list_shown: asyncio.Future[None] | None = None
        """Done when the list that was asked for is shown; None when it is."""
        self.hit_steps = HitSteps(panes, lambda: self.shown_number, self.move_cursor, host.notify)
        self.arrivals = Arrivals(panes.queue, self.move_cursor, host.notify, host.update_titles)
        self.marking = Marking(panes.queue, reader, lambda: self.queue_query, host.update_titles)

    # -- lists ---------------------------------------------------------------------------------------------------

    def current_query(self) -> QueueQuery:
        """Return the query of the list with the place of the cursor in it."""
        queue, line = self._panes.queue, self._panes.queue.current
        return self.queue_query._replace(
            number=self._sought or (line.number if line is not None else None),
            cursor=queue.cursor,
            first=queue.first_row,
            rows=queue.height_in_rows,
            then=self._then,
        )

    def begin_act(self, numbers: Sequence[int]) -> None:
        """Note, before tickets are changed, which row gets the cursor if the change moves its ticket elsewhere: the
        next one below, or above at the end of the list (C-06)."""
        queue = self._panes.queue
        # With `stay` the cursor keeps its ticket, or its index when that has left the list
        if self.view_list.after_action == "stay":
            return
        if queue.current is not None and queue.current.number in numbers:
            self._then = queue.find_neighbour(numbers)
            self._reader().note_place(self.current_query())

    def end_act(self, *, done: bool) -> None:
        """End an act: from now on the cursor stays with its ticket. done: something was changed; then the settings may
        move the focus back to the list."""
        back = self.view_list.after_action == "list"
        if done and back and self._host.in_ticket and not self._host.writing:
            self._host.show_pane("queue")
        if self._then is not None:
            self._then = None
            self._reader().note_place(self.current_query())

    def show_list(self, query: QueueQuery, *, typing: bool = False) -> None:
        """Read another list, or the same one in another order or through another filter. typing: the filter is still
        being typed, so no key has to wait for the list."""
        self.list_pending = True
        if not typing and (self._list_hold is None or not self._list_hold.taken):
            self._list_hold = self._host.hold_keys()
        if self._list_shown is None:
            self._list_shown = asyncio.get_running_loop().create_future()
        # Marks survive sorting and filtering, so that tickets can be gathered over several searches
        if query.view != self.queue_query.view:
            self._panes.queue.set_marks([])
        if not query.same_list(self.queue_query):
            self.arrivals.forget(seen=not query.same_tickets(self.queue_query))
        self.queue_query, self._sought = query, None
        self._reader().read_list(query)
        self._host.update_titles()

    def filter(self, text: str) -> None:
        """Filter the list, from its first row, while the words are typed."""
        self.show_list(self.queue_query._replace(match=text, number=None, cursor=0, first=0), typing=True)

    async def wait_for_list(self) -> None:
        """Wait until the list that was asked for last is shown."""
        if self._list_shown is not None:
            with suppress(TimeoutError):  # the store may be locked, and typing must not wait for that
                await asyncio.wait_for(asyncio.shield(self._list_shown), _LIST_PATIENCE)

    def list_settled(self) -> None:
        """Release the keys: the list is shown, or cannot be read."""
        self.list_pending = False
        hold, self._list_hold = self._list_hold, None
        shown, self._list_shown = self._list_shown, None
        if shown is not None and not shown.done():
            shown.set_result(None)
        if hold is not None:
            hold.drop()

    def read_failed(self) -> None:
        """Release everything that waits for the read thread, which has failed and shown its error."""
        self.list_settled()
        self._is_outdated = False  # nothing newer is on the way
        for future in self._waiting_for.values():
            if not future.done():
                future.set_result(None)
        self._waiting_for.clear()

    def show_view(self, key: str) -> None:
        """Show a view from its first row; mails in quarantine in a dialog, over the list that is there."""
        if key == QUARANTINE.key:
            self._host.run_command(key)
            return
        self.view_list.note_shown(key)
        self.show_list(self.view_list.make_query(key, self.queue_query))
        self._panes.views.show(self.view_list.lines, key)

    def sort(self, order: SortOrder) -> None:
        """Show the list in another order, and keep that for its view."""
        self.show_list(self.current_query()._replace(order=order))
        self.view_list.keep("order", order)

    def choose_columns(self, names: Sequence[str]) -> None:
        """Show these columns in this view, none for those that suit the width, and keep that."""
        self._panes.queue.set_columns(names)
        self.view_list.keep("columns", [*names])

    def refresh(self) -> None:
        """Read lists, counts and the open ticket again."""
        self.counted_at = self._host.epoch()
        if self._list_shown is None:
            self._list_shown = asyncio.get_running_loop().create_future()
        self._is_outdated = True
        # Counted from the request on: the next tick must not ask again while the answer is on its way
        self._reader().refresh(self.current_query())

    # -- the open ticket -----------------------------------------------------------------------------------------

    def show_ticket(self, number: int) -> None:
        """Open a ticket, and put the cursor on it where the list has it."""
        self.pin(number)
        # Kept until the list is there: a change that is noted meanwhile must not lead the cursor back to its old row
        self._sought = number
        self._reader().refresh(self.current_query())
        self._reader().open_ticket(number)
        self._host.show_pane("conversation")

    def choose_tab(self, tab: TabKey) -> None:
        """Show a tab of the ticket pane."""
        if tab != self.tab:
            self.tab = tab
            self._panes.ticket.show_tab(tab)
            if self.shown_number is not None:
                self._reader().open_ticket(self.shown_number, tab)

    def step_tab(self, by: int) -> None:
        """Show the tab so many places further on."""
        tabs = list(TABS)
        self.choose_tab(tabs[(tabs.index(self.tab) + by) % len(tabs)])

    def pin(self, number: int) -> None:
        """Keep a ticket in the ticket pane wherever the cursor goes."""
        self._pinned = number
        # The cursor may have come to it in the same burst of keys, and nothing follows the cursor from now on
        if self.open_ticket is None or self.open_ticket.number != number:
            self._reader().open_ticket(number)

    def unpin(self) -> None:
        """Let the ticket pane follow the cursor again."""
        self._pinned = self._sought = None
        self.follow_cursor()

    def pane_entered(self, pane: str) -> None:
        """Pin the ticket whose pane the agent entered, whatever happens to its row (C-06); back in the queue, let the
        ticket pane follow the cursor again, unless a letter is being written."""
        if pane == "queue" and self._pinned is not None and not self._host.writing:
            self.unpin()
        elif self._host.in_ticket and self._pinned is None and self.shown_number is not None:
            self.pin(self.shown_number)

    @property
    def shown_number(self) -> int | None:
        """The ticket that the ticket pane shows, or is about to show; None where there is none."""
        line = self._panes.queue.current
        return self._pinned if self._pinned is not None else line.number if line is not None else None

    def find_shown(self) -> Target:
        """Return the ticket of the ticket pane as the target of a command, even before it has been read."""
        number = self.shown_number
        for line in (self.open_ticket.line if self.open_ticket is not None else None, self._panes.queue.current):
            if line is not None and line.number == number:
                return Target(line)
        return Target(coming=number is not None)

    def move_cursor(self, by: int) -> None:
        """Move the cursor of the queue; a pinned ticket is replaced by the next one."""
        line = self._panes.queue.current
        if self._pinned is not None and not self._host.writing:
            # When the ticket has left the list, the cursor is on the next one already
            if line is not None and line.number != self._pinned and by > 0:
                by -= 1
            self._pinned = None
        self._sought = None
        self._panes.queue.move(by)
        self.follow_cursor()
        self.pane_entered(self._host.pane)

    async def read_ticket(self, number: int) -> TicketView:
        """Show a ticket in the ticket pane, and return it once it is there. Raises DeskError where there is none."""
        is_open = self.open_ticket is not None and self.open_ticket.number == number == self.shown_number
        before = self.open_ticket if is_open else None
        # A reply to an older version would be held back, because of what its own writer has just done
        if before is not None and not self._is_outdated:
            return before
        if self.shown_number != number:
            self.pin(number)
        future = self._waiting_for.setdefault(number, asyncio.get_running_loop().create_future())
        self._reader().open_ticket(number)
        ticket = None
        with suppress(TimeoutError):  # another ticket may have been requested meanwhile
            ticket = await asyncio.wait_for(asyncio.shield(future), _TICKET_PATIENCE)
        if ticket is None:
            self._waiting_for.pop(number, None)
            if before is not None:
                return before  # the desk is out of reach, and what is in sight can be answered
            raise DeskError(f"Ticket {number} cannot be read now: try again.")
        return ticket

    def follow_cursor(self) -> None:
        """Open the ticket under the cursor, unless another one is pinned."""
        if self._pinned is None:
            line = self._panes.queue.current
            self._reader().open_ticket(line.number if line is not None else None)
            # Otherwise the row's page is on the way, and the pane need not be emptied for a moment
            if line is None and self._panes.queue.count == 0:
                self._show_open_ticket(None)

    def _show_open_ticket(self, ticket: TicketView | None) -> None:
        if ticket is not None and len(ticket.page) == 1:
            # The sentence of an empty tab may mention keys
            (line,) = ticket.page
            text = Safe(name_keys(line.text, self._host.keys_of))
            ticket = ticket._replace(page=(line._replace(text=text),))
        self.open_ticket = ticket
        now, zone = self._host.epoch(), self._host.zone
        self._panes.ticket.show(ticket, now, zone)
        self._panes.ticket.show_tab(self.tab)
        if ticket is not None:
            self.hit_steps.ticket_shown()
        self._panes.clocks.show(ticket, now, zone)
        self._host.update_titles()

    def watch_wall(self, shown: bool) -> None:
        """Read the wall now, and whenever something was written; or no longer."""
        if not shown:
            self.wall = None
        self._reader().watch_wall(shown)

    # -- answers of the read thread ------------------------------------------------------------------------------

    def list_read(self, answer: messages.ListRead) -> None:
        """Show a list, unless another one was asked for since."""
        if not self.queue_query.view:  # the read thread chose the first view: only it knows the agent's team
            self.queue_query = answer.query._replace(match=self.queue_query.match)
            self.view_list.note_shown(self.queue_query.view)
            self._panes.views.show(self.view_list.lines, self.queue_query.view)
            if (order := self.view_list.find_order(self.queue_query.view)) != self.queue_query.order:
                self.show_list(self.queue_query._replace(order=order))
        if not answer.query.same_list(self.queue_query):
            return
        queue = self._panes.queue
        cursor, line = answer.cursor, queue.current
        if answer.query.number == self._sought:
            self._sought = None
        # the cursor was moved while the list was read: keep it there, unless the act moves it (C-06)
        moved = line is not None and answer.query.number not in (None, line.number, answer.query.then)
        if moved and self._pinned is None and line is not None:
            cursor = answer.index_of(line.number, queue.cursor)
        queue.set_columns(self.view_list.list_columns(self.queue_query.view))
        queue.order = answer.order
        self._explain_order(answer)
        queue.empty_text = self._host.empty_list_text()
        self.hit_steps.show(answer.words)
        queue.show(answer.total, answer.pages, cursor, self._host.epoch())
        self._host.update_titles()
        self.list_settled()

    def arrivals_read(self, answer: messages.ArrivalsRead) -> None:
        """Show how many tickets came into the list out of sight."""
        if answer.query.same_list(self.queue_query):
            self.arrivals.show(answer.indexes)

    def _explain_order(self, answer: messages.ListRead) -> None:
        """Notify once why a list does not have the requested order."""
        asked = answer.query.view, answer.query.order
        if answer.order == answer.query.order:
            self._not_sorted = None
        elif asked != self._not_sorted:
            self._not_sorted = asked
            words = f"{answer.total:,} tickets are too many to sort {name_order(answer.query.order)}"
            self._host.notify(f"{words}: narrow the list with <key filter> first.", severity="warning")

    def page_read(self, answer: messages.PageRead) -> None:
        """Show a page of the list, unless another list was asked for since."""
        if answer.query.same_list(self.queue_query):
            self._panes.queue.add(answer.page, answer.rows)

    def ticket_read(self, answer: messages.TicketRead) -> None:
        """Show a ticket, unless another one was asked for since."""
        expected = self.shown_number
        waiting = self._waiting_for.pop(answer.number, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.ticket)
        if answer.ticket is None and self._pinned == answer.number:
            self._host.notify(f"There is no ticket {answer.number}.", severity="warning")
            self.unpin()
        elif answer.number == expected:
            self._is_outdated = False
            self._show_open_ticket(answer.ticket)

    def counts_read(self, answer: messages.CountsRead) -> None:
        """Show the views and their counts. When the shown view was changed or deleted elsewhere, read its list anew."""
        self.view_list.lines = answer.views
        self.counted_at = self._host.epoch()
        shown = self.queue_query
        if shown.base and self.view_list.find(shown.view) is None:
            self._host.notify("The view that you were in is gone: this is what it narrowed.", severity="warning")
            self.show_view(shown.base if self.view_list.find(shown.base) is not None else "open")
        elif shown.view:
            changed = self.view_list.make_query(shown.view, shown)
            if (changed.base, changed.within) != (shown.base, shown.within):
                self.show_list(changed)
        self._panes.views.show(self.view_list.lines, self.queue_query.view)

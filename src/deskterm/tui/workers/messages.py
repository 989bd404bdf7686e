"""Requests to the read thread, and the messages in which it answers the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from deskterm.present.models import DeskView, QueueLine, TicketView, ViewLine
from deskterm.present.sanitize import sanitize
from deskterm.present.views import VIEWS, View
from deskterm.tui.panes.rows.page_cache import PAGE

if TYPE_CHECKING:
    from datetime import tzinfo

    from deskterm.present.labels import Vocabulary
    from deskterm.present.wall import WallView
    from deskterm.store.personal.drafts import StoredDraft
    from deskterm.store.presence.entries import Presence
    from deskterm.store.rows.list_orders import SortOrder


class QueueQuery(NamedTuple):
    """A list, and the position in it. view: key of its view, empty for the agent's default; base, within: for a view
    that an agent made, the view that it narrows and its filter; number: the ticket under the cursor, which is found
    again when the order changes; cursor: its index, kept when the ticket has left the list; then: the neighbouring
    ticket that gets the cursor when an act moves `number` elsewhere (C-06); first, rows: the first row in sight, and
    the number of rows in sight."""

    view: str = ""
    order: SortOrder = "order"
    match: str = ""
    number: int | None = None
    cursor: int = 0
    first: int = 0
    rows: int = 50
    then: int | None = None
    base: str = ""
    within: str = ""

    @property
    def listed(self) -> str:
        """The view that is read: one that every desk has, or a list for filters."""
        return self.base or self.view

    def same_list(self, other: QueueQuery) -> bool:
        """Return whether both are about the same list, wherever in it."""
        return self._facts == other._facts

    def same_tickets(self, other: QueueQuery) -> bool:
        """Return whether both lists have the same tickets, in whatever order."""
        return self._replace(order="").same_list(other._replace(order=""))

    @property
    def _facts(self) -> tuple[str, ...]:
        return self.view, self.order, self.match, self.base, self.within


class DeskRead(Message):
    """The facts of the desk, the labels of its procedure, and its time zone."""

    def __init__(self, desk: DeskView, vocabulary: Vocabulary, zone: tzinfo) -> None:
        super().__init__()
        self.desk, self.vocabulary, self.zone = desk, vocabulary, zone


class ListRead(Message):
    """A list that was read: rows in all, the pages around the cursor, the cursor's index, the words that its filters
    search for, and its order, which differs from the requested one when the list is too long for that."""

    def __init__(
        self,
        query: QueueQuery,
        total: int,
        pages: Mapping[int, Sequence[QueueLine]],
        cursor: int,
        words: Sequence[str] = (),
        order: SortOrder = "",
    ) -> None:
        super().__init__()
        self.query, self.total, self.pages, self.cursor, self.words = query, total, pages, cursor, words
        self.order = order or query.order

    def index_of(self, number: int, default: int) -> int:
        """Return the index of a ticket; the default where its page was not read."""
        for page, rows in self.pages.items():
            for place, row in enumerate(rows):
                if row.number == number:
                    return page * PAGE + place
        return default


class ArrivalsRead(Message):
    """The tickets that came into a list since it was opened, each with its index."""

    def __init__(self, query: QueueQuery, indexes: Mapping[int, int]) -> None:
        super().__init__()
        self.query, self.indexes = query, indexes


class PageRead(Message):
    """One more page of a list."""

    def __init__(self, query: QueueQuery, page: int, rows: Sequence[QueueLine]) -> None:
        super().__init__()
        self.query, self.page, self.rows = query, page, rows


class WholeListRead(Message):
    """A whole list, or rows that were requested by number."""

    def __init__(self, rows: Sequence[QueueLine]) -> None:
        super().__init__()
        self.rows = rows


class TicketRead(Message):
    """A ticket to open; None when there is no such ticket."""

    def __init__(self, number: int, ticket: TicketView | None) -> None:
        super().__init__()
        self.number, self.ticket = number, ticket


class DraftsRead(Message):
    """The drafts of the agent, as the store has them."""

    def __init__(self, drafts: Sequence[StoredDraft]) -> None:
        super().__init__()
        self.drafts = drafts


class PresenceRead(Message):
    """The colleagues at their tickets, as they are now."""

    def __init__(self, others: Sequence[Presence]) -> None:
        super().__init__()
        self.others = others


class CountsRead(Message):
    """The views with their counts. down: names of mailboxes and accounts that do not work (M-13)."""

    def __init__(self, views: Sequence[ViewLine], down: Sequence[str] = ()) -> None:
        super().__init__()
        self.views, self.down = views, down


class NextBreachesRead(Message):
    """The tickets that breach next."""

    def __init__(self, rows: Sequence[QueueLine]) -> None:
        super().__init__()
        self.rows = rows


class WallRead(Message):
    """The state of the desk for those who lead it."""

    def __init__(self, wall: WallView) -> None:
        super().__init__()
        self.wall = wall


class ProgressMade(Message):
    """Some of all tickets were written anew, as this version of deskterm projects them."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__()
        self.done, self.total = done, total


class ReadFailed(Message):
    """A read failed; the next one is tried as usual. is_news: the error was not reported yet."""

    def __init__(self, error: Exception, *, is_news: bool = True) -> None:
        super().__init__()
        self.error, self.is_news = error, is_news


class ReadsAgain(Message):
    """A read succeeded after failed ones."""


def view_lines(totals: Mapping[str, int | None], views: Sequence[View] = VIEWS) -> list[ViewLine]:
    """Return the rows of the side bar. totals: the counts by view."""
    return [ViewLine(view.key, sanitize(view.label), totals.get(view.key), view.saved) for view in views]

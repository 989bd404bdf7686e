"""What is asked of the feed, and its answers: messages to the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from deskterm.present.models import Opened, QueueLine, TicketView, ViewLine
from deskterm.present.sanitize import Safe
from deskterm.store.queries.queue import VIEWS
from deskterm.tui.panes.page_cache import PAGE

if TYPE_CHECKING:
    from deskterm.present.labels import Vocabulary
    from deskterm.store.queries.queue import Order


class QueueQuery(NamedTuple):
    """Which list is looked at, and where. view: empty for the one that suits the person. number: the ticket under the
    cursor, whose row is found again when the list is sorted anew; cursor: its index, kept when the ticket has left;
    first, rows: what is on the screen."""

    view: str = ""
    order: Order = "order"
    match: str = ""
    number: int | None = None
    cursor: int = 0
    first: int = 0
    rows: int = 50

    def same_list(self, other: QueueQuery) -> bool:
        """Whether both look at the same list, wherever in it."""
        return (self.view, self.order, self.match) == (other.view, other.order, other.match)


class DeskFound(Message):
    """The desk and what its procedure calls things."""

    def __init__(self, desk: Opened, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.desk, self.vocabulary = desk, vocabulary


class ListRead(Message):
    """A list as it is now: rows in all, the pages around the cursor, the cursor's index."""

    def __init__(self, look: QueueQuery, total: int, pages: Mapping[int, Sequence[QueueLine]], cursor: int) -> None:
        super().__init__()
        self.look, self.total, self.pages, self.cursor = look, total, pages, cursor

    def index_of(self, number: int, otherwise: int) -> int:
        """Where a ticket stands, if its page was read."""
        for page, rows in self.pages.items():
            for place, row in enumerate(rows):
                if row.number == number:
                    return page * PAGE + place
        return otherwise


class PageRead(Message):
    def __init__(self, look: QueueQuery, page: int, rows: Sequence[QueueLine]) -> None:
        super().__init__()
        self.look, self.page, self.rows = look, page, rows


class WholeRead(Message):
    """A list from its first row to its last."""

    def __init__(self, rows: Sequence[QueueLine]) -> None:
        super().__init__()
        self.rows = rows


class CardRead(Message):
    """A ticket, opened; card is None when there is no such ticket."""

    def __init__(self, number: int, card: TicketView | None) -> None:
        super().__init__()
        self.number, self.card = number, card


class CountsRead(Message):
    def __init__(self, views: Sequence[ViewLine]) -> None:
        super().__init__()
        self.views = views


class SoonRead(Message):
    def __init__(self, rows: Sequence[QueueLine]) -> None:
        super().__init__()
        self.rows = rows


class BroughtUp(Message):
    """So many of all tickets were written anew, as this deskterm folds them."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__()
        self.done, self.total = done, total


class ReadFailed(Message):
    """A read went wrong; the next one is tried as usual."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def view_lines(totals: Mapping[str, int]) -> list[ViewLine]:
    """The side bar's rows. totals: what is counted, by view."""
    return [ViewLine(view.key, Safe(view.label), totals.get(view.key)) for view in VIEWS]

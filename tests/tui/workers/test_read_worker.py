"""The feed on both databases: what is asked for comes, in order, and again when somebody has written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from textual.message import Message

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, register, update
from deskterm.tui.panes.page_cache import PAGE
from deskterm.tui.workers.messages import (
    CardRead,
    CountsRead,
    DeskFound,
    ListRead,
    PageRead,
    QueueQuery,
    ReadFailed,
    SoonRead,
    WholeRead,
)
from deskterm.tui.workers.read_worker import Feed
from small_desk import at, small_desk

M = TypeVar("M", bound=Message)
PATIENCE = 30.0


@dataclass
class Post:
    """What the feed has said."""

    said: list[Message] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, message: Message) -> None:
        with self.came:
            self.said.append(message)
            self.came.notify_all()

    def first(self, kind: type[M], after: int = 0, holds: Callable[[M], bool] = lambda message: True) -> M:
        """Wait for an answer of a kind."""

        def found() -> M | None:
            return next((m for m in self.said[after:] if isinstance(m, kind) and holds(m)), None)

        with self.came:
            assert self.came.wait_for(lambda: found() is not None, PATIENCE), [type(m).__name__ for m in self.said]
            answer = found()
            assert answer is not None
            return answer


@dataclass
class Reading:
    desk: DeskSession
    feed: Feed
    post: Post

    def now_said(self) -> int:
        return len(self.post.said)


@pytest.fixture
def reading(store_url: str) -> Iterator[Reading]:
    """A desk with two and a half pages of tickets, and a feed that is open on it."""
    desk = small_desk(store_url)
    for number in range(PAGE * 2 + PAGE // 2):
        register.register(desk, type="fault", severity="low", subject=f"Matter {number}", now=at(number / 60))
    post = Post()
    feed = Feed(store_url, "sam", lambda: int(at(10).timestamp()), post)
    feed.start(QueueQuery(view="open", rows=20))
    yield Reading(desk, feed, post)
    feed.stop()
    desk.store.close()


def test_the_desk_and_its_first_screen_come_by_themselves(reading: Reading) -> None:
    assert reading.post.first(DeskFound).desk.me.role == "agent"
    found = reading.post.first(ListRead)
    assert found.total == 250
    assert found.pages[0][0].subject == "Matter 0"
    assert found.pages[0][0].status_label == "New"
    counts = reading.post.first(CountsRead, holds=lambda m: m.views[0].total is not None)
    assert {view.key: view.total for view in counts.views}["unassigned"] == 250
    assert reading.post.first(SoonRead).rows[0].metric == "Response"


def test_time_left_is_counted_in_the_calendar_of_the_clock(reading: Reading) -> None:
    row = reading.post.first(ListRead).pages[0][0]
    assert row.calendar is not None
    assert row.left(int(at(0).timestamp())) == 3600
    assert row.left(int(at(-120).timestamp())) == 7200  # an hour before the desk opens does not count


def test_pages_join_without_gap_or_repetition(reading: Reading) -> None:
    reading.post.first(ListRead)
    look = QueueQuery(view="open", rows=20)
    reading.feed.pages(look, [2, 1])
    last = reading.post.first(PageRead, holds=lambda m: m.page == 2).rows
    middle = reading.post.first(PageRead, holds=lambda m: m.page == 1).rows
    assert [row.subject for row in middle] == [f"Matter {n}" for n in range(PAGE, 2 * PAGE)]
    assert [row.subject for row in last] == [f"Matter {n}" for n in range(2 * PAGE, 2 * PAGE + PAGE // 2)]


def test_a_ticket_keeps_the_cursor_wherever_it_moves(reading: Reading) -> None:
    first = reading.post.first(ListRead).pages[0][0]
    update.set_severity(reading.desk, first.number + 200, "high", now=at(5))
    before = reading.now_said()
    reading.feed.look(QueueQuery(view="open", number=first.number + 120, cursor=120, first=110, rows=20))
    found = reading.post.first(ListRead, before)
    assert found.cursor == 121
    assert found.pages[1][21].number == first.number + 120


def test_the_cursor_stays_in_place_when_its_ticket_has_left(reading: Reading) -> None:
    first = reading.post.first(ListRead).pages[0][0]
    update.move(reading.desk, first.number + 3, "solved", now=at(5))
    before = reading.now_said()
    reading.feed.look(QueueQuery(view="open", number=first.number + 3, cursor=3, rows=20))
    found = reading.post.first(ListRead, before)
    assert (found.cursor, found.total) == (3, 249)
    assert found.pages[0][3].number == first.number + 4


def test_somebody_elses_write_is_read_unasked(reading: Reading) -> None:
    first = reading.post.first(ListRead).pages[0][0]
    reading.feed.open(first.number)
    reading.post.first(CardRead)
    reading.post.first(SoonRead)
    before = reading.now_said()
    assignment.assign(reading.desk, first.number, "kim", now=at(5))
    again = reading.post.first(CardRead, before, lambda m: m.card is not None and m.card.line.assignee == "kim")
    assert again.card is not None
    assert again.card.turns[-1].words == "assignee none → kim, team none → First line"


def test_a_filter_and_a_whole_list(reading: Reading) -> None:
    reading.post.first(ListRead)
    before = reading.now_said()
    look = QueueQuery(view="open", match="matter 24", rows=20)
    reading.feed.look(look)
    found = reading.post.first(ListRead, before, lambda m: m.look.match != "")
    assert found.total == 11
    reading.feed.whole(look, 500)
    assert len(reading.post.first(WholeRead, before).rows) == 11


def test_a_ticket_that_is_not_there_is_none(reading: Reading) -> None:
    reading.post.first(ListRead)
    reading.feed.open(4711)
    assert reading.post.first(CardRead).card is None


def test_a_desk_that_is_not_there_is_told(tmp_path: object) -> None:
    post = Post()
    feed = Feed(f"sqlite:///{tmp_path}/nowhere.sqlite3", "sam", lambda: 0, post)
    feed.start(QueueQuery())
    assert "nowhere.sqlite3" in str(post.first(ReadFailed).error)
    feed.stop()

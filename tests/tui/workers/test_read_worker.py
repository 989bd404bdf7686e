"""The read thread on both databases: requests are answered in order, and again when somebody has written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from textual.message import Message

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, register, update
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.queue import Viewer
from deskterm.tui.panes.rows.page_cache import PAGE
from deskterm.tui.workers.messages import (
    ArrivalsRead,
    CountsRead,
    DeskRead,
    ListRead,
    NextBreachesRead,
    PageRead,
    QueueQuery,
    ReadFailed,
    TicketRead,
    WholeListRead,
)
from deskterm.tui.workers.read_worker import ReadWorker
from small_desk import at, small_desk
from store_templates import copy_store

M = TypeVar("M", bound=Message)
_LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT max(i) FROM n"
PATIENCE = 30.0
"""Seconds to wait for an answer."""


@dataclass
class Answers:
    """The messages that the read thread has posted."""

    posted: list[Message] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, message: Message) -> None:
        with self.arrived:
            self.posted.append(message)
            self.arrived.notify_all()

    def wait_for(self, kind: type[M], after: int = 0, holds: Callable[[M], bool] = lambda message: True) -> M:
        """Wait for an answer of a kind. after: the number of messages posted before it; holds: what must be true of
        it."""

        def find() -> M | None:
            return next((m for m in self.posted[after:] if isinstance(m, kind) and holds(m)), None)

        with self.arrived:
            assert self.arrived.wait_for(lambda: find() is not None, PATIENCE), [type(m).__name__ for m in self.posted]
            answer = find()
            assert answer is not None
            return answer


@dataclass
class Reads:
    """A desk, and a read thread on it with its answers."""

    desk: DeskSession
    worker: ReadWorker
    answers: Answers

    def count(self) -> int:
        """Return the number of messages posted so far."""
        return len(self.answers.posted)


def _create(url: str) -> Store:
    desk = small_desk(url)
    for number in range(PAGE * 2 + PAGE // 2):
        register.register(desk, type="fault", severity="low", subject=f"Matter {number}", now=at(number / 60))
    return desk.store


@pytest.fixture
def reads(store_url: str) -> Iterator[Reads]:
    """A desk with two and a half pages of tickets, and a read thread on it."""
    desk = open_desk(copy_store(store_url, ("two and a half pages",), _create), "ann")
    answers = Answers()
    worker = ReadWorker(store_url, "sam", lambda: int(at(10).timestamp()), answers)
    worker.start(QueueQuery(view="open", rows=20))
    yield Reads(desk, worker, answers)
    worker.stop()
    desk.store.close()


def test_the_desk_and_its_first_screen_come_by_themselves(reads: Reads) -> None:
    assert reads.answers.wait_for(DeskRead).desk.agent.role == "agent"
    found = reads.answers.wait_for(ListRead)
    assert found.total == 250
    assert found.pages[0][0].subject == "Matter 0"
    assert found.pages[0][0].status_label == "New"
    counts = reads.answers.wait_for(CountsRead, holds=lambda m: m.views[0].total is not None)
    assert {view.key: view.total for view in counts.views}["unassigned"] == 250
    assert reads.answers.wait_for(NextBreachesRead).rows[0].metric == "Response"


def test_time_left_is_counted_in_the_calendar_of_the_clock(reads: Reads) -> None:
    row = reads.answers.wait_for(ListRead).pages[0][0]
    assert row.calendar is not None
    assert row.seconds_left(int(at(0).timestamp())) == 3600
    assert row.seconds_left(int(at(-120).timestamp())) == 7200  # an hour before the desk opens does not count


def test_pages_join_without_gap_or_repetition(reads: Reads) -> None:
    reads.answers.wait_for(ListRead)
    query = QueueQuery(view="open", rows=20)
    reads.worker.read_pages(query, [2, 1])
    last = reads.answers.wait_for(PageRead, holds=lambda m: m.page == 2).rows
    middle = reads.answers.wait_for(PageRead, holds=lambda m: m.page == 1).rows
    assert [row.subject for row in middle] == [f"Matter {n}" for n in range(PAGE, 2 * PAGE)]
    assert [row.subject for row in last] == [f"Matter {n}" for n in range(2 * PAGE, 2 * PAGE + PAGE // 2)]


def test_a_ticket_keeps_the_cursor_wherever_it_moves(reads: Reads) -> None:
    first = reads.answers.wait_for(ListRead).pages[0][0]
    update.set_severity(reads.desk, first.number + 200, "high", now=at(5))
    before = reads.count()
    reads.worker.read_list(QueueQuery(view="open", number=first.number + 120, cursor=120, first=110, rows=20))
    found = reads.answers.wait_for(ListRead, before)
    assert found.cursor == 121
    assert found.pages[1][21].number == first.number + 120


def test_the_cursor_stays_in_place_when_its_ticket_has_left(reads: Reads) -> None:
    first = reads.answers.wait_for(ListRead).pages[0][0]
    update.move(reads.desk, first.number + 3, "solved", now=at(5))
    before = reads.count()
    reads.worker.read_list(QueueQuery(view="open", number=first.number + 3, cursor=3, rows=20))
    found = reads.answers.wait_for(ListRead, before)
    assert (found.cursor, found.total) == (3, 249)
    assert found.pages[0][3].number == first.number + 4


def test_somebody_elses_write_is_read_unasked(reads: Reads) -> None:
    first = reads.answers.wait_for(ListRead).pages[0][0]
    reads.worker.open_ticket(first.number)
    reads.answers.wait_for(TicketRead)
    reads.answers.wait_for(NextBreachesRead)
    before = reads.count()
    assignment.assign(reads.desk, first.number, "kim", now=at(5))
    again = reads.answers.wait_for(
        TicketRead, before, lambda m: m.ticket is not None and m.ticket.line.assignee == "kim"
    )
    assert again.ticket is not None
    assert again.ticket.timeline[-1].text == "assignee none → kim, team none → First line"


def test_a_filter_and_a_whole_list(reads: Reads) -> None:
    reads.answers.wait_for(ListRead)
    before = reads.count()
    query = QueueQuery(view="open", match='"matter 24"', rows=20)
    reads.worker.read_list(query)
    found = reads.answers.wait_for(ListRead, before, lambda m: m.query.match != "")
    assert found.total == 11
    reads.worker.read_whole_list(query, 500)
    assert len(reads.answers.wait_for(WholeListRead, before).rows) == 11


def test_a_ticket_that_is_not_there_is_none(reads: Reads) -> None:
    reads.answers.wait_for(ListRead)
    reads.worker.open_ticket(4711)
    assert reads.answers.wait_for(TicketRead).ticket is None


def test_a_desk_that_is_not_there_is_told(tmp_path: object) -> None:
    answers = Answers()
    worker = ReadWorker(f"sqlite:///{tmp_path}/nowhere.sqlite3", "sam", lambda: 0, answers)
    worker.start(QueueQuery())
    assert "nowhere.sqlite3" in str(answers.wait_for(ReadFailed).error)
    worker.stop()


@pytest.mark.law("C-44")
def test_a_ticket_goes_before_the_arrivals_that_are_being_looked_for(
    reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reads.answers.wait_for(ListRead).pages[0][0]
    reads.answers.wait_for(ArrivalsRead)
    lists = reads.worker._list_reader
    find_arrivals, begun = lists.find_arrivals, threading.Event()

    def find_slowly(reader: ReadConnection, query: QueueQuery, viewer: Viewer) -> dict[int, int]:
        if not begun.is_set():
            begun.set()
            reader.rows(_LONG if reader.dialect == "sqlite" else "SELECT pg_sleep(60)")
        return find_arrivals(reader, query, viewer)

    monkeypatch.setattr(lists, "find_arrivals", find_slowly)
    before = reads.count()
    reads.worker.read_list(QueueQuery(view="open", number=first.number, rows=20))
    assert begun.wait(PATIENCE)
    time.sleep(0.3)  # until the statement runs
    reads.worker.open_ticket(first.number)
    reads.answers.wait_for(TicketRead, before)
    reads.answers.wait_for(ArrivalsRead, before)
    kinds = [type(answer) for answer in reads.answers.posted[before:]]
    assert kinds.index(TicketRead) < kinds.index(ArrivalsRead)

"""The queue at a hundred and at a hundred thousand rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from deskterm.tui.panes.columns import DUE_WIDTH, fit, make_columns
from deskterm.tui.panes.queue import HEADER, Queue
from deskterm.tui.panes.rows.page_cache import KEPT, PAGE, Pages
from tui.queue_rows import NOW, line, pages


@dataclass
class QueueSession:
    """A queue under test, and the messages that it posts."""

    queue: Queue
    pilot: Pilot[None]
    requested: list[int] = field(default_factory=list)
    moved: list[int | None] = field(default_factory=list)


class QueueApp(App[None]):
    """A queue without the other panes."""

    CSS = "Queue { height: 100%; }"

    def __init__(self, queue: Queue) -> None:
        super().__init__()
        self.queue = queue
        self.requested: list[int] = []
        self.moved: list[int | None] = []

    def compose(self) -> ComposeResult:
        yield self.queue

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"faint": "#888888", "session": "#333333", "idle-border": "#444444"}

    def on_queue_pages_missing(self, message: Queue.PagesMissing) -> None:
        self.requested += message.pages

    def on_queue_cursor_moved(self, message: Queue.CursorMoved) -> None:
        self.moved.append(message.line.number if message.line else None)


@asynccontextmanager
async def open_queue(count: int, queue: Queue | None = None) -> AsyncIterator[QueueSession]:
    queue = queue or Queue(NOW)
    app = QueueApp(queue)
    async with app.run_test(size=(80, 21)) as pilot:
        queue.show(count, pages(count, [0]), 0, NOW)
        await pilot.pause()
        yield QueueSession(queue, pilot, app.requested, app.moved)


def deliver(queue: Queue, requested: list[int]) -> None:
    """Hand a queue the pages that it asked for."""
    for page, rows in pages(queue.count, requested).items():
        queue.add(page, rows)
    requested.clear()


@pytest.mark.parametrize("count", [100, 100_000])
async def test_the_last_row_is_reached_at_once(count: int) -> None:
    async with open_queue(count) as session:
        session.queue.edge(last=True)
        await session.pilot.pause()
        deliver(session.queue, session.requested)
        await session.pilot.pause()
        assert session.queue.current is not None
        assert session.queue.current.number == 1000 + count
        assert session.queue.first_row == count - session.queue.height_in_rows
        assert session.moved[-1] == 1000 + count
        session.queue.edge(last=False)
        assert (session.queue.cursor, session.queue.first_row) == (0, 0)


@pytest.mark.parametrize("count", [100, 100_000])
async def test_a_page_down_keeps_the_cursor_on_its_line_of_the_screen(count: int) -> None:
    async with open_queue(count) as session:
        session.queue.move(3)
        session.queue.page(1)
        assert session.queue.cursor == 3 + session.queue.height_in_rows
        assert session.queue.cursor - session.queue.first_row == 3
        session.queue.page(-1)
        assert (session.queue.cursor, session.queue.first_row) == (3, 0)


async def test_the_pages_around_the_screen_are_asked_for_once() -> None:
    async with open_queue(100_000) as session:
        session.queue.move_to(95)
        await session.pilot.pause()
        assert session.requested == [1]
        session.queue.move(1)
        await session.pilot.pause()
        assert session.requested == [1]


async def test_a_row_that_is_not_read_yet_is_no_ticket() -> None:
    async with open_queue(100_000) as session:
        session.queue.move_to(50_000)
        assert session.queue.current is None
        session.queue.toggle_mark()
        assert session.queue.marks == {}


async def test_marks_are_kept_by_ticket() -> None:
    async with open_queue(300) as session:
        session.queue.toggle_mark()
        session.queue.toggle_mark()
        assert list(session.queue.marks) == [1001, 1002]
        assert session.queue.cursor == 2
        session.queue.move_to(0)
        session.queue.toggle_mark()
        assert list(session.queue.marks) == [1002]


async def test_a_new_list_keeps_the_cursor_on_its_line_of_the_screen() -> None:
    async with open_queue(100_000) as session:
        session.queue.move_to(300)
        before = session.queue.cursor - session.queue.first_row
        session.queue.show(100_000, pages(100_000, [4, 5]), 450, NOW)
        assert session.queue.cursor == 450
        assert session.queue.cursor - session.queue.first_row == before


async def test_a_shorter_list_takes_the_cursor_to_its_end() -> None:
    async with open_queue(300) as session:
        session.queue.move_to(250)
        session.queue.show(2, pages(2, [0]), 250, NOW)
        assert (session.queue.cursor, session.queue.first_row) == (1, 0)
        session.queue.show(0, {}, 0, NOW)
        assert session.queue.current is None


class RecordingQueue(Queue):
    """A queue that records the regions it repaints."""

    painted: list[tuple[int, int]]

    def refresh(self, *regions: Region, **options: bool) -> Self:
        self.painted = [*getattr(self, "painted", []), *((region.y, region.width) for region in regions)]
        return super().refresh(*regions, **options)


async def test_a_tick_paints_only_the_due_cells_that_changed() -> None:
    async with open_queue(100, RecordingQueue(NOW)) as session:
        assert isinstance(session.queue, RecordingQueue)
        rows = [line(1, due=NOW + 600), line(2, due=NOW + 14_430), line(3, due=NOW + 660)]
        session.queue.show(3, {0: rows}, 0, NOW)
        await session.pilot.pause()
        session.queue.painted = []
        session.queue.tick(NOW + 1)
        assert session.queue.painted == [(1, DUE_WIDTH), (3, DUE_WIDTH)]


async def test_a_list_that_is_read_again_has_one_cursor() -> None:
    async with open_queue(10, RecordingQueue(NOW)) as session:
        assert isinstance(session.queue, RecordingQueue)
        await session.pilot.pause()
        session.queue.painted = []
        session.queue.show(10, pages(10, [0]), 3, NOW)
        painted = {y for y, _ in session.queue.painted}
        assert {HEADER, HEADER + 3} <= painted, "the row that the cursor left, and the one it is on"


@given(st.integers(0, 1_000_000), st.integers(-500, 1_000_500), st.integers(0, 500))
def test_missing_pages_lie_within_the_list(count: int, first: int, rows: int) -> None:
    missing = Pages(count).missing(first, first + rows)
    assert all(0 <= page * PAGE < count for page in missing)


def test_far_pages_are_let_go() -> None:
    kept = Pages(1_000_000)
    for page in range(100):
        kept.add(page, pages(1_000_000, [page])[page], page * PAGE)
    assert kept.row(99 * PAGE) is not None
    assert kept.row(0) is None
    assert len(kept.missing(0, 100 * PAGE - 1)) == 100 - KEPT


@pytest.mark.parametrize("width", range(40, 240, 7))
def test_columns_fit_their_list(width: int) -> None:
    used = DUE_WIDTH + sum(column.width + 1 for column in make_columns(width, 4, 24)) - 1
    assert used <= max(width, 60)


@pytest.mark.parametrize("width", range(112, 241))
def test_the_subject_is_read_before_anything_else_is_added(width: int) -> None:
    assert next(column.width for column in make_columns(width, 4, 24) if column.title == "Subject") >= 38


@given(st.text(), st.integers(1, 60))
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width

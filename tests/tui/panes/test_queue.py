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

from deskterm.tui.panes.columns import DUE_WIDTH, columns, due, fit
from deskterm.tui.panes.page_cache import KEPT, PAGE, Pages
from deskterm.tui.panes.queue import Queue
from tui.queue_rows import NOW, line, pages


@dataclass
class Listing:
    """A queue and what it says."""

    queue: Queue
    pilot: Pilot[None]
    wanted: list[int] = field(default_factory=list)
    moved: list[int | None] = field(default_factory=list)


class Alone(App[None]):
    """A queue by itself."""

    CSS = "Queue { height: 100%; }"

    def __init__(self, queue: Queue) -> None:
        super().__init__()
        self.queue = queue
        self.wanted: list[int] = []
        self.moved: list[int | None] = []

    def compose(self) -> ComposeResult:
        yield self.queue

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"faint": "#888888", "here": "#333333", "rule": "#444444"}

    def on_queue_wanted(self, message: Queue.Wanted) -> None:
        self.wanted += message.pages

    def on_queue_moved(self, message: Queue.Moved) -> None:
        self.moved.append(message.line.number if message.line else None)


@asynccontextmanager
async def listing(count: int, queue: Queue | None = None) -> AsyncIterator[Listing]:
    queue = queue or Queue(NOW)
    app = Alone(queue)
    async with app.run_test(size=(80, 21)) as pilot:
        queue.show(count, pages(count, [0]), 0, NOW)
        await pilot.pause()
        yield Listing(queue, pilot, app.wanted, app.moved)


def give(queue: Queue, wanted: list[int]) -> None:
    """Answer what a queue asked for."""
    for page, rows in pages(queue.count, wanted).items():
        queue.add(page, rows)
    wanted.clear()


@pytest.mark.parametrize("count", [100, 100_000])
async def test_the_last_row_is_reached_at_once(count: int) -> None:
    async with listing(count) as here:
        here.queue.edge(last=True)
        await here.pilot.pause()
        give(here.queue, here.wanted)
        await here.pilot.pause()
        assert here.queue.current is not None
        assert here.queue.current.number == 1000 + count
        assert here.queue.first_row == count - here.queue.height_in_rows
        assert here.moved[-1] == 1000 + count
        here.queue.edge(last=False)
        assert (here.queue.cursor, here.queue.first_row) == (0, 0)


@pytest.mark.parametrize("count", [100, 100_000])
async def test_a_page_down_keeps_the_cursor_on_its_line_of_the_screen(count: int) -> None:
    async with listing(count) as here:
        here.queue.move(3)
        here.queue.page(1)
        assert here.queue.cursor == 3 + here.queue.height_in_rows
        assert here.queue.cursor - here.queue.first_row == 3
        here.queue.page(-1)
        assert (here.queue.cursor, here.queue.first_row) == (3, 0)


async def test_the_pages_around_the_screen_are_asked_for_once() -> None:
    async with listing(100_000) as here:
        here.queue.move_to(95)
        await here.pilot.pause()
        assert here.wanted == [1]
        here.queue.move(1)
        await here.pilot.pause()
        assert here.wanted == [1]


async def test_a_row_that_is_not_read_yet_is_no_ticket() -> None:
    async with listing(100_000) as here:
        here.queue.move_to(50_000)
        assert here.queue.current is None
        here.queue.mark()
        assert here.queue.marks == {}


async def test_marks_are_kept_by_ticket() -> None:
    async with listing(300) as here:
        here.queue.mark()
        here.queue.mark()
        assert list(here.queue.marks) == [1001, 1002]
        assert here.queue.cursor == 2
        here.queue.move_to(0)
        here.queue.mark()
        assert list(here.queue.marks) == [1002]


async def test_a_new_list_keeps_the_cursor_on_its_line_of_the_screen() -> None:
    async with listing(100_000) as here:
        here.queue.move_to(300)
        before = here.queue.cursor - here.queue.first_row
        here.queue.show(100_000, pages(100_000, [4, 5]), 450, NOW)
        assert here.queue.cursor == 450
        assert here.queue.cursor - here.queue.first_row == before


async def test_a_shorter_list_takes_the_cursor_to_its_end() -> None:
    async with listing(300) as here:
        here.queue.move_to(250)
        here.queue.show(2, pages(2, [0]), 250, NOW)
        assert (here.queue.cursor, here.queue.first_row) == (1, 0)
        here.queue.show(0, {}, 0, NOW)
        assert here.queue.current is None


class Noting(Queue):
    """A queue that notes what it paints anew."""

    painted: list[tuple[int, int]]

    def refresh(self, *regions: Region, **options: bool) -> Self:
        self.painted = [*getattr(self, "painted", []), *((region.y, region.width) for region in regions)]
        return super().refresh(*regions, **options)


async def test_a_tick_paints_only_the_due_cells_that_changed() -> None:
    async with listing(100, Noting(NOW)) as here:
        assert isinstance(here.queue, Noting)
        rows = [line(1, due=NOW + 600), line(2, due=NOW + 14_430), line(3, due=NOW + 660)]
        here.queue.show(3, {0: rows}, 0, NOW)
        await here.pilot.pause()
        here.queue.painted = []
        here.queue.tick(NOW + 1)
        assert here.queue.painted == [(1, DUE_WIDTH), (3, DUE_WIDTH)]


@given(st.integers(0, 1_000_000), st.integers(-500, 1_000_500), st.integers(0, 500))
def test_missing_pages_lie_within_the_list(count: int, first: int, rows: int) -> None:
    missing = Pages(count).missing(first, first + rows)
    assert all(0 <= page * PAGE < count for page in missing)


def test_far_pages_are_let_go() -> None:
    held = Pages(1_000_000)
    for page in range(100):
        held.put(page, pages(1_000_000, [page])[page], page * PAGE)
    assert held.row(99 * PAGE) is not None
    assert held.row(0) is None
    assert len(held.missing(0, 100 * PAGE - 1)) == 100 - KEPT


@pytest.mark.parametrize("width", range(40, 240, 7))
def test_columns_fit_their_list(width: int) -> None:
    taken = DUE_WIDTH + sum(column.width + 1 for column in columns(width, 4, 24)) - 1
    assert taken <= max(width, 60)


@pytest.mark.parametrize("width", range(121, 241))
def test_the_subject_is_read_before_anything_else_is_added(width: int) -> None:
    assert next(column.width for column in columns(width, 4, 24) if column.title == "Subject") >= 50


@given(st.text(), st.integers(1, 60))
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"due": NOW + 1361}, "▲    22:41"),
        ({"due": NOW + 11_232}, "●  3h 07m"),
        ({"due": NOW - 12}, "✖    −0:12"),
        ({"due": None, "resting": True}, "‖   paused"),
        ({"due": None}, "·        –"),
        ({"due": None, "category": "solved"}, "✓   solved"),
        ({"due": NOW + 11_232, "breached": True}, "✖  3h 07m"),
    ],
)
def test_the_due_column_says_how_a_ticket_stands(changed: dict[str, object], shown: str) -> None:
    cell, _ = due(line(1, **changed), NOW)  # type: ignore[arg-type]
    assert cell.split() == shown.split()


def test_time_left_is_working_time() -> None:
    monday_to_tuesday = line(1, due=NOW + 24 * 3600)
    assert due(monday_to_tuesday, NOW)[0].split() == ["●", "8h", "00m"]

"""What comes into a list moves no row under the cursor: the title counts it, and a key goes there (C-06)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.tickets import register, update
from deskterm.store.db.engine import Store, open_store
from small_desk import at, small_desk
from store_templates import copy_store
from tui.console_session import open_console

ROWS = 20


def _create(url: str) -> Store:
    desk = small_desk(url)
    for number in range(ROWS):
        register.register(
            desk, type="fault", severity="low", subject=f"Matter {number}", requester="Kim", now=at(number)
        )
    return desk.store


@pytest.mark.law("C-06")
async def test_new_tickets_are_counted_out_of_sight_and_a_key_goes_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    copy_store(url, ("twenty faults",), _create).close()
    async with open_console(url, size=(120, 24)) as console:
        queue = console.panes.queue
        await console.run("order", "-number")
        await console.pilot.press("G")
        await console.wait_for_ticket(1001)
        top = queue.first_row
        colleague = open_desk(open_store(url), "ann")
        for _ in range(2):
            register.register(colleague, type="fault", severity="high", subject="New", requester="Kim", now=at(60))
        update.move(colleague, 1001, "working", now=at(60))
        colleague.store.close()
        await console.wait_for_text("22 open · 2 new ↑")
        # The rows stand still: two more are above them
        assert (queue.current and queue.current.number, queue.first_row) == (1001, top + 2)
        await console.pilot.press("g", "a")
        await console.wait_until(
            lambda: queue.current is not None and queue.current.subject == "New", "the cursor on what is new"
        )
        await console.wait_until(lambda: not console.workspace.arrivals.name(), "nothing new out of sight")
        assert "new ↑" not in console.screen_text()
        await console.pilot.press("G", "g", "a")
        await console.wait_for_notice("Nothing has come into this list")


@pytest.mark.law("C-06")
async def test_what_moves_within_a_list_is_not_new_and_another_list_begins_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    copy_store(url, ("twenty faults",), _create).close()
    async with open_console(url, size=(120, 24), view="mine") as console:
        assert console.panes.queue.count == 0
        await console.run("view", "open")
        await console.run("order", "-number")
        await console.run("assign", "sam")
        await console.wait_until(lambda: not console.busy(), "the act")
        assert console.workspace.arrivals.name() == ""
        await console.pilot.press("G")
        await console.run("view", "mine")
        await console.wait_until(lambda: console.panes.queue.count == 1, "the list")
        assert console.workspace.arrivals.name() == ""


@pytest.mark.law("C-01", "C-06")
async def test_no_arrival_of_the_list_before_is_counted_or_gone_to_in_another_list(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    copy_store(url, ("twenty faults",), _create).close()
    async with open_console(url, size=(120, 24)) as console:
        await console.run("order", "-number")
        await console.pilot.press("G")
        await console.wait_for_ticket(1001)
        colleague = open_desk(open_store(url), "ann")
        register.register(colleague, type="fault", severity="high", subject="New", requester="Kim", now=at(60))
        colleague.store.close()
        await console.wait_for_text("21 open · 1 new ↑")
        browser = console.workspace.browser
        # In another order it has another index, until that is read
        browser.sort("number")
        assert browser.arrivals.name() == ""
        await console.wait_for_text("1 new ↓")
        browser.show_view("mine")
        assert browser.arrivals.name() == ""

"""The wall: live, and a way to the tickets behind its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.tickets import register
from deskterm.tui.screens.wall import WallScreen
from small_desk import at, small_desk
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_as_colleague
from tui.real_terminal import Start
from tui.test_bursts import leave


async def open_wall(console: ConsoleSession) -> WallScreen:
    await console.pilot.press("W")
    await console.wait_until(lambda: isinstance(console.app.screen, WallScreen), "the wall")
    await console.wait_for_text("open · today")
    wall = console.app.screen
    assert isinstance(wall, WallScreen)
    return wall


@pytest.mark.law("C-14")
async def test_it_follows_what_colleagues_do(url: str) -> None:
    async with open_console(url) as console:
        await open_wall(console)
        await console.wait_for_text("4 open · today 4 arrived")
        desk = open_as_colleague(url)
        register.register(desk, type="fault", severity="high", subject="More", now=at(60))
        desk.store.close()
        await console.wait_for_text("5 open · today 5 arrived")


@pytest.mark.law("C-14")
async def test_a_figure_leads_to_its_tickets(url: str) -> None:
    async with open_console(url) as console:
        await open_wall(console)
        await console.pilot.press("3")
        await console.wait_until(lambda: console.workspace.queue_query.view == "unassigned", "the view")
        assert console.app.screen is console.screen


@pytest.mark.law("C-14")
async def test_a_ticket_is_given_to_somebody_from_the_wall(url: str) -> None:
    async with open_console(url) as console:
        wall = await open_wall(console)
        chosen = wall.query_one("#wall-next").number  # type: ignore[attr-defined]
        await console.pilot.press("a")
        await console.wait_for_text(f"Assign {chosen} to")
        await console.pilot.press(*"kim", "enter")
        await console.wait_until(lambda: load_detail(url, chosen).row.assignee == "kim", "the assignee")
        await console.wait_until(lambda: isinstance(console.app.screen, WallScreen), "the wall again")


@pytest.mark.law("C-14")
def test_it_is_a_command_of_its_own_for_a_second_screen(tmp_path: Path, start: Start) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'simulated.sqlite3'}", simulated=True)
    register.register(desk, type="fault", severity="high", subject="The till is silent", now=at(0))
    desk.store.close()
    terminal = start(desk.store.url, words=("wall",), size=(180, 50))
    terminal.wait_for("Wall", "Next to breach", "Load", "Unassigned", "The till is silent")
    terminal.type("q")
    terminal.wait_for("1 Mine")
    leave(terminal)

"""The wall: live, and a way to the tickets behind its figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deskterm.desk.tickets import register
from deskterm.present.sanitize import Safe
from deskterm.tui.screens.wall.screen import WallAnswer, WallScreen
from deskterm.tui.settings.declarations import Settings
from deskterm.tui.settings.file import SettingsFile
from deskterm.tui.settings.preferences import Preferences
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
async def test_what_is_late_is_listed_exactly(url: str) -> None:
    """The view of breached tickets has those too that missed an earlier target, and are in time now."""
    async with open_console(url, minutes=75) as console:
        wall = await open_wall(console)
        late = wall._shown.tiles[0].figure if wall._shown is not None else 0
        assert late
        await console.pilot.press("1")
        await console.wait_until(lambda: console.workspace.queue_query.match == "is:late", "the filter")
        await console.wait_until(lambda: console.panes.queue.count == late, f"{late} rows")


@pytest.mark.law("C-14")
async def test_the_forecast_leads_to_its_tickets_and_the_sheet_comes_back_to_the_wall(url: str) -> None:
    async with open_console(url) as console:
        wall = await open_wall(console)
        await console.wait_for_text("the pace is not known yet")
        await console.pilot.press("m")
        await console.wait_for_notice("Nobody has room")
        await console.pilot.press("H")
        await console.wait_for_text("Who waits for what")
        await console.pilot.press("escape")
        await console.wait_until(lambda: isinstance(console.app.screen, WallScreen), "the wall again")
        wall = console.app.screen  # type: ignore[assignment]
        await console.wait_until(lambda: wall._shown is not None, "its figures")
        numbers = wall._shown.outlook.numbers  # type: ignore[union-attr]
        assert numbers
        await console.pilot.press("question_mark")
        await console.wait_for_text("Keys of the wall")
        await console.pilot.press("escape", "f")
        await console.wait_until(lambda: console.workspace.queue_query.match.startswith("number:"), "the filter")
        await console.wait_until(lambda: console.panes.queue.count == len(numbers), "the tickets of the forecast")


@pytest.mark.law("C-14")
async def test_it_says_what_it_has_at_every_size(url: str) -> None:
    async with open_console(url, size=(80, 24)) as console:
        await open_wall(console)
        for width, height in ((80, 24), (120, 40), (180, 50), (240, 60)):
            await console.pilot.resize_terminal(width, height)
            await console.wait_for_text("Hand-over 16:00 today")
            await console.wait_until(
                lambda width=width: ("██████" in console.screen_text()) is (width >= 180),  # type: ignore[misc]
                "digits that are read from three metres",
            )
            text = console.screen_text()
            for words in (
                "Late",
                "Due in 1 h",
                "Unassigned",
                "Escalated",
                "Urgent",
                "Waiting",
                "Load",
                "Next to breach",
            ):
                assert words in text, (words, width)
            assert "Met in 30 days" in text
            assert ("Nothing is escalated." in text) is (width >= 120)


@pytest.mark.law("C-14")
async def test_the_wall_rings_when_something_gets_late_and_not_where_that_is_off(url: str) -> None:
    for wanted in (True, False):
        preferences = Preferences(SettingsFile(Path(), Settings(wall_alerts=wanted)))
        async with open_console(url, minutes=29, preferences=preferences) as console:
            wall = await open_wall(console)
            rung: list[bool] = []
            console.app.bell = lambda rung=rung: rung.append(True)  # type: ignore[method-assign,misc]
            before = wall._shown.tiles[0].figure if wall._shown is not None else 0
            console.clock.advance(120 * 60)
            await console.wait_until(
                lambda wall=wall, before=before: wall._shown.tiles[0].figure > before,  # type: ignore[misc]
                "something late",
            )
            assert bool(rung) is wanted
            if wanted:
                await console.wait_for_notice("more late")
            await console.pilot.pause()
            assert bool(console.app._notifications) is wanted


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
async def test_a_ticket_is_moved_from_whoever_has_too_much(url: str) -> None:
    async with open_console(url) as console:
        wall = await open_wall(console)
        wall.query_one("#load").focus()
        assert wall._shown is not None
        assert wall._shown.loads[0].login == "", "nobody has all four"
        await console.pilot.press("a")
        await console.wait_for_text("Tickets of nobody")
        await console.pilot.press(*"1002", "enter")
        await console.wait_for_text("Assign 1002 to")
        await console.pilot.press(*"kim", "enter")
        await console.wait_until(lambda: load_detail(url, 1002).row.assignee == "kim", "the assignee")
        await console.wait_until(lambda: isinstance(console.app.screen, WallScreen), "the wall again")


@pytest.mark.law("C-14", "C-03")
async def test_what_colleagues_have_room_for_is_reassigned_as_one_act(url: str) -> None:
    async with open_console(url) as console:
        wall = await open_wall(console)
        before = [load_detail(url, number).row.assignee for number in (1001, 1002)]
        wall.dismiss(WallAnswer(moves=((1001, Safe("kim")), (1002, Safe("sam")))))
        await console.wait_for_text("Reassign 1001 to kim, 1002 to sam?")
        await console.pilot.press("y")
        await console.wait_until(lambda: load_detail(url, 1002).row.assignee == "sam", "the second")
        assert load_detail(url, 1001).row.assignee == "kim"
        await console.wait_until(lambda: isinstance(console.app.screen, WallScreen), "the wall again")
        await console.pilot.press("escape", "u")
        await console.wait_until(
            lambda: [load_detail(url, number).row.assignee for number in (1001, 1002)] == before, "both as they were"
        )


@pytest.mark.law("C-14")
def test_it_is_a_command_of_its_own_for_a_second_screen(tmp_path: Path, start: Start) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'simulated.sqlite3'}", simulated=True)
    register.register(desk, type="fault", severity="high", subject="The till is silent", now=at(0))
    desk.store.close()
    terminal = start(desk.store.url, words=("wall",), size=(180, 50))
    terminal.wait_for("Wall", "Next to breach", "Load", "Unassigned", "The till is silent")
    assert re.search(r"\x1b\]2;\d late · \d due · deskterm\x07".encode(), terminal.output), "how it stands"
    terminal.type("q")
    terminal.wait_for("1 Mine 0")
    leave(terminal)
    assert b"\x1b[23;0t" in terminal.output, "and is as it was"

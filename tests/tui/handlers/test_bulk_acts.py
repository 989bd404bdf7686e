"""Acts on several tickets say what was changed and what was not, and why (C-04)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.tickets import register, update
from deskterm.tui.dialogs.page import Page
from small_desk import at, small_desk
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail

pytestmark = pytest.mark.law("C-04")

NUMBERS = (1001, 1002, 1003, 1004)
IN_WORK = (1001, 1003)
"""Those that can wait for the customer: the others have to be taken up first."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk with four faults of an hour ago, two of them in work."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(place)
    request: dict[str, Any] = {"type": "fault", "requester": "Kim Novak", "email": "kim@larch.example"}
    for number in range(len(NUMBERS)):
        register.register(desk, subject=f"Matter {number}", body="It hurts.", **request, now=at(number))
    for number in IN_WORK:
        update.move(desk, number, "working", now=at(10))
    desk.store.close()
    return place


def marks(console: ConsoleSession) -> list[int]:
    return sorted(console.panes.queue.marks)


async def test_what_was_refused_stays_marked_and_its_reasons_are_one_key_away(url: str) -> None:
    async with open_console(url) as console:
        await console.run("mark-all")
        await console.run("status", "waiting")
        await console.wait_for_notice(
            "Moved 2 of 4 tickets to Waiting for customer · 2 could not be moved. Press ! for why."
        )
        assert marks(console) == [1002, 1004]
        assert [load_detail(url, number).row.status for number in NUMBERS] == ["waiting", "new", "waiting", "new"]
        await console.pilot.press("exclamation_mark")
        await console.wait_until(lambda: isinstance(console.app.screen, Page), "the page")
        await console.wait_for_text("2 could not be moved, of 4")
        text = console.screen_text()
        assert "1002  " in text
        assert "1004  " in text
        assert "Working on it" in text


async def test_where_all_are_refused_all_stay_marked(url: str) -> None:
    async with open_console(url) as console:
        await console.run("mark-all")
        await console.run("status", "closed")
        await console.wait_for_notice("(and 3 more: press ! for them)")
        assert marks(console) == list(NUMBERS)
        # A reason is there once, with all that it is for, and names no call of the command line (C-42)
        await console.pilot.press("exclamation_mark")
        await console.wait_for_text("The same for 1003.")
        assert "The same for 1004." in (text := console.screen_text())
        assert "deskterm ticket" not in text


async def test_marks_of_other_tickets_stay_when_one_is_acted_on_in_its_pane(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("space", "space")
        console.workspace.show_ticket(1004)
        await console.wait_for_ticket(1004)
        await console.run("assign", "kim")
        assert marks(console) == [1001, 1002]


async def test_gv_marks_the_last_ones_again_also_those_that_left_the_list(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("space", "space", "space")
        assert marks(console) == [1001, 1002, 1003]
        await console.run("status", "waiting")
        assert marks(console) == [1002]
        await console.run("status", "solved")
        assert marks(console) == []
        await console.pilot.press("g", "v")
        await console.wait_until(lambda: marks(console) == [1001, 1002, 1003], "the marks")
        # As they are now, not as they were when they were marked
        assert console.panes.queue.marks[1001].status_label == "Waiting for customer"
        await console.pilot.press("escape")
        assert marks(console) == []
        await console.pilot.press("g", "v")
        await console.wait_until(lambda: marks(console) == [1001, 1002, 1003], "the marks")


async def test_an_act_behind_marking_all_is_for_all(url: str) -> None:
    """Keys wait until the rows of the list have been read (C-02)."""
    async with open_console(url) as console:
        await console.pilot.press("asterisk", "A")
        await console.wait_for_notice("Assigned 4 tickets to you")
        await console.pilot.press("g", "v", "u")
        await console.wait_for_notice("has no team again, also on 3 other tickets")


async def test_nothing_to_mark_again_and_nothing_refused_are_said(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("g", "v")
        await console.wait_for_notice("Nothing was marked before")
        await console.pilot.press("exclamation_mark")
        await console.wait_for_notice("Nothing was refused")

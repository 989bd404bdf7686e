"""`.` does the last act again on the ticket under the cursor, with its values and never with its words (C-42)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskterm.desk.tickets import register
from small_desk import at, small_desk
from tui.console_session import ConsoleSession, open_console
from tui.four_tickets import load_detail, open_composer

pytestmark = pytest.mark.law("C-42")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A desk with five faults of an hour ago."""
    place = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(place)
    request: dict[str, Any] = {"type": "fault", "requester": "Kim Novak", "email": "kim@larch.example"}
    for number in range(5):
        register.register(desk, subject=f"Matter {number}", body="It hurts.", **request, now=at(number))
    desk.store.close()
    return place


async def press(console: ConsoleSession, *keys: str) -> None:
    """Press keys, and wait for the end of what they do."""
    await console.pilot.press(*keys)
    await console.wait_until(lambda: not console.busy(), "the end")


def load_tags(url: str) -> list[tuple[str, ...]]:
    return [load_detail(url, number).tags for number in range(1001, 1006)]


async def test_a_repeat_gives_the_same_values_to_the_row_that_the_cursor_is_on(url: str) -> None:
    async with open_console(url, "ann") as console:
        await console.run("tag", "vip")
        await console.run("severity", "high")
        await press(console, "full_stop")
        await console.wait_for_notice("is already as this would make it.")
        await console.run("goto", "1003")
        await press(console, "full_stop")
        await console.wait_for_notice("1003: severity Low → High")
        await console.run("goto", "1005")
        # Again the same act, and not only what was left of it on the ticket before
        await press(console, "full_stop")
        raised = [number for number in range(1001, 1006) if load_detail(url, number).row.severity == "high"]
        assert len(raised) == 3
        assert {1003, 1005} < set(raised)
        assert sorted(load_tags(url)) == [(), (), (), (), ("vip",)], "only the last act is repeated"
        assert not any(event.data.get("macro") for event in load_detail(url, 1005).events), "no macro of the library"
        await press(console, "u")
        assert load_detail(url, 1005).row.severity == "low"
        assert load_detail(url, 1003).row.severity == "high"


async def test_several_marked_tickets_are_repeated_on_as_one_act_and_a_repeat_that_changes_nothing_is_said(
    url: str,
) -> None:
    async with open_console(url, "ann") as console:
        await press(console, "full_stop")
        await console.wait_for_notice("Nothing was done here that could be repeated.")
        await console.run("assign", "sam")
        await press(console, "asterisk")
        await console.wait_until(lambda: len(console.panes.queue.marks) == 5, "the marks")
        await press(console, "full_stop")
        await console.wait_for_notice("Repeated on 4 of 5 tickets")
        assert {load_detail(url, number).row.assignee for number in range(1001, 1006)} == {"sam"}
        await press(console, "u")
        assert [load_detail(url, number).row.assignee for number in range(1001, 1006)].count("sam") == 1


async def test_what_was_written_is_never_written_again(url: str) -> None:
    async with open_console(url, "ann") as console:
        composer = await open_composer(console, "reply")
        composer.text = "Dear Kim, it is mended."
        await press(console, "ctrl+s")
        await press(console, "j", "full_stop")
        await console.wait_for_notice("is not repeated")
        for number in range(1001, 1006):
            words = [message.body for message in load_detail(url, number).messages]
            assert words.count("Dear Kim, it is mended.") <= 1
        assert sum(len(load_detail(url, number).messages) for number in range(1001, 1006)) == 6

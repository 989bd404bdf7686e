"""The line at the foot of the screen completes what was typed, or leaves it as it is."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from deskterm.tui.dialogs.prompt import Prompt, complete_by_part
from tui.console_session import open_console

LONG = "What does the requester of 1001 think? 4 quick and friendly, or complaint …"

SUGGESTIONS = (
    "status open-issue",
    "status under-investigation",
    "status client-sign-off",
    "status awaiting-client-info",
)


@pytest.mark.law("C-07", "C-42")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("status inv", "status under-investigation"),
        ("Status SIGN", "status client-sign-off"),
        ("status client", ""),
        ("status x", ""),
        ("status ", ""),
        ("inv", ""),
        ("severity inv", ""),
    ],
)
def test_a_value_is_completed_by_any_of_its_words_where_only_one_has_it(typed: str, completed: str) -> None:
    assert complete_by_part(typed, SUGGESTIONS) == completed


async def test_a_long_question_leaves_room_for_its_answer(url: str) -> None:
    async with open_console(url, size=(80, 24)) as console:
        for question, rows in (("Subject of 1001", 1), (LONG, 2)):
            console.screen.run_worker(console.workspace.ask(question))
            await console.wait_for_text(question)
            await console.pilot.pause()
            (line,) = console.screen.query(Prompt)
            assert line.size.height == rows
            assert line.query_one(Input).size.width >= 24
            assert line.region.bottom == console.panes.keys.region.y
            await console.pilot.press("escape")
        await console.pilot.resize_terminal(180, 50)
        console.screen.run_worker(console.workspace.ask(LONG))
        await console.wait_for_text(LONG)
        await console.pilot.pause()
        assert console.screen.query_one(Prompt).size.height == 1

"""The tour of the demo: it says what to press next, notices that it was done, and is never in the way (C-16)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.tui.tour import LAST_WORDS, STEPS, TourLine, TourProgress
from tui.console_session import ConsoleSession, open_console
from tui.real_terminal import Start
from tui.test_bursts import leave


def shown(console: ConsoleSession) -> str:
    line = console.screen.query(TourLine).first()
    return str(line.render())


async def wait_for_words(console: ConsoleSession, words: str) -> None:
    await console.wait_until(lambda: words in shown(console), words)


@pytest.mark.law("C-16")
async def test_each_step_leads_to_the_next_until_all_are_done(url: str) -> None:
    async with open_console(url) as console:
        await console.run("tour")
        presses = (
            ("j",),
            ("enter", "escape"),
            ("w", "escape"),
            ("n", *"Seen", "ctrl+s"),
            ("u",),
            ("slash", *"matter", "enter", "escape"),
            ("v",),
            ("W", "escape"),
            ("question_mark", "escape"),
        )
        assert len(presses) == len(STEPS)
        for place, keys in enumerate(presses, 1):
            await wait_for_words(console, f"Tour {place}/{len(STEPS)}")
            assert ("✓" in shown(console)) is (place > 1)
            await console.pilot.press(*keys)
            await console.wait_until(lambda: not console.busy(), "the end of the command")
        await console.wait_until(lambda: LAST_WORDS in shown(console), "the end")
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.screen.query(TourLine), "no tour")


@pytest.mark.law("C-16", "C-07")
async def test_escape_ends_it_at_any_step_where_nothing_else_is_left_to_leave(url: str) -> None:
    async with open_console(url) as console:
        await console.run("tour")
        await console.pilot.press("space", "escape")
        assert not console.panes.queue.marks
        assert console.screen.query(TourLine)
        await console.pilot.press("escape")
        await console.wait_until(lambda: not console.screen.query(TourLine), "no tour")


@pytest.mark.law("C-16")
def test_what_was_done_before_its_turn_is_not_asked_for() -> None:
    progress = TourProgress()
    for name in ("help", "back", "open", "down"):
        progress.note_command(name)
    progress.finish_steps(has_acted=False)
    assert progress.place == 1, "one has gone into the ticket, and not come back"
    progress.note_command("back")
    progress.note_command("note")
    progress.finish_steps(has_acted=False)
    assert progress.place == 2
    progress.note_command("why")
    progress.finish_steps(has_acted=False)
    assert progress.place == 3, "the note was not sent"
    progress.finish_steps(has_acted=True)
    assert progress.place == 4


@pytest.mark.law("C-16")
def test_a_new_desk_is_made_on_the_terminal_and_opens(tmp_path: Path, start: Start) -> None:
    terminal = start(f"sqlite:///{tmp_path / 'new.sqlite3'}", now=(), TZ="Europe/Madrid")
    terminal.wait_for("There is no desk at", "Try the demo")
    terminal.type("2\n")
    terminal.wait_for("What kind of desk?", "Two maintainers, UTC, weekends off")
    terminal.type("open-source\nBakery\n\n")
    terminal.wait_for("Time zone [Europe/Madrid]", "you are its admin", "Enter opens the desk")
    terminal.type("\n")
    terminal.wait_for("Bakery", "1 Mine 0")
    leave(terminal)

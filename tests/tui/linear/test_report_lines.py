"""A report for screen readers: its page in plain lines, then the figure under the cursor (C-43)."""

from __future__ import annotations

import pytest

from deskterm.tui.linear.announcer import Announcer
from deskterm.tui.screens.report.screen import ReportScreen
from tui.console_session import open_console


@pytest.mark.law("C-43")
async def test_a_report_is_read_out_once_and_then_figure_by_figure(url: str) -> None:
    said: list[str] = []
    announcer = Announcer(said.append)
    async with open_console(url, "ann", size=(180, 50)) as console:
        await console.pilot.press(*":report month month", "enter")
        await console.wait_until(lambda: isinstance(console.app.screen, ReportScreen), "the report")
        report = console.app.screen
        assert isinstance(report, ReportScreen)
        await console.wait_until(lambda: report.counted is not None and not report.is_counting, "its figures")
        announcer.look(report)
        assert said[0].startswith("Monthly report · November 2026 · all tickets · as of ")
        # One table after the other, also where the screen has two beside each other
        assert said.index("Severity Created Resolved Open Kept") < said.index("High 1 0 1 –")
        assert said[-1] == "Created 4"
        assert not {character for line in said for character in line if 0x2500 <= ord(character) < 0x25A0}
        said.clear()
        await console.pilot.press("l", "j")
        announcer.look(report)
        assert len(said) == 1, "only what is new"
        assert said[0].startswith("Created: 4")
        said.clear()
        report.action_period(-1)  # a key would be over only when the small desk is counted
        announcer.look(report)
        await console.wait_until(lambda: not report.is_counting, "the month before")
        announcer.look(report)
        assert said[0] == "counting Monthly report · October 2026 …"
        assert said[1].endswith(" to Sun 01 Nov 2026 00:00 GMT")

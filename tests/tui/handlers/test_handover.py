"""The hand-over sheet in the console (C-15)."""

from __future__ import annotations

import pytest

from tui.console_session import open_console


@pytest.mark.law("C-15")
async def test_the_sheet_opens_by_its_keys_and_by_its_name(url: str) -> None:
    async with open_console(url) as console:
        await console.pilot.press("g", "h")
        await console.wait_for_text("Who waits for what")
        text = console.screen_text()
        assert "due before the next working day ends" in text
        assert "Matter 0" in text
        await console.pilot.press("escape")
        await console.wait_until(lambda: console.app.screen is console.screen, "the desk")
        await console.pilot.press("colon", *"handover", "enter")
        await console.wait_for_text("Hand-over · ")

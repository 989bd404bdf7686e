"""The dialog of columns: shown, put in order and sorted by, and kept for the view (C-10)."""

from __future__ import annotations

import pytest

from deskterm.tui.dialogs.columns import ColumnsDialog
from deskterm.tui.settings.preferences import Preferences
from tui.console_session import ConsoleSession, open_console

pytestmark = pytest.mark.law("C-10")


async def open_dialog(console: ConsoleSession) -> None:
    await console.pilot.press("g", "c")
    await console.wait_until(lambda: isinstance(console.app.screen, ColumnsDialog), "the dialog")


async def test_columns_are_chosen_put_in_order_and_sorted_by_with_keys(url: str) -> None:
    """Their names had to be known, and typed behind `:columns`."""
    async with open_console(url, preferences=Preferences()) as console:
        queue = console.panes.queue
        usual = [*queue.column_names]
        assert usual[:4] == ["number", "severity", "status", "subject"]
        expected = ["status", "number", *usual[3:]]
        await open_dialog(console)
        await console.wait_for_text("Columns of All open")
        # The number behind the status, the severity away, and the highest number first
        await console.pilot.press("j", "J", "J", "s", "s", "k", "k", "space", "enter")
        await console.wait_until(lambda: queue.column_names == expected, "the columns")
        await console.wait_until(lambda: console.workspace.queue_query.order == "-number", "the order")
        await open_dialog(console)
        await console.wait_for_text("▼ sorted by")
        await console.pilot.press("escape")
        assert queue.column_names == expected
        await open_dialog(console)
        await console.pilot.press("s", "s", "s", "minus")
        await console.wait_until(lambda: queue.column_names == usual, "those that suit the width")
        await console.wait_until(lambda: console.workspace.queue_query.order == "order", "the order of work")

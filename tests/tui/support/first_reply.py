"""Run as a program: open the console on a desk, send one reply, and print the modules that sending it imported."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import datetime

from deskterm.tui.app import DeskApp
from deskterm.tui.preload import PRELOAD
from deskterm.tui.screens.desk import DeskScreen


async def imported_by_first_reply(url: str, moment: datetime) -> list[str]:
    """Return the modules that are imported between the first key of a reply and its end."""
    app = DeskApp(url, "sam", lambda: moment)
    async with app.run_test(size=(120, 40)) as pilot:

        async def wait_until(condition: Callable[[], bool]) -> None:
            while not condition():
                await pilot.pause(0.01)

        screen = app.screen
        assert isinstance(screen, DeskScreen)
        workspace = screen.workspace
        await wait_until(lambda: bool(workspace.queue_query.view))
        workspace.show_view("open")
        await wait_until(lambda: workspace.open_ticket is not None and set(PRELOAD) <= set(sys.modules))
        await workspace.run(lambda desk: None)  # waits for the import of the last of them
        before = set(sys.modules)
        await pilot.press("r")
        await wait_until(lambda: workspace.composer is not None)
        await pilot.press(*"Done", "ctrl+s")
        await wait_until(lambda: workspace.composer is None and workspace.acts.last is not None)
        return sorted(set(sys.modules) - before)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(imported_by_first_reply(sys.argv[1], datetime.fromisoformat(sys.argv[2])))))

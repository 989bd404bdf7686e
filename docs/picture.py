"""The console on the demo desk, as a picture: a set moment, so that the same code gives the same picture."""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

SIZE = (140, 38)
MORNING = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)


def console_picture() -> str:
    """An SVG of the desk screen, twenty seconds into the demo's morning."""
    from deskterm.exchange.demo.build import build_demo_desk

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'demo.sqlite3'}"
        build_demo_desk(url, morning=MORNING, real_now=MORNING, admin_login="sam").close()
        return asyncio.run(_drawn(url, MORNING + timedelta(seconds=20)))


async def _drawn(url: str, moment: datetime) -> str:
    from deskterm.tui.app import DeskApp
    from deskterm.tui.screens.desk import DeskScreen

    app = DeskApp(url, "sam", lambda: moment)
    async with app.run_test(size=SIZE) as pilot:
        await app.workers.wait_for_complete()
        for _ in range(200):
            await pilot.pause(0.02)
            if isinstance(app.screen, DeskScreen) and app.screen.workspace.open_ticket is not None:
                break
        await pilot.press("j")
        await pilot.pause(0.3)
        drawn = app.export_screenshot(title="deskterm demo")
    # Rich names its classes after a checksum of the drawing: steady, but for nothing that anybody reads
    return re.sub(r"terminal-\d+-", "terminal-", drawn)

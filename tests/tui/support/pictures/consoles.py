"""Consoles for pictures: their clock stands still, and nothing moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from deskterm.tui.settings.declarations import Settings
from deskterm.tui.settings.file import SettingsFile
from deskterm.tui.settings.preferences import Preferences
from tui.support.pictures.canvas import CanvasApp, count_change
from tui.support.pictures.looks import NO_COLOUR, Place
from tui.support.pictures.walk import Walker


@asynccontextmanager
async def open_walk(
    url: str, login: str, moment: datetime, place: Place, environment: pytest.MonkeyPatch
) -> AsyncIterator[Walker]:
    """Open the console of pictures on a desk, and wait until all that is in sight has been read. environment: its
    variables, in which those of the terminal that runs the tests are hidden."""
    size, look = place
    environment.setattr(Screen, "_compositor_refresh", count_change)
    for name in ("NO_COLOR", "COLORFGBG", "FORCE_COLOR"):
        environment.delenv(name, raising=False)
    if look == NO_COLOUR:
        environment.setenv("NO_COLOR", "1")
    settings: dict[str, Any] = {} if look == NO_COLOUR else {"theme": look}
    preferences = Preferences(SettingsFile(Path("settings.toml"), Settings(**settings)))
    app = CanvasApp(url, login, lambda: moment, preferences=preferences)
    async with app.run_test(size=size, notifications=True) as pilot:
        walker = Walker(app, pilot)
        await walker.wait_for_lists()
        yield walker

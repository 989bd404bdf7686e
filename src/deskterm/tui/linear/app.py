"""The part of the application that differs for screen readers: lines instead of frames."""

from __future__ import annotations

import asyncio
from typing import Any

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input, TextArea

from deskterm.present.sanitize import sanitize
from deskterm.tui.linear.announcer import Announcer
from deskterm.tui.linear.driver import LinearDriver

_PAUSE = 0.08
"""Seconds for which changes are collected before they are announced: a list, its row and its ticket arrive one after
another."""


class Linear(App[None]):
    """A mixin before the console's application, which writes lines."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.driver_class = LinearDriver
        self._announcer = Announcer(self._say)
        self._look_timer: asyncio.TimerHandle | None = None

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Announce changes instead of painting them."""
        self._look_soon()

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Announce a notice at once."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)
        self._say(sanitize(message))

    async def _deliver(self, event: events.Event, serial: int) -> None:
        self._echo(event)
        await super()._deliver(event, serial)  # type: ignore[misc]  # of the application
        self._look_soon()

    def _echo(self, event: events.Event) -> None:
        """Echo what is typed into a field, as a terminal does by itself."""
        driver = self._driver
        if not isinstance(driver, LinearDriver) or not isinstance(self.focused, (Input, TextArea)):
            return
        # Announce the name of a field before what is typed into it
        if self._look_timer is not None:
            self._look_timer.cancel()
        self._look()
        if isinstance(event, events.Paste):
            driver.echo(sanitize(event.text, multiline=True))
        elif isinstance(event, events.Key) and event.is_printable and event.character:
            driver.echo(event.character)
        elif isinstance(event, events.Key) and event.key == "backspace":
            driver.echo("\b \b")
        elif isinstance(event, events.Key) and event.key == "enter":
            driver.echo("\n")

    def _look_soon(self) -> None:
        if self._look_timer is None and self._running:
            self._look_timer = asyncio.get_running_loop().call_later(_PAUSE, self._look)

    def _look(self) -> None:
        self._look_timer = None
        if self._running and self.screen_stack and self.screen.is_attached:
            self._announcer.look(self.screen)

    def _say(self, line: str) -> None:
        if isinstance(self._driver, LinearDriver):
            self._driver.write_line(line)

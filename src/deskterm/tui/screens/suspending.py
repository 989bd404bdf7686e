"""Giving the terminal back to the shell for a while, with ctrl+z (C-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.driver import Driver

from deskterm.tui.terminal.signals import stop_group

if TYPE_CHECKING:
    from deskterm.tui.screens.desk import DeskScreen
    from deskterm.tui.workers.automation_worker import AutomationWorker


class Suspension:
    """The suspension of one console. automation: what is processed here by itself, which rests meanwhile; None for
    nothing."""

    def __init__(self, app: App[Any], automation: AutomationWorker | None) -> None:
        self._app, self._automation = app, automation
        self._is_under_way = False
        """True from ctrl+z until the shell continues the console."""

    def suspend(self, screen: DeskScreen, driver: Driver | None) -> None:
        """Give the terminal back to the shell until it continues the console."""
        automation = self._automation
        if screen.desk_worker.is_busy or not (automation is None or self._is_under_way or automation.pause()):
            # A command may have locked the desk, for everybody and for as long as the console is stopped
            screen.workspace.notify("A change is being saved: press ctrl+z again in a moment.", severity="warning")
        elif driver is not None and driver.can_suspend:
            self._is_under_way = True
            self._app.app_suspend_signal.publish(self._app)
            stop_group()
        elif automation is not None:
            automation.resume()

    def end(self) -> None:
        """Go on, now that the shell has continued the console."""
        if self._is_under_way and self._automation is not None:
            self._automation.resume()
        self._is_under_way = False

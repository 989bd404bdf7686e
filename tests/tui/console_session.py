"""A console under test: a desk, a clock that the test moves, and waiting for conditions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from textual import events
from textual.pilot import Pilot

from deskterm.tui.app import DeskApp
from deskterm.tui.panes.pane_set import PaneSet
from deskterm.tui.screens.desk import DeskScreen
from deskterm.tui.screens.workspace import DeskWorkspace
from deskterm.tui.settings.preferences import Preferences
from small_desk import at
from tui.support.parsed_styles import share_parsed_styles

share_parsed_styles()

MOST_CHECKS = 6000
"""Checks of a condition before a test gives up: far more than the slowest machine needs."""


@dataclass
class Clock:
    """The desk's time."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class ConsoleSession:
    """A running console, with what tests do and look at."""

    app: DeskApp
    pilot: Pilot[None]
    clock: Clock

    @property
    def screen(self) -> DeskScreen:
        """The desk screen, also when a dialog is over it."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, DeskScreen)
        return screen

    @property
    def workspace(self) -> DeskWorkspace:
        return self.screen.workspace

    @property
    def panes(self) -> PaneSet:
        return self.screen.panes

    async def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that another thread brings about. what: named when it never comes."""
        for _ in range(MOST_CHECKS):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never came: {what}; the queue has {self.panes.queue.count} rows")

    async def wait_for_ticket(self, number: int) -> None:
        """Wait until this ticket is open."""
        await self.wait_until(
            lambda: self.workspace.open_ticket is not None and self.workspace.open_ticket.number == number,
            f"ticket {number}",
        )

    def type_burst(self, *keys: str) -> None:
        """Send keys as a terminal sends what was typed in a burst: all at once, whatever the console is doing."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))

    async def run(self, name: str, argument: str = "") -> None:
        """Run a command, and wait until it has ended."""
        self.workspace.run_command(name, argument)
        await self.wait_until(lambda: not self.busy(), f"the end of :{name} {argument}")

    def busy(self) -> bool:
        """Whether a command is under way, or waits for the row that it is for."""
        return self.workspace.runner._expecting is not None or any(
            worker.group == "commands" and not worker.is_finished for worker in self.app.workers
        )

    async def wait_for_notice(self, text: str) -> None:
        """Wait for a notice with this text."""
        await self.wait_until(
            lambda: any(text in notice.message for notice in self.app._notifications), f"the notice {text!r}"
        )

    async def wait_for_text(self, text: str) -> None:
        """Wait until this text is on the screen."""
        await self.wait_until(lambda: text in self.screen_text(), f"{text!r} on the screen")

    def screen_text(self) -> str:
        """Return the text on the screen, without colours."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip)[:width] for strip in strips[:height])


@asynccontextmanager
async def open_console(
    url: str,
    login: str = "sam",
    *,
    size: tuple[int, int] = (120, 40),
    minutes: float = 60,
    view: str = "open",
    preferences: Preferences | None = None,
) -> AsyncIterator[ConsoleSession]:
    """Open the console on a desk, and wait until its list has been read. minutes: after Monday 09:00 in London."""
    clock = Clock(at(minutes))
    app = DeskApp(url, login, clock, preferences=preferences)
    async with app.run_test(size=size) as pilot:
        console = ConsoleSession(app, pilot, clock)
        workspace = console.workspace
        await console.wait_until(lambda: bool(workspace.queue_query.view), "the desk")
        if view != workspace.queue_query.view:
            workspace.show_view(view)
        await console.wait_until(lambda: is_settled(workspace, view), "the list")
        yield console


def is_settled(workspace: DeskWorkspace, view: str) -> bool:
    """Whether the list of a view has been read, with the counts and the ticket under the cursor."""
    # The view shown before may have as many rows as this one
    if workspace.browser.list_pending:
        return False
    counts = {line.key: line.total for line in workspace.views}
    queue = workspace.panes.queue
    if workspace.queue_query.view != view or (view != "closed" and counts.get(view) != queue.count):
        return False
    current, ticket = queue.current, workspace.open_ticket
    return not queue.count or (current is not None and ticket is not None and ticket.number == current.number)

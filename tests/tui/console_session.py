"""Somebody sits at the console: a desk, a clock that goes on when told to, and waiting for what is expected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.pilot import Pilot

from deskterm.tui.app import DeskApp
from deskterm.tui.screens.desk import DeskScreen
from small_desk import at

LONGEST = 2000
"""Looks before one gives up: far more than the slowest machine needs."""


@dataclass
class Clock:
    """The desk's time."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Sitting:
    app: DeskApp
    pilot: Pilot[None]
    clock: Clock

    @property
    def screen(self) -> DeskScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, DeskScreen)
        return screen

    async def until(self, seen: Callable[[], bool], what: str) -> None:
        """Wait for something that another thread brings about."""
        for _ in range(LONGEST):
            if seen():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never came: {what}; the queue has {self.screen.queue.count} rows")

    async def do(self, name: str, argument: str = "") -> None:
        """Carry a command out, and wait until nothing more comes of it."""
        self.screen.action_carry_out(name, argument)
        await self.until(lambda: not self.working(), f"the end of :{name} {argument}")

    def working(self) -> bool:
        return any(worker.group == "commands" and not worker.is_finished for worker in self.app.workers)

    async def told(self, words: str) -> None:
        """Wait for a notice with these words."""
        await self.until(
            lambda: any(words in notice.message for notice in self.app._notifications), f"the notice {words!r}"
        )

    async def shows(self, words: str) -> None:
        """Wait until these words stand on the screen."""
        await self.until(lambda: words in self.text(), f"{words!r} on the screen")

    def text(self) -> str:
        """What stands on the screen, without colours."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip)[:width] for strip in strips[:height])


@asynccontextmanager
async def sitting(
    url: str, login: str = "sam", *, size: tuple[int, int] = (120, 40), minutes: float = 60, view: str = "open"
) -> AsyncIterator[Sitting]:
    """The console on a desk, with its list read. minutes: after Monday 09:00 in London."""
    clock = Clock(at(minutes))
    app = DeskApp(url, login, clock)
    async with app.run_test(size=size) as pilot:
        here = Sitting(app, pilot, clock)
        await here.until(lambda: bool(here.screen.looking.view), "the desk")
        if view != here.screen.looking.view:
            here.screen.show_view(view)
        await here.until(lambda: settled(here.screen, view), "the list")
        yield here


def settled(screen: DeskScreen, view: str) -> bool:
    """Whether the list of a view is there, with the counts and the ticket beside it."""
    known = {line.key: line.total for line in screen.views}
    if screen.looking.view != view or (view != "closed" and known.get(view) != screen.queue.count):
        return False
    current = screen.queue.current
    return not screen.queue.count or (
        current is not None and screen.card is not None and screen.card.number == current.number
    )

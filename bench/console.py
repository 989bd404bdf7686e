"""A page down and a second's tick in the console, with 100 and with 100,000 open tickets: they should cost the same."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from big_desk import NOW, big_desk

SIZES = (100, 100_000)
ROUNDS = 60


class Stepping:
    """A desk's clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


async def measured(url: str) -> dict[str, float]:
    """Median milliseconds of CPU and of waiting for a page down and a tick, until the screen is painted again."""
    from deskterm.tui.app import DeskApp
    from deskterm.tui.screens.desk import DeskScreen

    clock = Stepping()
    app = DeskApp(url, "ann", clock)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        assert isinstance(screen, DeskScreen)
        screen.workspace.show_view("open")
        while screen.workspace.open_ticket is None:
            await pilot.pause(0.05)
        await pilot.pause(1)

        async def cost(act: Callable[[], object]) -> tuple[float, float]:
            began, spent = time.perf_counter(), time.process_time()
            act()
            await pilot.pause()
            while screen.panes.queue.current is None:
                await asyncio.sleep(0.001)
            return (time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000

        def tick() -> None:
            clock.now += timedelta(seconds=1)
            screen.tick()

        pages, ticks = [], []
        for round_ in range(ROUNDS):
            name = "page-down" if round_ % 4 < 2 else "page-up"  # a hundred tickets have few pages
            pages.append(await cost(partial(screen.action_run_command, name)))
            await pilot.pause(0.05)
            ticks.append(await cost(tick))
        return {
            "page down": statistics.median(wall for wall, _ in pages),
            "page down, CPU": statistics.median(cpu for _, cpu in pages),
            "tick": statistics.median(wall for wall, _ in ticks),
            "tick, CPU": statistics.median(cpu for _, cpu in ticks),
        }


def main() -> None:
    found: dict[int, list[dict[str, float]]] = {size: [] for size in SIZES}
    with tempfile.TemporaryDirectory() as folder:
        urls = {}
        for size in SIZES:
            desk = big_desk(Path(folder) / f"{size}.sqlite3", size)
            urls[size] = desk.store.url
            desk.store.close()
        for _ in range(3):
            for size in SIZES:
                found[size].append(asyncio.run(measured(urls[size])))
    for name in found[SIZES[0]][0]:
        small, large = (statistics.median(run[name] for run in found[size]) for size in SIZES)
        print(f"{name:<15} {small:6.1f} ms at 100, {large:6.1f} ms at 100,000   ratio {large / small:.2f} (aim 1.5)")


if __name__ == "__main__":
    main()

"""A page down and a second's tick in the console, with 100 and with 100,000 open tickets: they should cost the same.
With `--output`: the bytes that the console writes to a terminal of 120 by 40 on the demo's working day (C-44)."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from big_desk import NOW, big_desk
from pty_screen import Recorded

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


def measure_output() -> None:
    """Print the bytes of a tick, `j` and a page, and the share of a core that a console at rest needs."""
    program = str(Path(sys.executable).with_name("deskterm"))
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "demo.sqlite3")
        subprocess.run([program, "demo", "--keep", place], check=True, capture_output=True, stdin=subprocess.DEVNULL)
        console = Recorded([program, "--database", place], {"COLORTERM": "truecolor", "HOME": folder})
        try:
            console.record(seconds=15)
            began, spent = time.monotonic(), console.read_cpu_seconds()
            idle = console.record(seconds=60)
            share = (console.read_cpu_seconds() - spent) / (time.monotonic() - began)
            steps = [console.record("j", seconds=0.8) for _ in range(8)]
            pages = [console.record(key, seconds=0.8) for key in ("\x1b[6~", "\x1b[5~") * 3]
        finally:
            console.close()
    print(f"a tick   {idle / 60:7.0f} bytes (aim 3,000)")
    print(f"j        {max(steps):7.0f} bytes at most (aim 8,000)")
    print(f"a page   {max(pages):7.0f} bytes at most (aim 20,000)")
    print(f"at rest  {share:7.1%} of a core (aim 1 %)")


def main() -> None:
    if "--output" in sys.argv:
        measure_output()
        return
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

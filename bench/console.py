"""What an agent waits for in the console, from key to painted rows, on desks of 10,000, 100,000 and 1,000,000 tickets
of which at most 50,000 are open: they should cost the same. In the same run, Textual's DataTable with 10,000 rows.

Each ticket has a message of 40 words beside its subject. Times are wall time and processor time in milliseconds; the
console has 120 columns and 40 rows, and its reads and writes run in threads of their own, as they do for people.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from pwd import getpwuid

from textual import events
from textual.app import App, ComposeResult
from textual.keys import _character_to_key
from textual.widgets import DataTable

from big_desk import FIRST, NOW, big_desk
from deskterm.store.db.engine import Store, open_store
from deskterm.tui.app import DeskApp
from deskterm.tui.screens.desk import DeskScreen
from pty_screen import seconds_until

SIZES = (10_000, 100_000, 1_000_000)
MOST_OPEN = 50_000
ROUNDS = 40
LOGIN = getpwuid(os.getuid()).pw_name
"""Who the program takes the person for that runs this."""

DESKTERM = str(Path(sys.executable).with_name("deskterm"))

Taken = dict[str, list[tuple[float, float]]]
"""What was done → wall and processor milliseconds of each time."""


class Stepping:
    """The desk's clock, which goes on when it is told to."""

    def __init__(self) -> None:
        self.now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


class Agent:
    """The hands and eyes of an agent at a console."""

    def __init__(self, app: DeskApp) -> None:
        self.app, self.taken = app, Taken()
        screen = app.screen
        assert isinstance(screen, DeskScreen)
        self.screen, self.workspace, self.queue = screen, screen.workspace, screen.panes.queue

    async def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something is there, and the screen is painted. Raises TimeoutError after a minute."""
        deadline = time.perf_counter() + 60
        while not condition() or self.app.screen._dirty_widgets or self.app.screen._layout_required:
            if time.perf_counter() > deadline:
                keys, line = self.app.type_ahead, self.queue.current
                raise TimeoutError(
                    f"the console never showed it, but: {self.workspace.queue_query}; ticket {self.ticket}, "
                    f"row {line and line.number}, keys {keys.waiting, keys.holds}, "
                    f"list pending {self.workspace.browser.list_pending}"
                )
            await asyncio.sleep(0.001)

    async def time(self, name: str, act: Callable[[], object], condition: Callable[[], bool]) -> None:
        """Do something, wait for what it brings about, and note how long that took."""
        began, spent = time.perf_counter(), time.process_time()
        act()
        await self.wait(condition)
        wall, processor = time.perf_counter() - began, time.process_time() - spent
        self.taken.setdefault(name, []).append((wall * 1000, processor * 1000))
        await asyncio.sleep(0.02)  # what goes on behind the painted rows belongs to no measurement

    def press(self, *keys: str) -> None:
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(events.Key(name, key if len(key) == 1 else None))

    @property
    def ticket(self) -> int | None:
        """The ticket in the ticket pane."""
        return self.workspace.open_ticket.number if self.workspace.open_ticket is not None else None

    def is_settled(self) -> bool:
        """Return whether rows and ticket are those of the cursor."""
        keys, line = self.app.type_ahead, self.queue.current
        idle = not (keys.waiting or keys.holds or self.workspace.browser.list_pending)
        return idle and line is not None and self.ticket == line.number


async def work(url: str, tickets: int) -> Taken:
    """Do everything that is measured in a console, forty times."""
    clock = Stepping()
    app = DeskApp(url, LOGIN, clock)
    chance = random.Random(3)
    async with app.run_test(size=(120, 40)):
        agent = Agent(app)
        await agent.wait(agent.is_settled)
        agent.workspace.show_view("open")
        await agent.wait(lambda: agent.is_settled() and agent.queue.count == min(tickets, MOST_OPEN))
        await asyncio.sleep(1)
        for place in range(ROUNDS):
            await _read(agent, clock, place)
        for _ in range(ROUNDS):
            await _find(agent, tickets)
        saved: set[int | None] = set()
        while len(saved) < ROUNDS:
            number = FIRST + tickets - 1 - chance.randrange(min(tickets, MOST_OPEN))
            # Its new status may have taken it out of the list
            if number not in saved:
                saved.add(await _act(agent, number))
        return agent.taken


async def _read(agent: Agent, clock: Stepping, place: int) -> None:
    queue = agent.queue
    before = queue.cursor
    await agent.time("next row", lambda: agent.press("j"), lambda: queue.cursor == before + 1 and agent.is_settled())
    before = queue.cursor
    await agent.time("page down", lambda: agent.press("pagedown"), lambda: queue.cursor > before and agent.is_settled())
    clock.now += timedelta(seconds=1)
    await agent.time("a second's tick", agent.screen.tick, lambda: True)
    if place % 4 == 0:
        last = queue.count - 1
        await agent.time(
            "jump to the end", lambda: agent.press("G"), lambda: queue.cursor == last and agent.is_settled()
        )
        agent.press("g", "g")
        await agent.wait(lambda: queue.cursor == 0 and agent.is_settled())


async def _find(agent: Agent, tickets: int) -> None:
    everything = min(tickets, MOST_OPEN)
    agent.press("/")
    await agent.wait(lambda: bool(agent.screen.query("Prompt Input")))
    agent.press(*"assignee:m")
    await asyncio.sleep(0.3)
    await agent.time(
        "a filter's keystroke to rows",
        lambda: agent.press("e"),
        lambda: agent.workspace.queue_query.match == "assignee:me" and not agent.workspace.browser.list_pending,
    )
    agent.press("ctrl+u", *"cobal")
    await asyncio.sleep(0.3)
    await agent.time(
        "a word's keystroke to rows (full text)",
        lambda: agent.press("t"),
        lambda: agent.workspace.queue_query.match == "cobalt" and not agent.workspace.browser.list_pending,
    )
    agent.press("enter")
    await agent.wait(agent.is_settled)
    agent.press("escape")
    await agent.wait(lambda: agent.queue.count == everything and agent.is_settled())


async def _act(agent: Agent, number: int) -> int | None:
    """Open a ticket, go to the next one and save its status; return the number of that one."""
    workspace = agent.workspace
    agent.press(":", *str(number))
    await agent.wait(lambda: bool(agent.screen.query("Prompt Input")) and not agent.app.type_ahead.waiting)
    await agent.time("open a ticket by its number", lambda: agent.press("enter"), lambda: agent.ticket == number)
    await asyncio.sleep(0.05)
    await agent.wait(agent.is_settled)  # the list goes to its row after the ticket is shown
    row = agent.queue.cursor
    await agent.time(
        "next ticket", lambda: agent.press("J"), lambda: agent.queue.cursor == row + 1 and agent.is_settled()
    )
    version = workspace.open_ticket.version if workspace.open_ticket is not None else 0
    saved = agent.ticket
    agent.press("s")
    await agent.wait(lambda: agent.app.screen is not agent.screen)
    await agent.time(
        "save a status",
        lambda: agent.press("1"),
        lambda: (
            workspace.open_ticket is not None
            and workspace.open_ticket.version > version
            and agent.app.screen is agent.screen
        ),
    )
    agent.press("escape")
    await agent.wait(lambda: not workspace.in_ticket)
    return saved


class Table(App[None]):
    """Textual's own table with rows that the queue would show."""

    def __init__(self, rows: Sequence[tuple[str, ...]]) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        table: DataTable[str] = DataTable(cursor_type="row")
        table.add_columns("Left", "#", "Sev", "Status", "Subject", "Assignee")
        table.add_rows(self._rows)
        yield table


async def work_table() -> Taken:
    """Do in a DataTable what it can do too."""
    chance, taken = random.Random(1), Taken()
    rows = [
        (f"{chance.randrange(9)}:{chance.randrange(60):02}", str(number), "P2", "Active", f"Printer is slow ({number})",
         "ann")
        for number in range(FIRST, FIRST + 10_000)
    ]  # fmt: skip
    began, spent = time.perf_counter(), time.process_time()
    app = Table(rows)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        table = app.query_one(DataTable)
        taken["open to rows"] = [((time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000)]

        async def cost(name: str, key: str, condition: Callable[[], bool]) -> None:
            began, spent = time.perf_counter(), time.process_time()
            app.post_message(events.Key(key, None))
            while not condition() or app.screen._dirty_widgets or app.screen._layout_required:
                await asyncio.sleep(0.001)
            taken.setdefault(name, []).append(
                ((time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000)
            )
            await asyncio.sleep(0.02)

        for _ in range(ROUNDS):
            row = table.cursor_row
            await cost("next row", "down", lambda: table.cursor_row == row + 1)  # noqa: B023
            row = table.cursor_row
            await cost("page down", "pagedown", lambda: table.cursor_row > row)  # noqa: B023
        await cost("jump to the end", "ctrl+end", lambda: table.cursor_row == 9_999)
    return taken


def build(place: Path, tickets: int) -> Store:
    """Create a desk, each ticket with a message of 40 words, of which one in 200 says `cobalt`."""
    desk = big_desk(place, tickets, are_open=min(tickets, MOST_OPEN), login=LOGIN)
    chance = random.Random(2)
    common = [f"word{number}" for number in range(5_000)]
    with desk.store.bulk() as bulk:
        ids = bulk.reserve_ids("personal_text", tickets)
        rows = (
            (number, FIRST + place, "salt",
             " ".join([*chance.choices(common, k=39), "cobalt" if chance.random() < 0.005 else "tin"]))
            for place, number in enumerate(ids)
        )  # fmt: skip
        bulk.insert("personal_text", ("id", "ticket_id", "salt", "body"), rows)
    return desk.store


def _print(title: str, taken: Taken) -> None:
    print(f"\n{title}\n{'':42}{'p50':>8}{'p95':>8}{'processor':>11}")
    for name, times in taken.items():
        walls = sorted(wall for wall, _ in times)
        p95 = walls[min(len(walls) - 1, round(len(walls) * 0.95))]
        processor = statistics.median(spent for _, spent in times)
        print(f"{name:42}{statistics.median(walls):8.1f}{p95:8.1f}{processor:11.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES[:2], help="1000000 takes some minutes to create")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the desks there, and use those that are there")
    asked = parser.parse_args()
    medians: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.sizes:
            place = Path(asked.keep or folder) / f"{size}.sqlite3"
            store = open_store(f"sqlite:///{place}") if place.exists() else build(place, size)
            where = {"DESKTERM_DATABASE": store.url, "COLORTERM": "truecolor", "HOME": folder}
            starts = [seconds_until([DESKTERM], [b"All open", b"Active"], where) for _ in range(9)]
            taken = asyncio.run(work(store.url, size))
            taken = {"open to rows, from the program's start": [(rows * 1000, 0.0) for _, rows in starts], **taken}
            _print(f"{size:,} tickets, {min(size, MOST_OPEN):,} open", taken)
            for name, times in taken.items():
                medians.setdefault(name, []).append(statistics.median(wall for wall, _ in times))
            store.close()
    _print("Textual's DataTable, 10,000 rows in memory", asyncio.run(work_table()))
    if len(asked.sizes) > 1:
        print("\nThe largest desk against the smallest (aim 1.5)")
        for name, values in medians.items():
            print(f"{name:42}{values[-1] / values[0]:8.2f}")


if __name__ == "__main__":
    main()

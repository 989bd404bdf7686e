"""The way of one reply: the modules that run for it, in order, and where it goes back up a floor.

    python bench/reply_way.py [--all]

Every call from one module of deskterm into another is traced while an agent replies to a ticket on a new SQLite desk:
by the desk's command, as the console's worker gives it, and by `deskterm ticket reply`, once each after one that
imports and prepares everything. A step leads up when the module that is called stands in a higher room than the one
that calls it: then a reader who follows the reply has to climb back. `--all` prints every module instead of every room.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

from deskterm.cli.main import run
from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.tickets.register import register
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.store.db.identity import find_process_owner

FLOORS = (
    ("cli",),
    ("tui",),
    ("present", "exchange", "automation", "reports"),
    ("desk.api",),
    ("desk.reactions", "desk.templates"),
    ("desk.conversation", "desk.linking"),
    ("desk.development", "desk.history", "desk.tickets"),
    ("desk.workflow",),
    ("desk.directory",),
    ("desk.admin", "desk.billing", "desk.notify"),
    ("desk.core",),
    ("desk.explain", "desk.policy"),
    ("desk.domain",),
    ("store",),
    ("procedure",),
    ("sla",),
    ("named_files",),
    ("errors", "progress"),
)
"""Rooms from the top floor down, as the import contracts have them."""

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Way:
    """Modules in the order of their first call, and the calls that lead up a floor."""

    def __init__(self) -> None:
        self.modules: list[str] = []
        self.climbs: list[tuple[str, str]] = []

    @contextmanager
    def traced(self) -> Iterator[None]:
        """Trace the calls of what runs inside."""
        sys.setprofile(self._step)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _step(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call" or (called := module_of(frame)) is None:
            return
        if called not in self.modules:
            self.modules.append(called)
        caller = nearest(frame.f_back)
        if caller is not None and floor(called) < floor(caller) and (caller, called) not in self.climbs:
            self.climbs.append((caller, called))


def module_of(frame: FrameType) -> str | None:
    """The module of deskterm whose code a frame runs, without the package's name; None for other code, and for the
    bodies of modules and classes, which run at import."""
    name = str(frame.f_globals.get("__name__", ""))
    return name.removeprefix("deskterm.") if name.startswith("deskterm.") and frame.f_code.co_name[0] != "<" else None


def nearest(frame: FrameType | None) -> str | None:
    """The module of deskterm that a call came from, past the frames of libraries."""
    while frame is not None:
        if (name := module_of(frame)) is not None:
            return name
        frame = frame.f_back
    return None


def room(module: str) -> str:
    """`desk.core.session` → `desk.core`, `store.db.engine` → `store`."""
    first, _, rest = module.partition(".")
    return f"{first}.{rest.partition('.')[0]}" if first == "desk" else first


def floor(module: str) -> int:
    """The floor of a module's room, 0 at the top."""
    return next((level for level, rooms in enumerate(FLOORS) if room(module) in rooms), len(FLOORS))


def ways_of_a_reply(url: str) -> dict[str, Way]:
    """Name → the way of a reply, by the desk's command and by the command line."""
    procedure = load(find_procedure("saas-platform")).procedure
    login = find_process_owner()
    created = NOON - timedelta(days=1)
    store = create_desk(url, procedure, admin_login=login, admin_name=login, simulated=True, now=created)
    desk = open_desk(store, login)
    number = register(desk, subject="The form fails", email="kim@larch.example", incomplete=True, now=NOON).number

    def by_command(minute: int) -> None:
        messages.reply(desk, number, "We are looking into it.", now=NOON + timedelta(minutes=minute))

    def by_command_line(minute: int) -> None:
        now = (NOON + timedelta(minutes=minute)).isoformat()
        with redirect_stdout(io.StringIO()):
            run(["--database", url, "--now", now, "ticket", "reply", str(number), "It works again."])

    ways = {"messages.reply": Way(), "deskterm ticket reply": Way()}
    for place, act in enumerate((by_command, by_command_line)):
        act(10 * place + 1)
        with list(ways.values())[place].traced():
            act(10 * place + 2)
    store.close()
    return ways


def main() -> None:
    parser = argparse.ArgumentParser(description="The way of one reply through the modules of deskterm.")
    parser.add_argument("--all", action="store_true", help="print every module instead of every room")
    every = parser.parse_args().all
    with tempfile.TemporaryDirectory() as folder:
        ways = ways_of_a_reply(f"sqlite:///{Path(folder) / 'desk.sqlite3'}")
    for name, way in ways.items():
        rooms = list(dict.fromkeys(way.modules if every else map(room, way.modules)))
        print(f"{name}: {len(way.modules)} modules in {len(set(map(room, way.modules)))} rooms,")
        print(f"  {len(way.climbs)} calls that lead back up a floor")
        print("  " + " → ".join(rooms))
        for caller, called in way.climbs:
            print(f"  up: {caller} → {called}")


if __name__ == "__main__":
    main()

"""Commands on a desk of 100,000 tickets, against the bare transactions that write the same rows.

    python bench/commands.py [--tickets N] [--commands N]

Every statement of a command that writes is kept; right after it, the same statements with the same values run on a copy
of the desk as it was, in one transaction on a bare connection with the same settings. What is over one is what a
command costs beyond its rows: reading the ticket's history, folding it, its permissions, rules and notices.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from big_desk import FIRST, NOW, big_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.connection import connect_sqlite

AIM = 2.0
WRITING = ("INSERT", "UPDATE", "DELETE")
Written = list[tuple[str, Any]]


def acts(chance: random.Random) -> dict[str, Callable[[DeskSession, int, datetime], object]]:
    """Name → a command on a ticket."""
    return {
        "reply": lambda desk, number, now: messages.reply(
            desk, number, "We are looking into it.", channel="phone", now=now
        ),
        "note": lambda desk, number, now: messages.add_note(desk, number, "Seen before, in spring.", now=now),
        "assign": lambda desk, number, now: assignment.assign(desk, number, None, now=now),
        "tag": lambda desk, number, now: update.tag(desk, number, [f"t{chance.randrange(10**6)}"], now=now),
        "severity": lambda desk, number, now: update.set_severity(
            desk, number, chance.choice(list(desk.procedure.severities)), now=now
        ),
        "register": lambda desk, number, now: register(desk, subject=f"Printer {number}", body="It hums.", now=now),
    }


@dataclass
class Spent:
    """How many commands of a kind, their seconds, and the seconds of the bare transactions that write the same."""

    done: int = 0
    seconds: float = 0.0
    bare: float = 0.0


def measured(desk: DeskSession, copy: Path, tickets: int, count: int) -> dict[str, Spent]:
    """Kind → what its commands took, each followed by the bare transaction on the copy, so that whatever else the
    machine does falls on both."""
    chance = random.Random(2)
    written: Written = []

    @event.listens_for(desk.store.engine, "after_cursor_execute")
    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(WRITING):
            written.extend((statement, row) for row in (parameters if many else [parameters]))

    connection = connect_sqlite(f"sqlite:///{copy}")
    found: dict[str, Spent] = {}
    now = NOW
    for name, act in acts(chance).items():
        spent = found[name] = Spent()
        while spent.done < count:
            now += timedelta(seconds=1)
            written.clear()
            began = time.perf_counter()
            try:
                act(desk, FIRST + chance.randrange(tickets), now)
            except DeskError:  # the severity it has already, or with nobody as it was
                continue
            spent.seconds += time.perf_counter() - began
            spent.done += 1
            spent.bare += bare(connection, written)
    connection.close()
    return found


def bare(connection: sqlite3.Connection, written: Written) -> float:
    """Seconds for the same writes on a bare connection."""
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for statement, values in written:
        connection.execute(statement, values).fetchall()
    connection.execute("COMMIT")
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--commands", type=int, default=300, help="of each kind")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, copy = Path(folder) / "desk.sqlite3", Path(folder) / "copy.sqlite3"
        desk = big_desk(place, asked.tickets)
        desk.store.close()
        shutil.copyfile(place, copy)
        found = measured(desk, copy, asked.tickets, asked.commands).items()
        for name, spent in found:
            print(
                f"{name:10} {spent.done / spent.seconds:8,.0f}/s   {spent.seconds / spent.bare:5.2f} times the bare one"
            )
        done = sum(spent.done for _, spent in found)
        seconds, plain = sum(spent.seconds for _, spent in found), sum(spent.bare for _, spent in found)
        print(f"commands   {done / seconds:8,.0f}/s on {asked.tickets:,} tickets")
        print(f"bare       {done / plain:8,.0f}/s   the same rows, {done:,} transactions")
        print(f"ratio      {seconds / plain:8.2f}     aim {AIM}")


if __name__ == "__main__":
    main()

"""Commands on a desk of 100,000 tickets, against the bare transactions that write the same rows.

    python bench/commands.py [--tickets N] [--commands N]

The commands are done first, one transaction each; every statement that writes is kept. Then the same statements with
the same values run on a copy of the desk as it was, on a bare connection with the same settings, in as many
transactions. What is over one is what a command costs beyond its rows: reading the ticket's history, folding it, its
permissions, rules and notices.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from big_desk import FIRST, NOW, big_desk
from deskterm.desk import conversation, handling
from deskterm.desk.desk import Desk
from deskterm.desk.intake import register
from deskterm.errors import DeskError
from deskterm.store.connection import sqlite_connection

AIM = 4.0
WRITING = ("INSERT", "UPDATE", "DELETE")
Written = list[tuple[str, Any]]


def acts(chance: random.Random) -> dict[str, Callable[[Desk, int, datetime], object]]:
    """Name → a command on a ticket."""
    return {
        "reply": lambda desk, number, now: conversation.reply(desk, number, "We are looking into it.", now=now),
        "note": lambda desk, number, now: conversation.note(desk, number, "Seen before, in spring.", now=now),
        "assign": lambda desk, number, now: handling.assign(desk, number, None, now=now),
        "tag": lambda desk, number, now: handling.tag(desk, number, [f"t{chance.randrange(10**6)}"], now=now),
        "severity": lambda desk, number, now: handling.set_severity(
            desk, number, chance.choice(list(desk.procedure.severities)), now=now
        ),
        "register": lambda desk, number, now: register(desk, subject=f"Printer {number}", body="It hums.", now=now),
    }


def commanded(desk: Desk, count: int) -> tuple[dict[str, tuple[int, float]], list[Written]]:
    """Kind → how many and how many seconds; and what each transaction wrote."""
    chance = random.Random(2)
    told: list[Written] = []
    current: Written = []

    @event.listens_for(desk.store.engine, "after_cursor_execute")
    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(WRITING):
            current.extend((statement, row) for row in (parameters if many else [parameters]))

    found: dict[str, tuple[int, float]] = {}
    now = NOW
    tickets = list(range(FIRST, FIRST + 100_000))
    for name, act in acts(chance).items():
        done, spent = 0, 0.0
        while done < count:
            now += timedelta(seconds=1)
            current = []
            number = chance.choice(tickets)
            began = time.perf_counter()
            try:
                act(desk, number, now)
            except DeskError:  # the severity it has already, or with nobody as it was
                continue
            spent += time.perf_counter() - began
            done += 1
            told.append(current)
        found[name] = done, spent
    return found, told


def bare(place: Path, told: list[Written]) -> float:
    """Seconds for the same writes on a bare connection."""
    connection = sqlite_connection(f"sqlite:///{place}")
    began = time.perf_counter()
    for written in told:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in written:
            connection.execute(statement, values).fetchall()
        connection.execute("COMMIT")
    spent = time.perf_counter() - began
    connection.close()
    return spent


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
        found, told = commanded(desk, asked.commands)
        plain = bare(copy, told)
        count, spent = sum(many for many, _ in found.values()), sum(seconds for _, seconds in found.values())
        for name, (many, seconds) in found.items():
            print(f"{name:10} {many / seconds:8,.0f}/s")
        print(f"commands   {count / spent:8,.0f}/s on {asked.tickets:,} tickets")
        print(f"bare       {count / plain:8,.0f}/s   the same rows, {len(told):,} transactions")
        print(f"ratio      {spent / plain:8.2f}     aim {AIM}")


if __name__ == "__main__":
    main()

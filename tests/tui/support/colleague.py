"""Run as a program: a colleague who registers, notes and closes tickets until standard input ends, and prints how many
commands that was. Arguments: the URL of the desk, a login, the instant at which the day begins, and the first and last
number of the tickets to work on."""

from __future__ import annotations

import select
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import closing, register, update
from deskterm.errors import DeskError
from deskterm.store.db.engine import open_store

PACE = 1.5
"""Seconds between two commands."""


def work(desk: DeskSession, number: int, chosen: int, now: datetime) -> None:
    """Do one thing. number: of a ticket that is open."""
    if chosen == 0:
        login = desk.agent.login
        register.register(desk, type="feedback", severity="severity-1", subject="It is slow", assignee=login, now=now)
    elif chosen == 1:
        messages.add_note(desk, number, "Seen here too.", now=now)
    else:
        update.move(desk, number, "triage", anyway=True, now=now)
        closing.close(desk, number, "raised-in-error", now=now)


def main(url: str, login: str, begin: str, first: str, last: str) -> None:
    desk, chance, started = open_desk(open_store(url), login), Random(login), time.monotonic()
    done = 0
    while not select.select([sys.stdin], [], [], PACE)[0]:
        now = datetime.fromisoformat(begin) + timedelta(seconds=int(time.monotonic() - started))
        with suppress(DeskError):  # it was closed before
            work(desk, chance.randint(int(first), int(last)), done % 3, now)
            done += 1
    print(done)


if __name__ == "__main__":
    main(*sys.argv[1:])

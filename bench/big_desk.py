"""A desk of any size for measuring: tickets with their events, clocks and words, folded as the program folds them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.core.projection_rows import EVENT_COLUMNS, TicketProjection, chain_events
from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.events import GENESIS, Event, TextRef, compute_digest
from deskterm.desk.domain.fold import TicketFold
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIRST = 1001
_THINGS = ("Printer", "Invoice run", "Login", "Report", "Mailbox", "Import", "Backup", "Telephone", "Scanner", "Portal")
_TROUBLES = ("is slow", "stopped at noon", "shows the wrong month", "asks for a password", "is empty", "fails twice")


_BATCH = 20_000
"""Tickets whose rows are in memory at a time."""


def big_desk(
    path: Path, tickets: int, *, are_open: int | None = None, login: str = "ann", years: int = 0
) -> DeskSession:
    """Return a new simulated desk with so many tickets, three events each, received over the last three weeks.

    are_open: how many of them are not closed, the last ones; all by default. The others have a fourth event, their
    closing. login: the admin's. years: where it is not 0, the tickets come one after the other over so many years, and
    those that are not open have five events, a resolution before the closing."""
    procedure = load(find_procedure("incident-management")).procedure
    # Older than its tickets, as desks are: nothing on them is dated before the edition that is in force
    created = NOW - timedelta(days=365 * years or 21, hours=24)
    store = create_desk(f"sqlite:///{path}", procedure, admin_login=login, simulated=True, now=created)
    desk = open_desk(store, login)
    chance = random.Random(1)
    first_open = FIRST + tickets - (tickets if are_open is None else are_open)
    for first in range(FIRST, FIRST + tickets, _BATCH):
        numbers = range(first, min(first + _BATCH, FIRST + tickets))
        pace = 365 * 86_400 * years // tickets
        rows = list(_tickets(desk, numbers, first_open, chance, (pace, FIRST + tickets) if years else None))
        with store.bulk() as bulk:
            for table in ("ticket", "personal_text", "event", "clock", "status_span"):
                of_table = [row for kind, row in rows if kind == table]
                if of_table:
                    columns = tuple(of_table[0])
                    bulk.insert(table, columns, (tuple(row.values()) for row in of_table))
    return desk


def _tickets(
    desk: DeskSession, numbers: range, first_open: int, chance: random.Random, pace: tuple[int, int] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of tickets. pace: the seconds from one ticket to the next, and the number after the last one;
    None for arrivals at random."""
    severities = list(desk.procedure.severities)
    for number in numbers:
        subject = f"{chance.choice(_THINGS)} {chance.choice(_TROUBLES)} ({number})"
        if pace is None:
            received = to_epoch(NOW) - chance.randrange(21 * 86_400)
        else:
            received = to_epoch(NOW) - pace[0] * (pace[1] - number) - 90_000
        severity = chance.choice(severities)
        first = {"type": (None, "incident"), "status": (None, "new"), "severity": (None, severity)}
        events = [
            Event(
                1, "registered", received, "ann", 1, first, {"subject": TextRef(number, compute_digest("", subject))}
            ),
            Event(2, "moved", received + chance.randrange(3600), "ann", 1, {"status": ("new", "active")}),
            Event(3, "assigned", received + 3600, "ann", 1, {"assignee": (None, chance.choice(("ann", "sam", "kim")))}),
        ]
        if number < first_open:
            if pace is not None:
                solved = received + 3600 + chance.randrange(86_400)
                events.append(Event(4, "moved", solved, "ann", 1, {"status": ("active", "resolved")}))
                closing, before = solved + 86_400 * chance.randrange(1, 7), "resolved"
            else:
                closing, before = received + 3600 + chance.randrange(86_400), "active"
            events.append(Event(len(events) + 1, "moved", closing, "ann", 1, {"status": (before, "closed")}))
        fold = TicketFold(lambda version: desk.procedure)
        projection = TicketProjection(fold)
        for event in events:
            fold.step(event)
        chained, last_hash = chain_events(number, GENESIS, events)
        for values in chained:
            yield "event", dict(zip(EVENT_COLUMNS, values, strict=True))
        rows = projection.build_rows(number, desk.procedure, last_hash)
        yield "ticket", rows.ticket | {"id": number, "subject": subject, "requester": "", "organisation": ""}
        yield "personal_text", {"id": number, "ticket_id": number, "salt": "", "body": subject}
        for row in rows.clocks.added:
            yield "clock", row
        for row in rows.visits.added:
            yield "status_span", row

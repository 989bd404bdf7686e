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


def big_desk(path: Path, tickets: int) -> DeskSession:
    """A new simulated desk with so many open tickets, three events each, received over the last three weeks."""
    procedure = load(find_procedure("incident-management")).procedure
    # Older than its tickets, as desks are: nothing on them is dated before the edition that is in force
    created = NOW - timedelta(days=22)
    store = create_desk(f"sqlite:///{path}", procedure, admin_login="ann", simulated=True, now=created)
    desk = open_desk(store, "ann")
    rows = list(_tickets(desk, tickets))
    with store.bulk() as bulk:
        for table in ("ticket", "personal_text", "event", "clock"):
            of_table = [row for kind, row in rows if kind == table]
            columns = tuple(of_table[0])
            bulk.insert(table, columns, (tuple(row.values()) for row in of_table))
    return desk


def _tickets(desk: DeskSession, tickets: int) -> Iterator[tuple[str, dict[str, Any]]]:
    chance = random.Random(1)
    severities = list(desk.procedure.severities)
    for number in range(FIRST, FIRST + tickets):
        subject = f"{chance.choice(_THINGS)} {chance.choice(_TROUBLES)} ({number})"
        received = to_epoch(NOW) - chance.randrange(21 * 86_400)
        severity = chance.choice(severities)
        first = {"type": (None, "incident"), "status": (None, "new"), "severity": (None, severity)}
        events = [
            Event(
                1, "registered", received, "ann", 1, first, {"subject": TextRef(number, compute_digest("", subject))}
            ),
            Event(2, "moved", received + chance.randrange(3600), "ann", 1, {"status": ("new", "active")}),
            Event(3, "assigned", received + 3600, "ann", 1, {"assignee": (None, chance.choice(("ann", "sam", "kim")))}),
        ]
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

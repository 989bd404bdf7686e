"""A desk of a hundred thousand tickets, made in some seconds: the rows of two tickets, copied by the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from deskterm.desk.admin.setup import create_desk
from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.tickets import closing as closings
from deskterm.desk.tickets import confirmation, register, resolution, update
from deskterm.desk.workflow import checklists
from deskterm.store.db.engine import open_store
from deskterm.store.db.text_index import CREATE_SQLITE_ADDITION, DROP_SQLITE_ADDITION, INDEX_SQLITE_FROM
from deskterm.store.db.triggers import CREATE_REPLACE_GUARD, DROP_REPLACE_GUARD
from small_desk import MONDAY, at
from store_templates import load_shipped

OTHERS_OPEN, OTHERS_CLOSED = 20_000, 80_000
"""Tickets of others."""

_TABLES = ("ticket", "personal_text", "event", "message", "clock", "record", "status_span")
"""The tables that have rows of a ticket, in the order of their references."""


def copy_ticket(path: Path, number: int, count: int) -> None:
    """Copy a ticket so many times, with all of its rows; the copies get the next numbers. Nobody else uses the desk.

    The words of the copies, and the references of their events to these, are their own. Their chains of events are the
    original's, so no check of their integrity would hold; whatever reads, folds or changes a ticket finds them whole.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = -200000")  # 200 MB: the indexes are written in random order
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
        # As a bulk insert of the program does: a look at each event, and at each text, would take most of the time
        connection.execute(DROP_REPLACE_GUARD)
        connection.execute(DROP_SQLITE_ADDITION)
        (first_text,) = connection.execute("SELECT max(id) + 1 FROM personal_text").fetchone()
        for table, columns in _replaced_columns(connection, number, first_text).items():
            _insert_copies(connection, table, columns, number, count)
        connection.execute(INDEX_SQLITE_FROM, {"first": first_text})
        connection.execute(CREATE_REPLACE_GUARD)
        connection.execute(CREATE_SQLITE_ADDITION)
        connection.execute("COMMIT")


def _replaced_columns(connection: sqlite3.Connection, number: int, first_text: int) -> dict[str, dict[str, str]]:
    """Return table → column → the expression of its value in the copy `n.i`, of columns that differ from the original's
    (`t`)."""
    (first,) = connection.execute("SELECT max(id) + 1 FROM ticket").fetchone()
    texts = [one for (one,) in connection.execute("SELECT id FROM personal_text WHERE ticket_id = ?", (number,))]
    assert texts == [*range(texts[0], texts[0] + len(texts))], "the ticket's texts have ids of their own in a row"

    def copied_text(text: str) -> str:
        return f"({first_text - texts[0]} + n.i * {len(texts)} + {text})"

    references = "t.data"
    for text in texts:  # `"body":[7,"69c3…`: a name, the id of a text, and its digest
        references = f"""replace({references}, '":[{text},"', '":[' || {copied_text(str(text))} || ',"')"""
    own = {"ticket_id": f"{first} + n.i"}
    return {
        "ticket": {"id": f"{first} + n.i"},
        "personal_text": own | {"id": copied_text("t.id")},
        "event": own | {"id": "NULL", "data": references},
        "message": own | {"id": "NULL", "text_id": copied_text("t.text_id")},
        "clock": own,
        "status_span": own,
        "record": own,
    }


def _insert_copies(
    connection: sqlite3.Connection, table: str, replaced: dict[str, str], number: int, count: int
) -> None:
    """Insert copies of the rows that a ticket has in a table."""
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(replaced.get(name, f"t.{name}") for name in columns)
    key = "id" if table == "ticket" else "ticket_id"
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count) "
        f"SELECT {values} FROM n CROSS JOIN {table} t WHERE t.{key} = :number",
        {"count": count, "number": number},
    )


class Request(NamedTuple):
    """A ticket of the agent. subject: one word, by which the day names it; fields: arguments of `register` that differ;
    status: what became of it before the day began."""

    subject: str
    fields: dict[str, Any] = {}  # noqa: RUF012 - never changed
    status: str = "new"


def create_crowded_desk(path: Path, requests: Sequence[Request]) -> dict[str, int]:
    """Create a simulated desk of the shipped `saas-platform` with the tickets of ann, an admin, at 09:29 on Monday, on
    top of a hundred thousand of others; return the numbers of ann's by their subjects."""
    store = create_desk(
        f"sqlite:///{path}",
        load_shipped("saas-platform"),
        admin_login="ann",
        admin_name="Ann",
        simulated=True,
        now=MONDAY - timedelta(days=7),
    )
    with closing(store):
        desk = open_desk(store, "ann")
        _seed(desk)
        examples = _register_examples(open_desk(store, "sam"))
    for number, count in zip(examples, (OTHERS_OPEN, OTHERS_CLOSED), strict=True):
        copy_ticket(path, number, count)
    with closing(open_store(f"sqlite:///{path}")) as store:
        desk = open_desk(store, "ann")
        return {request.subject: _register(desk, request) for request in requests}


def _seed(desk: DeskSession) -> None:
    rows = [
        {"login": "ann", "name": "Ann", "role": "admin", "roles": "dev-lead,qa,professional-services,support-manager"},
        {"login": "sam", "name": "Sam", "role": "agent"},
        {"login": "kim", "name": "Kim", "role": "agent"},
        {"login": "ada", "name": "Ada", "role": "agent", "team": "agents"},
        {"login": "pat", "name": "Pat", "role": "agent"},
    ]
    seed_agents(desk, rows, now=MONDAY)
    clients = [
        {"key": "larch", "name": "Larch Ltd", "domain": "larch.example"},
        {"key": "birch", "name": "Birch Ltd", "domain": "birch.example"},
    ]
    seed_clients(desk, clients, now=MONDAY)
    absence.set_absence(desk, "pat", datetime(2026, 11, 25, 9, tzinfo=UTC), now=MONDAY)


def _register_examples(desk: DeskSession) -> tuple[int, int]:
    """Register a ticket that is open, answered, and due next week, and one that is closed; return their numbers."""
    fields: dict[str, Any] = {
        "type": "guidance",
        "body": "We have looked everywhere.",
        "assignee": "sam",
        "now": MONDAY,
    }
    # One after the other, so that the words of each have ids in a row
    first = register.register(desk, subject="How do we set up a second warehouse?", **fields).number
    messages.reply(desk, first, "We shall call you.", channel="phone", now=at(3))
    second = register.register(desk, subject="Where is the filter by region?", **fields).number
    update.move(desk, second, "triage", anyway=True, now=at(1))
    closings.close(desk, second, "raised-in-error", now=at(4))
    return first, second


def _register(desk: DeskSession, request: Request) -> int:
    """Register a ticket of the agent, and bring it where the day begins with it; return its number."""
    fields: dict[str, Any] = {
        "type": "problem",
        "requester": "Ines Calder",
        "email": "ines@larch.example",
        "body": "It stops since the update.",
        "assignee": "ann",
        "fields": {"business-impact": "Nobody can invoice", "steps": "Press the button"},
        "now": at(29),
    }
    fields |= {"subject": request.subject} | request.fields
    number = register.register(desk, **fields).number
    if request.status != "new":
        update.move(desk, number, "triage", now=at(29))
    if request.status in ("resolved", "confirmed"):
        resolution.resolve(desk, number, "Press the other one.", code="advised", now=at(29))
    if request.status == "confirmed":
        confirmation.confirm(desk, number, "", now=at(29))
    if request.status == "checked":
        checklists.tick_items(desk, number, [1, 2, 3, 4], outcome="data-correction", now=at(29))
    return number

"""Small event logs for the small desk, and the mapping that reads them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import text

from deskterm.desk.core.session import DeskSession
from deskterm.exchange.importing.mapping import LogMapping, load_mapping
from deskterm.store.db.engine import Store
from small_desk import MONDAY, small_desk

HEADER = ("id", "at", "state", "level", "opened", "by", "caller", "client", "title", "group", "owner", "marks")

MAPPING = """
source = "other-desk"
name = "Log of another desk"

[log]
empty = ["?"]
dates = ["%Y-%m-%d %H:%M"]
zone = "Europe/London"

[rows]
ticket = "id"
at = "at"
opened = "opened"
actor = "by"

[ticket.type]
fixed = "fault"

[ticket.subject]
template = "{title}[ ({group})]"

[ticket.status]
column = "state"
values = { N = "new", W = "working", P = "waiting", S = "solved", C = "closed" }

[ticket.severity]
column = "level"
values = { 1 = "high", 2 = "low" }

[ticket.requester]
column = "caller"

[ticket.organisation]
column = "client"

[ticket.channel]
fixed = "email"

[ticket.team]
column = "group"

[ticket.assignee]
column = "owner"

[[ticket.tags]]
column = "marks"
"""


def mapping(folder: Path, mapping_text: str = MAPPING) -> LogMapping:
    """Write a mapping to a file and load it."""
    path = folder / "mapping.toml"
    path.write_text(mapping_text, encoding="utf-8")
    return load_mapping(path)


def row(key: str, at: str, state: str = "N", **other: str) -> tuple[str, ...]:
    """A row of the log. at: `2026-11-23 09:00`, or `09:00` of that day."""
    cells = dict.fromkeys(HEADER, "?") | {"id": key, "at": _day(at), "state": state, "level": "2", "title": "Help"}
    cells |= {"opened": _day(other.pop("opened", at)), "by": "otto"} | other
    return tuple(cells[name] for name in HEADER)


def _day(at: str) -> str:
    return f"2026-11-23 {at}" if len(at) == 5 else at


def write_log(path: Path, rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """Write a log to a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def desk_at(url: str) -> DeskSession:
    return small_desk(url)


def tables(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Load the rows that an import wrote, by the log's number of a ticket, without random values (ids, salts)."""
    with store.reading() as session:
        return {
            name: [tuple(row) for row in session.execute(text(sql))]
            for name, sql in {
                "tickets": (
                    "SELECT external_id, type, subject, status, category, is_open, severity, requester, organisation,"
                    " team, assignee, tags, received_at, updated_at, solved_at, closed_at, reopened, rank, order_at,"
                    " next_due_at, next_metric, breached, version FROM ticket ORDER BY external_id"
                ),
                "events": (
                    "SELECT external_id, seq, kind, at, actor FROM event JOIN ticket ON ticket.id = ticket_id"
                    " ORDER BY external_id, seq"
                ),
                "visits": (
                    "SELECT external_id, n, status_span.status, since, until, kind, seq, actor, teams, hand_offs"
                    " FROM status_span JOIN ticket ON ticket.id = ticket_id ORDER BY external_id, n"
                ),
                "clocks": (
                    "SELECT external_id, metric, cycle, state, started_at, due_at, stopped_at, consumed, since,"
                    " clock.breached_at, cause FROM clock JOIN ticket ON ticket.id = ticket_id"
                    " ORDER BY external_id, metric, cycle"
                ),
                "rows": "SELECT external_id, rows, digest FROM imported_row ORDER BY external_id",
            }.items()
        }


__all__ = ["MAPPING", "MONDAY", "desk_at", "mapping", "row", "tables", "write_log"]

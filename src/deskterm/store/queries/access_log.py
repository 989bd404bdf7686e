"""The audit log: actions of agents and accesses to tickets, over a bare `ReadConnection`; and the recording of an
access."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from typing import Any, NamedTuple

from deskterm.store.db import errors
from deskterm.store.db.connection import WRITE_LOCK_TIMEOUT, connect_for_writing
from deskterm.store.db.instants import seconds_from_stored, to_stored_text
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import ReadConnection, escape_like


class ActionRow(NamedTuple):
    """An action on a ticket, or on the desk itself (None): an event. at: epoch seconds."""

    at: int
    login: str
    ticket: int | None
    seq: int
    kind: str
    data: dict[str, Any]


class AccessRow(NamedTuple):
    """An access to data. at: epoch seconds; ticket: None where it was no single one; what: `ticket`, or the name of an
    export."""

    at: int
    login: str
    ticket: int | None
    what: str


def load_actions(
    reader: ReadConnection,
    *,
    login: str | None = None,
    ticket: int | None = None,
    since: int | None = None,
    until: int | None = None,
    limit: int = 100,
) -> list[ActionRow]:
    """Load the latest events, the newest first: of an agent, also where they acted as another one; of a ticket; in
    `[since, until)`, epoch seconds. Events that only note that time has passed are nobody's action."""
    where, params = _build_conditions(reader, ticket=ticket, since=since, until=until)
    if login is not None:
        # Who acted as another agent stands in the event's JSON only, under a key that no other part of it has.
        where = f"{where} AND (actor = :login OR data LIKE :impersonator ESCAPE '\\')"
        params |= {"login": login, "impersonator": f"%{escape_like(_impersonator_json(login))}%"}
    found = reader.rows(
        # By id, which is the order of writing: an event may be dated earlier than it was recorded
        f"SELECT at, actor, ticket_id, seq, kind, data FROM event WHERE kind <> 'noticed'{where} "
        "ORDER BY id DESC LIMIT :limit",
        params | {"limit": limit},
    )
    if ticket is None:  # the desk's own events are about no ticket
        found += reader.rows(
            f"SELECT at, actor, NULL, seq, kind, data FROM desk_event WHERE 1 = 1{where} "
            "ORDER BY seq DESC LIMIT :limit",
            params | {"limit": limit},
        )
    actions = [
        ActionRow(seconds_from_stored(at), actor, number, seq, kind, json.loads(data))
        for at, actor, number, seq, kind, data in found
    ]
    if ticket is None:
        actions.sort(key=lambda action: action.at, reverse=True)  # stable: of one instant, the desk's own come last
    return actions[:limit]


def load_accesses(
    reader: ReadConnection,
    *,
    login: str | None = None,
    ticket: int | None = None,
    since: int | None = None,
    until: int | None = None,
    limit: int = 100,
) -> list[AccessRow]:
    """Load the latest accesses that were recorded (S4-25), the newest first: of an agent, to a ticket, in
    `[since, until)`, epoch seconds."""
    where, params = _build_conditions(reader, ticket=ticket, since=since, until=until)
    if login is not None:
        where, params = f"{where} AND login = :login", params | {"login": login}
    found = reader.rows(
        f"SELECT at, login, ticket_id, what FROM access WHERE 1 = 1{where} ORDER BY id DESC LIMIT :limit",
        params | {"limit": limit},
    )
    return [AccessRow(seconds_from_stored(at), who, number, what) for at, who, number, what in found]


def is_access_logged(document: str) -> bool:
    """Return whether a procedure, given as JSON, has accesses to tickets recorded."""
    return bool(document and json.loads(document).get("retention", {}).get("log_accesses", False))


def record_access(
    url: str, login: str, ticket: int | None, what: str, at: datetime, *, lock_timeout: float = WRITE_LOCK_TIMEOUT
) -> None:
    """Record for ever that somebody looked at a ticket or exported data. lock_timeout: seconds to wait for another
    writer. Raises DeskError when it cannot be written."""
    # A connection of its own, because those for reading may not write
    with closing(connect_for_writing(url, lock_timeout=lock_timeout)) as connection, errors.translated(url):
        marks = "?, ?, ?, ?" if dialect(url) == "sqlite" else "%s, %s, %s, %s"
        instant = to_stored_text(at) if dialect(url) == "sqlite" else at
        connection.execute(
            f"INSERT INTO access (at, login, ticket_id, what) VALUES ({marks})", (instant, login, ticket, what)
        )


def _impersonator_json(login: str) -> str:
    """Return the part of an event's JSON that names the person who acted as another agent."""
    return f'"behind":{json.dumps(login, ensure_ascii=False)}'


def _build_conditions(
    reader: ReadConnection, *, ticket: int | None, since: int | None, until: int | None
) -> tuple[str, dict[str, object]]:
    where, params = "", dict[str, object]()
    if ticket is not None:
        where, params = f"{where} AND ticket_id = :ticket", params | {"ticket": ticket}
    if since is not None:
        where, params = f"{where} AND at >= :since", params | {"since": reader.instant(since)}
    if until is not None:
        where, params = f"{where} AND at < :until", params | {"until": reader.instant(until)}
    return where, params

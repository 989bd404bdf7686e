"""Who did what, and who looked at what, over a bare `ReadConnection`; and the writing down of a look."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from deskterm.store.db import errors
from deskterm.store.db.connection import WRITE_LOCK_TIMEOUT, connect_for_writing
from deskterm.store.db.instants import seconds_from_stored, to_stored_text
from deskterm.store.db.location import dialect
from deskterm.store.db.reader import ReadConnection, escape_like


class ActionRow(NamedTuple):
    """What somebody did to a ticket: an event. at: epoch seconds."""

    at: int
    login: str
    ticket: int
    seq: int
    kind: str
    data: dict[str, Any]


class AccessRow(NamedTuple):
    """That somebody looked. ticket: None where it was no single one; what: `ticket`, or an export's name."""

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
    """The last events, the newest first: of an agent or in an agent's name by this one, of a ticket, in
    `[since, until)`. What only notes the time is nobody's deed."""
    where, params = _conditions(reader, login=None, ticket=ticket, since=since, until=until, who="actor")
    if login is not None:
        where = f"{where} AND (actor = :login OR data LIKE :behind ESCAPE '\\')"
        params |= {"login": login, "behind": f"%{escape_like(_behind(login))}%"}
    found = reader.rows(
        f"SELECT at, actor, ticket_id, seq, kind, data FROM event WHERE kind <> 'noticed'{where} "
        "ORDER BY id DESC LIMIT :limit",
        params | {"limit": limit},
    )
    return [
        ActionRow(seconds_from_stored(at), who, number, seq, kind, json.loads(data))
        for at, who, number, seq, kind, data in found
    ]


def load_accesses(
    reader: ReadConnection,
    *,
    login: str | None = None,
    ticket: int | None = None,
    since: int | None = None,
    until: int | None = None,
    limit: int = 100,
) -> list[AccessRow]:
    """The last accesses that were written down (S4-25), the newest first."""
    where, params = _conditions(reader, login=login, ticket=ticket, since=since, until=until, who="login")
    found = reader.rows(
        f"SELECT at, login, ticket_id, what FROM access WHERE 1 = 1{where} ORDER BY id DESC LIMIT :limit",
        params | {"limit": limit},
    )
    return [AccessRow(seconds_from_stored(at), who, number, what) for at, who, number, what in found]


def is_access_logged(document: str) -> bool:
    """Whether a procedure, as its JSON, wants looks written down."""
    return bool(document and json.loads(document).get("retention", {}).get("log_accesses", False))


def record_access(
    url: str, login: str, ticket: int | None, what: str, at: datetime, *, lock_timeout: float = WRITE_LOCK_TIMEOUT
) -> None:
    """Keep for ever that somebody looked. patience: seconds to wait for another writer. DeskError when it cannot be
    written."""
    connection = connect_for_writing(url, lock_timeout=lock_timeout)
    try:
        marks = "?, ?, ?, ?" if dialect(url) == "sqlite" else "%s, %s, %s, %s"
        instant = to_stored_text(at) if dialect(url) == "sqlite" else at
        connection.execute(
            f"INSERT INTO access (at, login, ticket_id, what) VALUES ({marks})", (instant, login, ticket, what)
        )
    except Exception as error:
        raise errors.to_desk_error(error, url) or error from error
    finally:
        connection.close()


def _behind(login: str) -> str:
    """How an event says who acted in an agent's name."""
    return f'"behind":{json.dumps(login, ensure_ascii=False)}'


def _conditions(
    reader: ReadConnection, *, login: str | None, ticket: int | None, since: int | None, until: int | None, who: str
) -> tuple[str, dict[str, object]]:
    where, params = "", dict[str, object]()
    if login is not None:
        where, params = f"{where} AND {who} = :login", params | {"login": login}
    if ticket is not None:
        where, params = f"{where} AND ticket_id = :ticket", params | {"ticket": ticket}
    if since is not None:
        where, params = f"{where} AND at >= :since", params | {"since": reader.instant(since)}
    if until is not None:
        where, params = f"{where} AND at < :until", params | {"until": reader.instant(until)}
    return where, params

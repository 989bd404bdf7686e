"""Notices to agents that are to leave by mail (M-58). SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
import time
from typing import NamedTuple

from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection, escape_like
from deskterm.store.queries.outbox import NoticeRow

_LOOKS, _PAUSE = 20, 0.05
"""Most looks for writers that have not ended, and seconds between two looks."""


class DueNotice(NamedTuple):
    """A notice that may be sent. event: the number of its event in the store."""

    event: int
    notice: NoticeRow


class NoticeRecipient(NamedTuple):
    """An agent as the recipient of mails; email: empty where no address is known."""

    number: int
    email: str


def find_settled_event(reader: ReadConnection) -> int | None:
    """Find the number of an event before which no other one will be written; None while somebody writes for long.
    reader: one that hides nothing.

    PostgreSQL gives numbers out before it commits: an event may come to light after one with a higher number, and who
    had read up to that would miss it. Whoever writes events holds a lock on their table until the end of their
    transaction; once those who hold one have ended, all numbers that were given out before are settled."""
    newest = int(reader.rows("SELECT coalesce(max(id), 0) FROM event")[0][0])
    if reader.dialect == "sqlite":
        return newest
    writers = set(reader.rows(_WRITERS))
    for _ in range(_LOOKS):
        if not writers:
            return newest
        time.sleep(_PAUSE)
        writers &= set(reader.rows(_WRITERS))  # those who came later write higher numbers
    return None if writers else newest


_WRITERS = (
    "SELECT pid, virtualtransaction FROM pg_locks "
    "WHERE locktype = 'relation' AND relation = CAST('event' AS regclass) AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"
)


def load_notices_between(
    reader: ReadConnection, login: str, after: int, last: int, now: int, limit: int
) -> tuple[list[DueNotice], int]:
    """Load the notices to an agent whose events came after one and not after another one, by their numbers in the
    store, and that may be sent by now, epoch seconds, the oldest first; and the number up to which there is no other
    one. A notice that waits for an opening keeps those behind it waiting."""
    found = reader.rows(
        "SELECT e.id, e.ticket_id, r.at, r.data, t.subject, t.status FROM event e "
        "JOIN record r ON r.ticket_id = e.ticket_id AND r.kind = 'notice' AND r.key = CAST(e.seq AS VARCHAR) "
        "JOIN ticket t ON t.id = e.ticket_id WHERE e.kind = 'told' AND e.id > :after AND e.id <= :last "
        "AND r.who LIKE :who ESCAPE '\\' ORDER BY e.id LIMIT :limit",
        {"after": after, "last": last, "who": f"%,{escape_like(login)},%", "limit": limit},
    )
    notices: list[DueNotice] = []
    for event, ticket, at, data, subject, status in found:
        values = json.loads(data)
        if (values.get("due") or 0) > now:
            return notices, event - 1
        row = NoticeRow(ticket, seconds_from_stored(at), values.get("on", ""), values.get("what", ""), subject, status)
        notices.append(DueNotice(event, row))
    return notices, notices[-1].event if len(notices) == limit else max(after, last)


def load_notice_recipient(reader: ReadConnection, login: str) -> NoticeRecipient | None:
    """Load an agent as the recipient of mails; None for one who is hidden or gone."""
    found = reader.rows("SELECT id, email FROM agent WHERE login = :login", {"login": login})
    return NoticeRecipient(*found[0]) if found else None


def find_last_notice_before(reader: ReadConnection, since: int) -> int:
    """Find the number of the last event before an instant, epoch seconds, that is a notice; 0 without one."""
    found = reader.rows(
        "SELECT coalesce(max(id), 0) FROM event WHERE kind = 'told' AND at < :since", {"since": reader.instant(since)}
    )
    return int(found[0][0])

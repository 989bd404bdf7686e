"""Notices to agents that are to leave by mail, or to be pushed (M-58). SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection, escape_like

_LOOKS, _PAUSE = 20, 0.05
"""Most looks for writers that have not ended, and seconds between two looks."""


class DueNotice(NamedTuple):
    """A notice that may be sent. event: the number of its event in the store; at: when it was written; not_before: the
    opening that it waits for; due_at: when the ticket's next target is due; all epoch seconds."""

    event: int
    number: int
    at: int
    not_before: int | None
    on: str
    what: str
    subject: str
    severity: str | None
    due_at: int | None


class NoticesDone(NamedTuple):
    """The events up to which notices to somebody are done. at_once, deferred: of those that wait for no opening, and
    of those that do: a call at night does not wait behind a warning that is left for the morning."""

    at_once: int
    deferred: int

    def pass_over(self, notice: DueNotice) -> NoticesDone:
        """Return how far they are once a notice is done."""
        if notice.not_before is None:
            return self._replace(at_once=notice.event)
        return self._replace(deferred=notice.event)

    def count_events_to(self, later: NoticesDone) -> int:
        """Return how many events lie between this and a later state, where that is more."""
        return max(later.at_once - self.at_once, later.deferred - self.deferred)


class NextNotices(NamedTuple):
    """The notices to somebody whose turn it is, the oldest first. done: how far they are with all of these; is_full:
    there may be more."""

    notices: list[DueNotice]
    done: NoticesDone
    is_full: bool


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


def load_next_notices(
    reader: ReadConnection, logins: Sequence[str], done: NoticesDone, last: int, now: int | None, limit: int
) -> NextNotices:
    """Load the notices to any of some agents, each once, that are not done, and whose events do not come after another
    one. now: epoch seconds; of those that wait for an opening, the first that waits for a later one keeps those behind
    it waiting; None: none waits. limit: the number to load of those that wait and of those that do not."""
    found, is_full, until = list[DueNotice](), False, [*done]
    for is_deferred, seen in enumerate(done):
        some = _load_notices(reader, logins, seen, last, limit, is_deferred=bool(is_deferred))
        until[is_deferred] = some[-1].event if len(some) == limit else max(seen, last)
        is_full = is_full or len(some) == limit
        if now is not None:
            waiting = next((place for place, one in enumerate(some) if (one.not_before or 0) > now), None)
            if waiting is not None:
                until[is_deferred], some = some[waiting].event - 1, some[:waiting]
        found += some
    return NextNotices(sorted(found), NoticesDone(*until), is_full)


def _load_notices(
    reader: ReadConnection, logins: Sequence[str], after: int, last: int, limit: int, *, is_deferred: bool
) -> list[DueNotice]:
    who = " OR ".join(f"r.who LIKE :who{place} ESCAPE '\\'" for place in range(len(logins)))
    if not who:
        return []
    found = reader.rows(
        "SELECT e.id, e.ticket_id, r.at, r.due_at, r.data, t.subject, t.severity, t.next_due_at FROM event e "
        "JOIN record r ON r.ticket_id = e.ticket_id AND r.kind = 'notice' AND r.key = CAST(e.seq AS VARCHAR) "
        "JOIN ticket t ON t.id = e.ticket_id WHERE e.kind = 'told' AND e.id > :after AND e.id <= :last "
        f"AND r.due_at IS {'NOT ' if is_deferred else ''}NULL AND ({who}) ORDER BY e.id LIMIT :limit",
        {
            "after": after,
            "last": last,
            "limit": limit,
            **{f"who{place}": f"%,{escape_like(login)},%" for place, login in enumerate(logins)},
        },
    )
    return [
        DueNotice(
            event,
            ticket,
            seconds_from_stored(at),
            optional_seconds_from_stored(not_before),
            values.get("on", ""),
            values.get("what", ""),
            subject,
            severity,
            optional_seconds_from_stored(due),
        )
        for event, ticket, at, not_before, data, subject, severity, due in found
        for values in (json.loads(data),)
    ]


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

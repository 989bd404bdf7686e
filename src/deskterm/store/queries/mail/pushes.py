"""Notices to agents that may be pushed. SQL over a bare `ReadConnection`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection, escape_like


class PushNotice(NamedTuple):
    """A notice that may be pushed. event: the number of its event in the store; at: when it was written; not_before:
    the opening that it waits for; due_at: when the ticket's next target is due; all epoch seconds."""

    event: int
    number: int
    at: int
    not_before: int | None
    on: str
    what: str
    subject: str
    severity: str | None
    due_at: int | None


def load_push_notices(
    reader: ReadConnection, logins: Sequence[str], after: int, last: int, limit: int, *, is_deferred: bool
) -> list[PushNotice]:
    """Load the notices to any of some agents, each once, whose events came after one and not after another one, by
    their numbers in the store, in that order. is_deferred: those that wait for an opening, and not those that do not.
    """
    who = " OR ".join(f"r.who LIKE :who{place} ESCAPE '\\'" for place in range(len(logins)))
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
        PushNotice(
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

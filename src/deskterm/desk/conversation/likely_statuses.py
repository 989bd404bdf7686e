"""The statuses that a ticket may move to with an answer, the likeliest first (C-20)."""

from __future__ import annotations

import json
from collections import Counter

from sqlalchemy import bindparam, func, select

from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.status_graph import list_next_statuses
from deskterm.store.db.tables import Event, table_of

_EVENTS_READ = 3000
"""Newest events that are searched for the statuses to which agents moved tickets with their answers."""

_event = table_of(Event)
# Limited by id, so that a desk of a million events with few answers is not read to its beginning
_SELECT_ANSWERS = select(_event.c.data).where(
    _event.c.id > select(func.max(_event.c.id)).scalar_subquery() - _EVENTS_READ,
    _event.c.kind == "replied",
    _event.c.data.like(bindparam("pattern")),
)


def list_likely_statuses(desk: DeskSession, kind: str, status: str, *, solving: bool = False) -> list[str]:
    """Return the keys of the statuses that a ticket of a type may go to from a status: those that agents of this desk
    chose most often with their latest answers, then those that wait for the requester, then the others, in the
    procedure's order. solving: the answer resolves the ticket, so solved statuses come first."""
    moves: Counter[str] = Counter()
    with desk.store.reading() as session:
        for data in session.connection().execute(_SELECT_ANSWERS, {"pattern": f'%"status":%"{status}"%'}).scalars():
            change = json.loads(data).get("changes", {}).get("status")
            if change is not None and change[0] == status:
                moves[change[1]] += 1
    following = list_next_statuses(desk.procedure, kind, status)
    awaited = "solved" if solving else "waiting"
    # An answer that resolves leads to a solved status, whatever was chosen most often with other answers
    ranked = sorted(
        following,
        key=lambda one: (solving and one.category != "solved", -moves[one.key], one.category != awaited),
    )
    return [one.key for one in ranked]

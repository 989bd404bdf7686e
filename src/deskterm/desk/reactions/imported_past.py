"""Silence about the past of an imported ticket: what was due before its import ends timers and misses due times here as
well, but nobody is told. The other desk has done that, and a reminder of last spring would reach its customer today.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.store.db.tables import Event as EventRow
from deskterm.store.db.tables import table_of

_event = table_of(EventRow)
_LAST_IMPORT = (
    select(_event.c.data)
    .where(_event.c.ticket_id == bindparam("number"), _event.c.data.contains('"imported_at":'))
    .order_by(_event.c.seq.desc())
    .limit(1)
)


def leave_out_past(work: TicketTransaction, events: Sequence[Event]) -> list[Event]:
    """Return those of some events that happened after the last import of their ticket; all of a ticket that was made
    here."""
    if work.state.external_id is None or not events:
        return list(events)
    found = work.connection.execute(_LAST_IMPORT, {"number": work.number}).scalar_one_or_none()
    imported_at = json.loads(found).get("imported_at") if found is not None else None
    if not isinstance(imported_at, int):
        return list(events)
    return [event for event in events if event.at > imported_at]

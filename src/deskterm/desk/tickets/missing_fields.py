"""What a request still does not say: after its type became another one, and when it came of another ticket (S1-03,
S2-08)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.records import Records, change
from deskterm.desk.policy.request_fields import wanted
from deskterm.procedure.schema import RequestType
from deskterm.store.db.tables import Contact, table_of

INCOMPLETE = "incomplete"
"""What a ticket is marked with that lacks what its type asks for."""
MISSING = "missing"
"""The kind of record that says what a ticket lacks: its `fields`."""


def recheck_missing_fields(work: TicketTransaction, kind: RequestType, changes: Changes) -> Changes:
    """The change of what a ticket lacks when it becomes one of a type. changes: the others that come with that."""
    lacking = [key for key in wanted(work.procedure, kind) if not _has(work, key, changes)]
    known = work.state.records.get((MISSING, "1"))
    if known is None and not lacking:
        return {}
    return build_missing_change(work.state.records, lacking)


def check_split_ticket_fields(work: TicketTransaction, body: str) -> Changes:
    """What a ticket lacks that came of another one: what its type asks for is asked anew of a matter of its own. work:
    after its first event; body: its first message."""
    kind = work.procedure.types.get(work.state.type)
    if kind is None:
        return {}
    lacking = [
        key
        for key in wanted(work.procedure, kind)
        if not (body.strip() if key == "description" else _has(work, key, {}))
    ]
    return build_missing_change({}, lacking) if lacking else {}


def build_missing_change(records: Records, lacking: Sequence[str]) -> Changes:
    """The change that says what a ticket lacks, by the keys of fields; of one that lacks nothing more, that it was
    given."""
    state = {"state": "open", "flag": INCOMPLETE} if lacking else {"state": "given", "flag": None}
    return change(records, MISSING, "1", fields=list(lacking), **state)


def _has(work: TicketTransaction, key: str, changes: Changes) -> bool:
    state = work.state
    if state.fields.get(key) not in (None, "", []):
        return True
    match key:
        case "subject":
            return True
        case "description":
            return any("body" in event.texts and event.kind in ("registered", "imported") for event in work.events())
        case "requester":
            return state.requester_id is not None
        case "organisation":
            return state.organisation_id is not None
        case "email":
            table = table_of(Contact)
            query = select(table.c.email).where(table.c.id == state.requester_id)
            return bool(work.session.execute(query).scalar_one_or_none())
    value = changes[key][1] if key in changes else getattr(state, key, None)
    return value not in (None, "")

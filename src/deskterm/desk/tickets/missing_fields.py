"""Missing fields of a request, after its type was changed (S1-03) and for a ticket that came from another (S2-08)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.records import Records, build_record_change
from deskterm.desk.policy.request_fields import list_required_fields
from deskterm.procedure.schema import RequestType
from deskterm.store.db.tables import Contact, table_of

INCOMPLETE = "incomplete"
"""Flag of a ticket that lacks a field which its type requires."""
MISSING = "missing"
"""Kind of the record that lists the missing fields of a ticket in its `fields`."""


def recheck_missing_fields(work: TicketTransaction, request_type: RequestType, changes: Changes) -> Changes:
    """Return the change of the missing fields for a ticket that gets another type; none where nothing was or is
    missing.

    changes: the other changes that come with the type.
    """
    missing_keys = [
        key for key in list_required_fields(work.procedure, request_type) if not _has_value(work, key, changes)
    ]
    record = work.state.records.get((MISSING, "1"))
    # Nothing was flagged and nothing is: no record, or every change of type would leave one
    if record is None and not missing_keys:
        return {}
    return build_missing_change(work.state.records, missing_keys)


def check_split_ticket_fields(work: TicketTransaction, body: str) -> Changes:
    """Return the change of the missing fields for a ticket that came from another: it is a matter of its own, so what
    its type requires is checked again. Called after the first event. body: its first message."""
    request_type = work.procedure.types.get(work.state.type)
    if request_type is None:
        return {}
    missing_keys = [
        key
        for key in list_required_fields(work.procedure, request_type)
        if not (body.strip() if key == "description" else _has_value(work, key, {}))
    ]
    return build_missing_change({}, missing_keys) if missing_keys else {}


def build_missing_change(records: Records, missing_keys: Sequence[str]) -> Changes:
    """Return the change that records which fields are missing, by key; for an empty list, that all were given."""
    state = {"state": "open", "flag": INCOMPLETE} if missing_keys else {"state": "given", "flag": None}
    return build_record_change(records, MISSING, "1", fields=list(missing_keys), **state)


def _has_value(work: TicketTransaction, key: str, changes: Changes) -> bool:
    state = work.state
    if state.fields.get(key) not in (None, "", []):
        return True
    match key:
        case "subject":
            return True
        case "description":
            return any(
                # Its text is stored apart, so the state does not know whether there was one
                "body" in event.texts and event.kind in ("registered", "imported")
                for event in work.load_earlier_events()
            )
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

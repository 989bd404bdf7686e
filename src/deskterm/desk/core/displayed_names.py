"""The names in a ticket's row that its state holds only as ids: subject, requester and organisation."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select
from sqlmodel import Session

from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.state import State
from deskterm.store.db.tables import Contact, Organisation, PersonalText, table_of

_contact, _organisation, _text = table_of(Contact), table_of(Organisation), table_of(PersonalText)
# Built once, because building a statement costs more than running it.
_SELECT_TEXT = select(_text.c.body).where(_text.c.id == bindparam("id"))
_SELECT_CONTACT_NAME = select(_contact.c.name).where(_contact.c.id == bindparam("id"))
_SELECT_ORGANISATION_NAME = select(_organisation.c.name).where(_organisation.c.id == bindparam("id"))

_NAMED_FIELDS = frozenset({"requester_id", "organisation_id"})
"""Fields whose names are copied to the ticket's row."""


def load_displayed_names(session: Session, state: State, texts: Mapping[int, str] | None = None) -> dict[str, str]:
    """Return the names in a ticket's row that its state holds only as ids: subject, requester and organisation.

    texts: text id → text, of those that need not be looked up."""
    names = {"subject": "", "requester": "", "organisation": ""}
    if state.subject_id is not None:
        found = (texts or {}).get(state.subject_id)
        names["subject"] = (
            session.execute(_SELECT_TEXT, {"id": state.subject_id}).scalar_one() if found is None else found
        )
    if state.requester_id is not None:
        names["requester"] = session.execute(_SELECT_CONTACT_NAME, {"id": state.requester_id}).scalar_one()
    if state.organisation_id is not None:
        names["organisation"] = session.execute(_SELECT_ORGANISATION_NAME, {"id": state.organisation_id}).scalar_one()
    return names


def changes_names(event: Event) -> bool:
    """Return whether an event may change the names in the ticket's row (`load_displayed_names`)."""
    return (
        "subject" in event.texts
        or event.kind == "undone"
        or event.kind in ERASURE_EVENTS
        or not _NAMED_FIELDS.isdisjoint(event.changes)
    )

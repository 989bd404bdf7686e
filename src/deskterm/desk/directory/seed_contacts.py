"""Seeding of contacts, the people who write to the desk, from lists. Seeding again changes nothing, and removes nobody.

A contact is known by its address, or without one by its name within a client: people of two clients who have the same
name stay two (R-71).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from deskterm.desk.core.desk_history import record_contacts
from deskterm.desk.core.people import find_or_add_contact, find_organisation
from deskterm.desk.core.person_digests import lock_desk, note_contact
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.email_address import list_spellings, normalise_address
from deskterm.desk.domain.text import is_visible
from deskterm.errors import DeskError
from deskterm.store.db.change_feed import notify_change
from deskterm.store.db.tables import Contact, Organisation, Ticket, table_of

_contact, _ticket = table_of(Contact), table_of(Ticket)


def seed_contacts(
    desk: DeskSession, rows: Sequence[Mapping[str, Any]], *, dry_run: bool = False, now: datetime
) -> list[str]:
    """Insert or update contacts; return the differences, one per line. rows: `name`, `email`, `phone` and `client` (key
    or name), of which each has a name or an address; what a row leaves out stays as it is.

    dry_run: return the differences, and write nothing. Raises DeskError for a client that there is not, and a row
    without name and address."""
    desk.require("seed")
    for row in rows:
        if not any(is_visible(str(row.get(name) or "")) for name in ("name", "email")):
            raise DeskError("A contact has neither a name nor an address: write one of them.")
    with desk.writing("seed") as session:
        lock_desk(session)
        lines: list[str] = []
        for row in rows:
            lines += _seed(session, row)
        if dry_run:
            session.rollback()
        elif lines:
            record_contacts(session, desk.agent.login, now, desk.behind)
            notify_change(session, None)
    return lines


def _seed(session: Session, row: Mapping[str, Any]) -> list[str]:
    client = _find_client(session, row)
    number = client.id if client is not None else None
    email, name = row.get("email") or None, row.get("name") or None
    found = _find(session, name, email, number)
    if found is None:
        added = find_or_add_contact(session, name, email, row.get("phone") or "", number)
        assert added is not None
        return [f"+ {email or added.name}" + (f" ({added.name})" if email else "")]
    values: dict[str, Any] = {}
    if name:
        values["name"] = name
    if "phone" in row:
        values["phone"] = row["phone"] or ""
    if "client" in row:
        values["organisation_id"] = number
    changes = {key: value for key, value in values.items() if getattr(found, key) != value}
    if not changes:
        return []
    note_contact(session, found.id or 0)
    lines = [_describe(session, found, key, value) for key, value in changes.items()]
    for key, value in changes.items():
        setattr(found, key, value)
    session.flush()
    if "name" in changes:
        # Rows of tickets have the requester's name
        session.execute(update(_ticket).where(_ticket.c.requester_id == found.id).values(requester=changes["name"]))
    return lines


def _find_client(session: Session, row: Mapping[str, Any]) -> Organisation | None:
    """Return the client that a row names, else the one whose domain its address has."""
    return find_organisation(session, row.get("client") or None, row.get("email") or None)


def _find(session: Session, name: str | None, email: str | None, client: int | None) -> Contact | None:
    query = select(Contact).order_by(_contact.c.id)
    if email:
        spellings = list_spellings(normalise_address(email))
        return session.execute(query.where(_contact.c.email.in_(spellings))).scalars().first()
    same = _contact.c.organisation_id == client if client else _contact.c.organisation_id.is_(None)
    return session.execute(query.where(_contact.c.name == name, _contact.c.email.is_(None), same)).scalars().first()


def _describe(session: Session, contact: Contact, key: str, value: Any) -> str:
    before = getattr(contact, key)
    if key == "organisation_id":
        key, before, value = "client", *(_name_client(session, one) for one in (before, value))
    return f"~ {contact.email or contact.name}: {key} {before or '–'} → {value or '–'}"


def _name_client(session: Session, number: int | None) -> str:
    client = session.get(Organisation, number) if number is not None else None
    return client.key if client is not None else ""

"""Digests of people in the desk's own history (D-41): of the data of agents, clients and contacts. The history is kept
for ever, so it has only salted digests of personal data, as events have of texts. When a person is erased, the salt is
deleted with the data, and nothing can be guessed from the digest that stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select, text
from sqlmodel import Session

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.domain.events import compute_digest
from deskterm.store.db.tables import Agent, Contact, Desk, Organisation, table_of

_agent, _client, _contact = table_of(Agent), table_of(Organisation), table_of(Contact)
_desk = table_of(Desk)

CONTACT_COLUMNS = ("name", "email", "phone", "organisation_id")
CLIENT_COLUMNS = ("name", "domain", "tenant", "notes", "coverage", "handoff")
_AGENT_COLUMNS = ("name", "email", "away_until")
_PENDING = "contacts"
"""The key in `Session.info` of the contacts that the transaction changes."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def digest_words(salt: str, *words: Any) -> str:
    """Return the salted digest of a person's data, in the order of the columns. None and an empty text are the same."""
    return compute_digest(salt, _encode([word or "" for word in words]))


def read_details(session: Session) -> dict[str, str]:
    """Return `agent LOGIN details` and `client KEY details` → digest, of all there are."""
    found = {}
    for agent in session.execute(select(_agent)):
        until = None if agent.away_until is None else to_epoch(agent.away_until)
        found[f"agent {agent.login} details"] = digest_words(agent.salt, agent.name, agent.email, until)
    for client in session.execute(select(_client)):
        words = (getattr(client, column) for column in CLIENT_COLUMNS)
        found[f"client {client.key} details"] = digest_words(client.salt, *words)
    return found


def read_contacts(session: Session) -> Iterator[tuple[str, str]]:
    """Yield `contact NUMBER` and the digest of each contact there is."""
    query = select(_contact).order_by(_contact.c.id).execution_options(yield_per=5_000)
    for row in session.execute(query):
        yield f"contact {row.id}", _digest_contact(row)


def _digest_contact(row: Row[Any]) -> str:
    return digest_words(row.salt, *(getattr(row, column) for column in CONTACT_COLUMNS))


def lock_desk(session: Session) -> None:
    """Lock the row of the desk, which is the end of its chain, before a contact is added or changed.

    On PostgreSQL whoever writes locks in the same order, so that no two wait for each other: tickets, the desk,
    contacts and clients. On SQLite the transaction has locked the whole file."""
    if session.get_bind().dialect.name == "postgresql":
        lock_tickets(session)
        session.execute(select(_desk.c.id).with_for_update())


def lock_tickets(session: Session, *, against_others: bool = False) -> None:
    """Lock the tickets as a whole before the desk is, in a transaction that will write to some that it does not know
    yet (`lock_desk`). against_others: other writers wait."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE ticket IN {'SHARE ' if against_others else ''}ROW EXCLUSIVE MODE"))


def note_contact(session: Session, number: int, *, is_new: bool = False) -> None:
    """Note that the transaction adds a contact, or is about to change one: `desk_history.record_contacts` records the
    difference at its end. Locks the desk."""
    lock_desk(session)
    pending: dict[str, str | None] = session.info.setdefault(_PENDING, {})
    if f"contact {number}" not in pending:
        pending[f"contact {number}"] = None if is_new else _read_digest(session, number)


def take_contact_changes(session: Session) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return `contact NUMBER` → digest before and after the transaction, of the contacts that were noted, and forget
    these."""
    before: dict[str, Any] = session.info.pop(_PENDING, {})
    if not before:
        return {}, {}
    session.flush()
    return before, {key: _read_digest(session, int(key.split()[1])) for key in before}


def _read_digest(session: Session, number: int) -> str:
    return _digest_contact(session.execute(select(_contact).where(_contact.c.id == number)).one())

"""Look-ups of people: agents, clients, and the contacts who write for them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.core.person_digests import lock_desk, note_contact
from deskterm.desk.domain.email_address import is_email_address, list_spellings, normalise_address, parse_mailbox
from deskterm.desk.domain.text import normalise_name
from deskterm.desk.policy.name_matching import find_named, find_similar_names, list_candidates
from deskterm.desk.policy.permissions import format_unknown_agent
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import fold
from deskterm.store.db.tables import Agent, Contact, Organisation, table_of


class UnknownClient(DeskError):
    """There is no client of that name. name: as it was given; similar: key and name of those that may be meant."""

    def __init__(self, name: str, similar: Sequence[tuple[str, str]]) -> None:
        listed = ", ".join(f"{key} ({label})" for key, label in similar)
        hint = f"did you mean {listed}?" if listed else "an admin can add it with `deskterm seed clients FILE`."
        super().__init__(f"There is no client {name!r}: {hint}", option="--new-client")
        self.name, self.similar = name, similar


class UnknownAgent(DeskError):
    """The login is not that of an active agent. logins: those that are."""

    def __init__(self, sentence: str, logins: Sequence[str]) -> None:
        super().__init__(sentence)
        self.logins = logins


def build_unknown_agent(session: Session, login: str, *, is_former: bool) -> UnknownAgent:
    """Return the error for a login that may not work here. is_former: it is that of one who is not active."""
    table = table_of(Agent)
    logins = list(session.execute(select(table.c.login).where(table.c.active).order_by(table.c.id)).scalars())
    return UnknownAgent(format_unknown_agent(login, is_former=is_former), logins)


def find_active_agent(session: Session, login: str) -> Agent:
    """Return the active agent with a login or a name, or the only one with a part of either; accents and case do not
    matter (C-24, C-51). Raises DeskError for any other text, and lists those who may be meant."""
    table = table_of(Agent)
    agent: Agent | None = session.execute(select(Agent).where(table.c.login == login)).scalar_one_or_none()
    if agent is not None and agent.active:
        return agent
    active: list[Agent] = list(session.execute(select(Agent).where(table.c.active).order_by(table.c.login)).scalars())
    if agent is None:
        found = find_named(login, active)
        if len(found) == 1:
            return found[0]
        if found:
            raise DeskError(f"{login!r} may be {list_candidates(found)}: give the login.")
        if similar := find_similar_names(login, active):
            raise DeskError(f"{login!r} is no agent of this desk: did you mean {list_candidates(similar)}?")
    logins = [one.login for one in active if one.role != "viewer"]
    listed = ", ".join(logins[:12]) + (" …" if len(logins) > 12 else "")
    reason = "is not active any more" if agent is not None else "is no agent of this desk"
    raise DeskError(f"{login!r} {reason}: choose from {listed}.")


def find_worker(session: Session, login: str) -> Agent:
    """Return the active agent with a login who works on tickets. Raises DeskError for a viewer."""
    agent = find_active_agent(session, login)
    if agent.role == "viewer":
        raise DeskError(f"{agent.name} only looks on: give it to somebody who works on tickets.")
    return agent


def find_organisation(
    session: Session, key: str | None, email: str | None, number: int | None = None
) -> Organisation | None:
    """Return the client with a row number, a key or name, or the domain of an address, in this order of preference.

    None where none of them is given or the domain is unknown. Raises UnknownClient for an unknown key."""
    table = table_of(Organisation)
    if number is not None:
        return session.get(Organisation, number)
    if key is not None:
        wanted = fold(key.strip())
        # Compared here and not by the database: SQLite folds the case of ASCII letters only, and there are few clients.
        known = session.execute(select(table.c.id, table.c.key, table.c.name).order_by(table.c.id)).all()
        found = [row.id for row in known if wanted in (fold(row.key), fold(row.name))]
        if not found:
            alike = [(row.key, row.name) for row in known if wanted in fold(row.key) or wanted in fold(row.name)]
            names = {name: (row.key, row.name) for row in known for name in (fold(row.key), fold(row.name))}
            close = [names[name] for name in get_close_matches(wanted, names, n=3, cutoff=0.7)]
            raise UnknownClient(key, list(dict.fromkeys(alike[:6] or close)))
        return session.get(Organisation, found[0])
    if email is not None and "@" in email:
        domains = [one.rsplit("@", 1)[1] for one in list_spellings(email)]
        by_domain: Organisation | None = (
            session.execute(select(Organisation).where(table.c.domain.in_(domains))).scalars().first()
        )
        return by_domain
    return None


def list_clients(session: Session) -> list[tuple[str, str, str]]:
    """Return key, name and domain of every client, by name."""
    table = table_of(Organisation)
    found = session.execute(select(table.c.key, table.c.name, table.c.domain).order_by(table.c.name))
    return sorted(((key, name, domain) for key, name, domain in found), key=lambda client: fold(client[1]))


def find_or_add_author(
    session: Session,
    name: str | None,
    requester_id: int | None,
    organisation_id: int | None,
    *,
    is_public: bool = False,
) -> int | None:
    """Return the id of the contact who wrote a message: the requester, unless another is named by name or address.

    A contact who is not known yet is added. is_public: as for `find_or_add_stranger`. None when nothing is known of
    them."""
    author = normalise_name(name)
    table = table_of(Contact)
    if requester_id is not None:
        requester = session.execute(select(table.c.name, table.c.email).where(table.c.id == requester_id)).one()
        if not author or author.casefold() in (requester.name.casefold(), (requester.email or "").casefold()):
            return requester_id
    if not author:
        return None
    if is_email_address(author):
        person = find_or_add_contact(session, None, author, None, organisation_id)
        return person.id if person is not None else None
    if (mailbox := parse_mailbox(author)) is not None:
        person = find_or_add_stranger(session, *mailbox, is_public=is_public)
        return person.id if person is not None else None
    same = table.c.organisation_id == organisation_id if organisation_id else table.c.organisation_id.is_(None)
    statement = select(table.c.id).where(table.c.name == author, same).order_by(table.c.id)
    found: int | None = session.execute(statement).scalars().first()
    if found is not None:
        return found
    person = find_or_add_contact(session, author, None, None, organisation_id)
    return person.id if person is not None else None


def find_or_add_stranger(session: Session, name: str | None, address: str, *, is_public: bool) -> Contact | None:
    """Return the contact with an address that a mail names. One who is not known yet is added, as a contact of the
    client whose domain the address has. is_public: it is of a provider for everybody, so that its domain says nothing
    of a client (M-27)."""
    client = None if is_public else find_organisation(session, None, address)
    return find_or_add_contact(session, name, address, None, client.id if client is not None else None)


def find_or_add_contact(
    session: Session, name: str | None, email: str | None, phone: str | None, organisation_id: int | None
) -> Contact | None:
    """Return the contact with an address, or else with a name within the organisation; add one who is not known yet.

    None when neither is given. name: may include the address, as in `Tor <tor@larch.example>`. Raises UsageError for
    something that is no address."""
    if email is None and (mailbox := parse_mailbox(name or "")):
        name, email = mailbox
    # So that it is found however it is written
    address = normalise_address(email) if email else None
    if address is not None and not is_email_address(address):
        raise UsageError(f"{email!r} is no e-mail address: write it as name@example.org.")
    full_name = normalise_name(name)
    if not full_name and address is None:
        return None
    table = table_of(Contact)
    found: Contact | None = None
    if address is not None:
        same_address = select(Contact).where(table.c.email.in_(list_spellings(address))).order_by(table.c.id)
        found = session.execute(same_address).scalars().first()
    elif full_name:
        same = table.c.organisation_id == organisation_id if organisation_id else table.c.organisation_id.is_(None)
        found = (
            # Not among those with an address: a namesake who has one may be somebody else
            session.execute(select(Contact).where(table.c.name == full_name, table.c.email.is_(None), same))
            .scalars()
            .first()
        )
    if found is not None:
        return found
    lock_desk(session)
    person = Contact(
        name=full_name or (address or "").split("@")[0],
        email=address,
        phone=phone or "",
        organisation_id=organisation_id,
    )
    session.add(person)
    # For the id, which events refer to
    session.flush()
    note_contact(session, person.id or 0, is_new=True)
    return person

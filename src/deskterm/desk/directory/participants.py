"""Participants of a ticket: people outside, besides the requester, who receive its letters (S1-33, S2-08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from deskterm.desk.core.people import find_or_add_contact, find_or_add_stranger
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.email_address import list_spellings
from deskterm.desk.domain.received_mail import PersonInCopy
from deskterm.desk.domain.records import build_record_change, build_record_removal, records_of_kind
from deskterm.desk.notify.letters import find_people_without_address
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.channels import MAIL
from deskterm.store.db.tables import Contact, table_of


def add_participant(
    desk: DeskSession,
    number: int,
    name_or_email: str,
    *,
    email: str | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Add a participant.

    name_or_email: identifies the person. email: the address that belongs to a name. An unknown person becomes a contact
    of the ticket's client. Raises DeskError for the requester and for somebody who takes part already.
    """
    with desk.ticket(number, "participate", now, version) as work:
        person = find_or_add_contact(work.session, name_or_email, email, None, work.state.organisation_id)
        if person is None or person.id is None:
            raise UsageError("Say whom to add: a name or an e-mail address.")
        # An address with a mistake would otherwise become the name of a new contact that no letter reaches
        if "@" in name_or_email and person.email is None:
            raise UsageError(
                f"{name_or_email!r} is no e-mail address: write it as name@example.org, or Name <name@example.org>."
            )
        if person.id == work.state.requester_id:
            raise DeskError(f"{person.name} is the requester of {number} already.")
        if not add_contacts(work, [person.id], ""):
            raise DeskError(f"{person.name} is on CC of {number} already.")
        result = work.build_result(f"{number}: {person.name} added to CC")
    return result


def remove_participant(
    desk: DeskSession, number: int, name_or_email: str, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Remove a participant, by name or e-mail address. Raises DeskError when nobody or several match."""
    with desk.ticket(number, "participate", now, version) as work:
        table = table_of(Contact)
        folded, spellings = name_or_email.strip().casefold(), list_spellings(name_or_email)
        query = select(table.c.id, table.c.name, table.c.email).where(table.c.id.in_(list_participants(work)))
        # Compared here and not by the database: SQLite folds the case of ASCII letters only.
        people = work.session.execute(query).all()
        matches = [(one.id, one.name) for one in people if folded == one.name.casefold() or one.email in spellings]
        if not matches:
            raise DeskError(
                f"{name_or_email} is not on CC of {number}: `deskterm ticket participants {number}` lists who is."
            )
        if len(matches) > 1:
            raise DeskError(f"Several on CC of {number} are called {name_or_email}: name one by the e-mail address.")
        ((person, name),) = matches
        work.append("participants", build_record_removal(work.state.records, "participant", str(person)))
        result = work.build_result(f"{number}: {name} taken off CC")
    return result


def add_contacts(work: TicketTransaction, contacts: Iterable[int], reason: str) -> list[int]:
    """Add contacts, by number, who are not participants or the requester yet; return those added.

    reason: a few words for the history, such as the ticket that they come from.
    """
    # The requester gets every letter already and would get it twice
    present = {work.state.requester_id, *list_participants(work)}
    new = [contact_id for contact_id in dict.fromkeys(contacts) if contact_id not in present]
    changes: dict[str, tuple[Any, Any]] = {}
    for contact_id in new:
        changes |= build_record_change(
            work.state.records, "participant", str(contact_id), state="participant", contact=contact_id
        )
    if changes:
        work.append("participants", changes, reason=reason)
    return new


def add_people_in_copy(work: TicketTransaction, people: Iterable[PersonInCopy]) -> list[int]:
    """Add people who had a mail too, and return those who are new on the ticket. One who is not known becomes a
    contact, as `find_or_add_stranger` says (M-28)."""
    numbers = []
    for one in people:
        person = find_or_add_stranger(work.session, one.name or None, one.address, is_public=one.is_public)
        if person is not None and person.id is not None:
            numbers.append(person.id)
    return add_contacts(work, numbers, "in copy of a mail")


def list_participants(work: TicketTransaction) -> list[int]:
    """List the numbers of the participants besides the requester, in the order in which they were added."""
    return [record.number for record in records_of_kind(work.state.records, "participant")]


def list_people_outside(work: TicketTransaction) -> list[int]:
    """List the numbers of the requester and all participants."""
    requester = work.state.requester_id
    return [*([] if requester is None else [requester]), *list_participants(work)]


def require_addressee(work: TicketTransaction, channel: str, *, option: str) -> None:
    """Raise DeskError for an answer by mail when nobody outside would receive it (D-13). channel: how the answer goes
    out; by another channel than mail it may reach somebody who is not on the ticket. option: the command-line option
    for such a channel, named in the error."""
    if is_unaddressed(work, channel):
        raise DeskError(
            f"Ticket {work.number} has no requester to write to: add somebody first with `deskterm ticket join"
            f" {work.number} NAME --email ADDRESS`, or say by which other channel they were told.",
            option=option,
        )


def is_unaddressed(work: TicketTransaction, channel: str) -> bool:
    """Return whether words of an agent that go out by a channel reach nobody: by mail, on a ticket that nobody outside
    takes part in. Their event says `unaddressed`, and they are no answer (D-13)."""
    return channel in (MAIL, "") and not list_people_outside(work)


def is_unreachable(work: TicketTransaction, channel: str) -> bool:
    """Return whether a message of an agent reaches nobody: it is `is_unaddressed`, or nobody outside has an e-mail
    address (C-23)."""
    people = list_people_outside(work)
    return channel in (MAIL, "") and len(find_people_without_address(work, people)) == len(people)

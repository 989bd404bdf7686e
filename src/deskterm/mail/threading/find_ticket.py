"""The ticket of a mail: the first rule that holds decides (M-29)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from deskterm.desk.domain.email_address import list_spellings
from deskterm.mail.keeping.kept_mails import load_mail
from deskterm.mail.reading.addresses import read_addresses
from deskterm.mail.reading.read_mail import Mail, read_mail
from deskterm.mail.threading.tokens import read_agent_part, read_message_id, read_plus_part, read_survey_part
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Contact, MailRow, Organisation, RecordRow, Ticket, table_of

_RECENT = timedelta(days=14)
_NUMBER = re.compile(r"\[#(\d{1,12})\]")

_mail, _ticket, _contact = table_of(MailRow), table_of(Ticket), table_of(Contact)
_organisation, _record = table_of(Organisation), table_of(RecordRow)


class FoundTicket(NamedTuple):
    """The ticket of a mail. via: the letter of the rule that found it (`desk.domain.received_mail`); is_stranger: its
    writer is neither requester nor participant, nor of the requester's organisation."""

    number: int
    via: str
    is_stranger: bool = False
    letter: int | None = None
    """The event of the letter of ours that the mail answers."""


def find_ticket(store: Store, mail: Mail, token_key: bytes, now: datetime) -> FoundTicket | None:
    """Find the ticket that a mail belongs to; None where it is a new one. A subject alone never joins. token_key: the
    desk's, which signs the tokens in its letters; empty for none."""
    today = int(now.timestamp()) // 86_400
    writer = mail.sender.address if mail.sender is not None else ""
    with store.reading() as session:
        found = _find_by_token(session, mail, writer, token_key, today) if token_key else None
        if found is None:
            found = _find_by_answered(session, mail.references, writer, store)
        if found is None:
            found = _find_by_subject(session, mail.subject, writer)
    return found


def _find_by_token(session: Session, mail: Mail, writer: str, key: bytes, today: int) -> FoundTicket | None:
    """Find the ticket of a letter of ours that the mail answers, the newest first, or that the address names which it
    was sent to. Whoever has our letter may answer it, and a stranger is named as one (M-30)."""
    for one in reversed(mail.references):
        token = read_message_id(key, one)
        if token is not None and _is_there(session, token.ticket):
            return FoundTicket(token.ticket, "a", not belongs_to(session, token.ticket, writer), token.event)
    for word, _ in list_plus_parts(mail):
        number = read_plus_part(key, word)
        if (agent_token := read_agent_part(key, word, today)) is not None:
            number = agent_token.ticket
        if (survey := read_survey_part(key, word)) is not None:
            number = survey.ticket
        if number is not None and _is_there(session, number):
            return FoundTicket(number, "b", not belongs_to(session, number, writer))
    return None


class PlusPart(NamedTuple):
    """The part of an address behind its last plus sign, and the address without it: an address of ours may have a plus
    sign of its own."""

    word: str
    address: str


def list_plus_parts(mail: Mail) -> list[PlusPart]:
    """Return the plus parts of the addresses that a mail was sent to, those of the transport too: a desk may stand in
    Bcc (M-28)."""
    headers = mail.headers
    hidden = read_addresses([*headers.all_raw("delivered-to"), *headers.all_raw("x-original-to")])
    parts: list[PlusPart] = []
    for one in (*mail.to, *mail.cc, *hidden):
        local, _, domain = one.address.rpartition("@")
        plain, plus, word = local.rpartition("+")
        if plus:
            parts.append(PlusPart(word, f"{plain}@{domain}"))
    return parts


def _find_by_answered(session: Session, references: Sequence[str], writer: str, store: Store) -> FoundTicket | None:
    """Find the ticket of a mail that this one answers, the newest first, where its writer has to do with it."""
    ids = list(dict.fromkeys(reversed(references)))[:50]
    if not ids:
        return None
    rows = session.execute(
        select(_mail.c.id, _mail.c.message_id, _mail.c.ticket_id).where(
            _mail.c.message_id.in_(ids), _mail.c.ticket_id.is_not(None)
        )
    ).all()
    for row in sorted(rows, key=lambda row: ids.index(row.message_id)):
        if _is_there(session, row.ticket_id) and (
            belongs_to(session, row.ticket_id, writer) or _was_addressed(store, row.id, writer)
        ):
            return FoundTicket(row.ticket_id, "c")
    return None


def _find_by_subject(session: Session, subject: str, writer: str) -> FoundTicket | None:
    for number in _NUMBER.findall(subject)[:3]:
        if _is_there(session, int(number)) and belongs_to(session, int(number), writer):
            return FoundTicket(int(number), "d")
    return None


def _is_there(session: Session, number: int) -> bool:
    """Return whether there is a ticket with a number that has not lost its words: to one that was purged nothing is
    added (M-32)."""
    return session.execute(select(_ticket.c.id).where(_ticket.c.id == number)).first() is not None


def belongs_to(session: Session, number: int, address: str) -> bool:
    """Return whether an address is that of the requester or a participant of a ticket, or of somebody of the
    requester's organisation."""
    if not address:
        return False
    ticket = session.execute(
        select(_ticket.c.requester_id, _ticket.c.organisation_id).where(_ticket.c.id == number)
    ).one()
    participants = select(_record.c.key).where(_record.c.ticket_id == number, _record.c.kind == "participant")
    people = {int(key) for key in session.execute(participants).scalars() if key.isdigit()}
    if ticket.requester_id is not None:
        people.add(ticket.requester_id)
    known = session.execute(
        select(_contact.c.id, _contact.c.organisation_id)
        .where(_contact.c.email.in_(list_spellings(address)))
        .order_by(_contact.c.id)
    ).first()
    if known is not None and known.id in people:
        return True
    if ticket.organisation_id is None:
        return False
    if known is not None and known.organisation_id == ticket.organisation_id:
        return True
    domain = session.execute(
        select(_organisation.c.domain).where(_organisation.c.id == ticket.organisation_id)
    ).scalar_one()
    return bool(domain) and domain.casefold() in [one.rpartition("@")[2] for one in list_spellings(address)]


def _was_addressed(store: Store, key: int, address: str) -> bool:
    """Return whether a mail that is kept was addressed to somebody: they may answer it, though nobody added them."""
    mail = read_mail(load_mail(store, key).data)
    everybody = read_addresses([*mail.headers.all_raw("to"), *mail.headers.all_raw("cc")])
    return any(one.address == address for one in everybody)


def find_alike(store: Store, number: int, now: datetime) -> int | None:
    """Return an earlier ticket of the last two weeks with the same requester and subject; None where there is none. It
    is only named: a subject alone never joins."""
    own = select(_ticket.c.requester_id, _ticket.c.subject).where(_ticket.c.id == number)
    with store.reading() as session:
        row = session.execute(own).one()
        if row.requester_id is None:
            return None
        found: int | None = session.execute(
            select(_ticket.c.id)
            .where(
                _ticket.c.requester_id == row.requester_id,
                _ticket.c.subject == row.subject,
                _ticket.c.id < number,
                _ticket.c.received_at > now - _RECENT,
            )
            .order_by(_ticket.c.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        return found

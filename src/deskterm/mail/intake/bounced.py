"""Reports of mail servers about letters of ours: the letter gets its state, and no ticket a message (M-42 to M-45)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.email_address import encode_domain, list_spellings
from deskterm.desk.notify.addresses import flag_addresses
from deskterm.desk.notify.delivery import record_outcome
from deskterm.mail.bounces.find_report import Report
from deskterm.mail.bounces.recipients import Recipient
from deskterm.mail.reading.read_mail import Mail
from deskterm.mail.threading.find_ticket import list_plus_parts
from deskterm.mail.threading.tokens import LetterToken, read_bounce_part, read_message_id
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Contact, RecordRow, table_of
from deskterm.store.queries.outbox import Letter, load_letter

_RECENT = timedelta(days=7)
"""Time for which a report that names nothing but a recipient is about a letter to them."""

_contact, _record = table_of(Contact), table_of(RecordRow)


class Reported(NamedTuple):
    """The result of a report. ticket: None where it is about no letter of ours; summary: one line for a person."""

    ticket: int | None
    summary: str


def take_report(desk: DeskSession, mail: Mail, report: Report, token_key: bytes, now: datetime) -> Reported:
    """Give the letter that a report is about the state that it tells of."""
    letter = find_letter(desk.store, mail, report, token_key, now)
    if letter is None:
        return Reported(None, "It reports what became of a letter, and is about none of ours.")
    if report.kind == "feedback":
        return _take_complaint(desk, letter, report, now)
    failures = report.failures
    if not failures:
        return Reported(letter.number, f"{letter.number}: letter {letter.key} {_describe_progress(report)}")
    by_contact = {number: one for one in failures if (number := _find_contact(letter, one)) is not None}
    if not by_contact:  # the server named an address that it was forwarded to
        by_contact = {letter.to[0].contact: failures[0]} if letter.to else {}
    first = failures[0]
    reason = f"{first.address}: {first.diagnostic or first.status or first.reply or 'it was not delivered'}"
    record_outcome(
        desk,
        letter.number,
        letter.key,
        "bounced",
        recipients={str(number): "bounced" for number in by_contact},
        reason=reason[:500],
        now=now,
    )
    dead = {number: _describe(one) for number, one in by_contact.items() if one.is_dead}
    if dead:
        flag_addresses(desk, dead, now)
    return Reported(letter.number, f"{letter.number}: letter {letter.key} came back: {reason}"[:500])


def _describe_progress(report: Report) -> str:
    """Return what a report says about a letter that has not failed; of several recipients the one that waits longest
    decides."""
    actions = {one.action for one in report.recipients}
    if not actions or "delayed" in actions:
        return "is late, and may still arrive"
    return "has arrived" if actions == {"delivered"} else "was passed on to another server"


def _take_complaint(desk: DeskSession, letter: Letter, report: Report, now: datetime) -> Reported:
    """Stop automatic letters to somebody whose provider passes on that they do not want them (M-45)."""
    people = [number for each in report.recipients if (number := _find_contact(letter, each)) is not None]
    chosen = people or [one.contact for one in letter.to[:1]]
    flag_addresses(desk, dict.fromkeys(chosen, f"a complaint ({report.feedback_type or 'abuse'})"), now)
    return Reported(letter.number, f"{letter.number}: a complaint about letter {letter.key}; no more automatic letters")


def find_letter(store: Store, mail: Mail, report: Report, key: bytes, now: datetime) -> Letter | None:
    """Find the letter by the address that the report came to, by the ids in what it gives back, or by its recipient."""
    for token in _list_tokens(mail, report, key) if key else ():
        with open_reader(store.url) as reader:
            letter = load_letter(reader, token.ticket, str(token.event))
        if letter is not None:
            return letter
    return _find_recent(store, [one.address for one in report.recipients], now)


def _list_tokens(mail: Mail, report: Report, key: bytes) -> list[LetterToken]:
    found = [read_bounce_part(key, word) for word, _ in list_plus_parts(mail)]
    found += [read_message_id(key, one) for one in (*report.returned_ids, *mail.references)]
    return [token for token in found if token is not None]


def _find_recent(store: Store, addresses: list[str], now: datetime) -> Letter | None:
    """Find the newest letter of the last days to one of some addresses."""
    wanted = {spelling for address in addresses for spelling in list_spellings(address)}
    query = (
        select(_record.c.ticket_id, _record.c.key, _record.c.data)
        .where(_record.c.kind == "letter", _record.c.state.in_(("sent", "unsure")), _record.c.at >= now - _RECENT)
        .order_by(_record.c.at.desc())
        .limit(5_000)
    )
    if not wanted:
        return None
    with store.reading() as session:
        people = set(session.execute(select(_contact.c.id).where(_contact.c.email.in_(wanted))).scalars())
        rows = session.execute(query).all() if people else []
    # A letter names its recipients by their numbers alone
    found = next((row for row in rows if not people.isdisjoint(json.loads(row.data).get("to", ()))), None)
    if found is None:
        return None
    with open_reader(store.url) as reader:
        return load_letter(reader, found.ticket_id, found.key)


def _find_contact(letter: Letter, recipient: Recipient) -> int | None:
    names = {encode_domain(address.lower()) for address in (recipient.address, recipient.sent_to)}
    return next((one.contact for one in letter.to if encode_domain(one.email.lower()) in names), None)


def _describe(recipient: Recipient) -> str:
    return recipient.diagnostic or f"{recipient.reply} {recipient.status}".strip() or "no such address"

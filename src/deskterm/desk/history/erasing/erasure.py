"""Erasure of a person: texts and names leave the store, while history and the chain of events stay whole (S5-09).

Texts are stored apart from the events, which hold their salted digests. The event of an erasure holds, for each erased
text, the digest of its replacement, or an empty string where nothing replaces it. So a text that somebody emptied in
the database, without such an event, still shows as changed.

A person's own messages are emptied, with the subjects they gave, the text fields of their requests and the files that
came with their messages. What others
wrote on the same tickets, drafts that agents have not sent, and letters to the person, stay readable: only the person's
name, addresses and telephone number are replaced, lines quoted from them, and in letters the subject they gave. The row
of the contact stays, empty, because tickets refer to it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from deskterm.desk.core.attachments import count_contents, erase_contents
from deskterm.desk.core.desk_history import record_contacts
from deskterm.desk.core.person_digests import note_contact
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.email_address import list_spellings
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.event_kinds.table import ERASURE_EVENTS
from deskterm.desk.domain.events import Event, compute_digest
from deskterm.desk.domain.quoted_text import redact_quotes
from deskterm.desk.domain.records import build_record_change, records_of_kind
from deskterm.desk.history.erasing.erased_drafts import overwrite_deleted, redact_drafts
from deskterm.desk.history.erasing.erased_mails import count_mails, erase_mails
from deskterm.desk.history.erasing.erased_sendings import erase_sendings
from deskterm.desk.history.erasing.erased_templates import redact_templates
from deskterm.desk.history.erasing.erased_views import redact_views
from deskterm.desk.policy.request_fields import holds_personal_text
from deskterm.errors import DeskError
from deskterm.store.db.tables import Contact, Message, PersonalText, RecordRow, Ticket, table_of
from deskterm.store.db.tables import Event as EventRow

ERASED = "(erased)"
"""The name of an erased contact, and the replacement of a name in a text."""

_text = table_of(PersonalText)
# The parameters must not be named like the columns that they set.
_REPLACE_TEXT = (
    update(_text)
    .where(_text.c.id == bindparam("text_id"))
    .values(salt=bindparam("new_salt"), body=bindparam("new_body"))
)


@dataclass(slots=True)
class ErasureResult:
    """The effect of an erasure, or of its dry run.

    emptied: number of texts that were emptied. redacted: number of texts in which the name was replaced.
    remaining_mentions: ticket and seq of events that contain the name, or a text field from before texts were stored
    apart. Those stay as they are, because changing an event would break the chain."""

    person: int
    name: str
    tickets: list[int] = field(default_factory=list)
    emptied: int = 0
    redacted: int = 0
    remaining_mentions: list[tuple[int, int]] = field(default_factory=list)
    files: int = 0
    """Files whose content was erased."""
    mails: int = 0
    """Mails that were emptied."""


def find_person(session: Session, who: str) -> Contact:
    """Find a contact by number, e-mail address or name. Raises DeskError when there is none, or several."""
    table, query = table_of(Contact), who.strip()
    if query.isdecimal() and len(query) <= 18:  # longer numbers overflow a column of 64 bits
        found = list(session.execute(select(Contact).where(table.c.id == int(query))).scalars())
    else:
        wanted, spellings = query.casefold(), list_spellings(query)
        # Compared here and not by the database: SQLite folds the case of ASCII letters only.
        people = session.execute(select(table.c.id, table.c.name, table.c.email))
        ids = [one.id for one in people if wanted == one.name.casefold() or one.email in spellings]
        found = [session.get_one(Contact, number) for number in sorted(ids)]
    if not found:
        raise DeskError(f"Nobody outside is known as {who!r}: give an e-mail address, a name or a number.")
    if len(found) > 1:
        candidates = ", ".join(f"{one.id} ({one.email or 'no address'})" for one in found[:8])
        raise DeskError(f"Several people are called {who}: name one by number: {candidates}.")
    person: Contact = found[0]
    return person


def erase_person(desk: DeskSession, who: str, *, now: datetime, dry_run: bool = False) -> ErasureResult:
    """Erase a person, as the docstring of this module describes.

    who: number, e-mail address or name. dry_run: report the effect and write nothing. Raises DeskError when the
    procedure does not allow erasure, and while a ticket of theirs is on legal hold."""
    desk.require("erase")
    if not desk.procedure.definition.retention.erase_persons:
        raise DeskError("This desk's procedure erases nobody: [retention] has erase_persons = false.")
    with desk.store.reading() as session:
        person = find_person(session, who)
        names = _NamePatterns(person.name, person.email or "", person.phone)
        found = ErasureResult(person.id or 0, person.name, _find_tickets(session, person.id or 0))
        found.mails = count_mails(session, found.tickets, names.email)
        _require_no_hold(session, found.tickets, person.name)
    with desk.tickets(found.tickets, "erase", now) as works:
        # The tickets were found before they were locked: somebody may have placed a hold since.
        if any(work.state.held is not None for work in works):
            raise _held_error([work.number or 0 for work in works if work.state.held is not None], found.name)
        for work in works:
            _erase_on_ticket(work, found, names, dry_run)
        # In the transaction of the texts, so that name and words go together or not at all
        if works and not dry_run:
            _erase_beside_tickets(desk, works[0].session, found, names, now)
    if not found.tickets and not dry_run:
        with desk.writing("erase") as session:
            _erase_beside_tickets(desk, session, found, names, now)
    if not dry_run:
        # Until then SQLite's write-ahead log holds the pages with the old texts
        desk.store.checkpoint()
    return found


def replace_texts(
    work: TicketTransaction,
    kind: EventKind,
    texts: Mapping[int, str | None],
    *,
    files_of: Collection[int] | None = (),
    dry_run: bool = False,
    **data: Any,
) -> None:
    """Replace texts, erase files, and append an event with the digests of the replacements.

    kind: `erased` or `purged`. texts: text id → its replacement, None for an empty one. files_of: the messages whose
    files are erased; None for all. data: members of the event."""
    digests: dict[str, str] = {}
    for text_id, body in texts.items():
        salt = secrets.token_hex(16) if body else ""
        digests[str(text_id)] = compute_digest(salt, body) if body else ""
        if not dry_run:
            overwrite_deleted(work.session)
            work.session.execute(_REPLACE_TEXT, {"text_id": text_id, "new_salt": salt, "new_body": body or ""})
    if not dry_run:
        overwrite_deleted(work.session)
        contents = [list(place) for place in erase_contents(work, files_of)]
        work.append(kind, _withdraw_letters(work, data.get("person")), words=digests, contents=contents or None, **data)


def collect_replacement_digests(events: Iterable[Event]) -> dict[int, str]:
    """Return text id → digest of the replacement, for all texts that were erased; empty where nothing replaces it."""
    found: dict[int, str] = {}
    for event in events:
        if event.kind in ERASURE_EVENTS:
            found.update((int(text_id), digest) for text_id, digest in event.data.get("words", {}).items())
    return found


class _NamePatterns:
    """The patterns by which a person is recognised in what others wrote."""

    def __init__(self, name: str, email: str, phone: str) -> None:
        self.email = email
        # The full name, the address and the number are matched in any case. The parts of a name are matched only as
        # they are written: “Will” is a name, “will” is not.
        whole = [r"\s+".join(map(re.escape, name.split())), re.escape(email), re.escape(phone)]
        # Shorter parts of names, such as "de", are words that anybody writes
        parts = [re.escape(part) for part in name.split() if len(part) > 2]
        # Not \b, which does not match in front of the plus sign of a telephone number
        in_any_case = "|".join(rf"(?<!\w){one}(?!\w)" for one in whole if one)
        as_written = "|".join(rf"(?<!\w){one}(?!\w)" for one in parts)
        self._patterns = [
            *([re.compile(in_any_case, re.IGNORECASE)] if in_any_case else []),
            *([re.compile(as_written)] if as_written else []),
        ]

    def redact(self, text: str) -> str:
        """Replace every mention of the person in a text."""
        for pattern in self._patterns:
            text = pattern.sub(ERASED, text)
        return text

    def occur_in(self, text: str) -> bool:
        """Return whether the full name, the address or the telephone number occurs in a text."""
        return any(pattern.search(text) for pattern in self._patterns[:1])


def _find_tickets(session: Session, person: int) -> list[int]:
    """Find the tickets of which a person is the requester, an author or a participant."""
    ticket, message, record = table_of(Ticket), table_of(Message), table_of(RecordRow)
    found = set(session.execute(select(ticket.c.id).where(ticket.c.requester_id == person)).scalars())
    found |= set(session.execute(select(message.c.ticket_id).where(message.c.contact_id == person)).scalars())
    # The key of a participant's record is the number of the contact
    takes_part = (record.c.kind == "participant") & (record.c.key == str(person))
    found |= set(session.execute(select(record.c.ticket_id).where(takes_part)).scalars())
    return sorted(found)


def _require_no_hold(session: Session, numbers: list[int], name: str) -> None:
    """Raise DeskError when one of the tickets is on legal hold."""
    table = table_of(Ticket)
    held: list[int] = []
    for start in range(0, len(numbers), 500):  # databases limit the parameters of a statement
        part = numbers[start : start + 500]
        held += session.execute(select(table.c.id).where(table.c.id.in_(part), table.c.held.is_not(None))).scalars()
    if held:
        raise _held_error(held, name)


def _held_error(numbers: Sequence[int], name: str) -> DeskError:
    sample = ", ".join(map(str, numbers[:12])) + (" …" if len(numbers) > 12 else "")
    return DeskError(f"{name} cannot be erased while tickets are held: {sample}. A lead can release them.")


def _erase_on_ticket(work: TicketTransaction, found: ErasureResult, names: _NamePatterns, dry_run: bool) -> None:
    """Erase a person's texts on one ticket, and their name in the texts of others; add the effect to `found`."""
    changed: dict[int, str | None] = {}
    is_requester = work.state.requester_id == found.person
    plain_fields = find_plain_text_fields(work) if is_requester else []
    mentions = {*_find_events_with_name(work, names), *_find_events_with_fields(work, plain_fields)}
    found.remaining_mentions += [(work.number or 0, seq) for seq in sorted(mentions)]
    events, bodies = list(work.load_earlier_events()), dict(_load_bodies(work))
    own = {text_id for event in events for text_id in _own_texts(event, found.person, is_requester)}
    files_of = [event.seq for event in events if event.data.get("files") and _wrote(event, found.person, is_requester)]
    found.files += count_contents(work, files_of)
    own_bodies = [bodies[text_id] for text_id in own if bodies.get(text_id)]
    own_subjects = {
        bodies[text.id]
        for event in events
        for name, text in event.texts.items()
        if name == "subject" and text.id in own
    }
    letters = {text.id for event in events if event.kind == "letter" for text in event.texts.values()}
    for text_id, body in bodies.items():
        if text_id in own:
            if body:
                changed[text_id] = None
                found.emptied += 1
            continue
        redacted = redact_quotes(body, own_bodies, ERASED)
        if text_id in letters:
            for subject in filter(None, own_subjects):
                redacted = redacted.replace(subject, ERASED)
        redacted = names.redact(redacted)
        if redacted != body:
            changed[text_id] = redacted
            found.redacted += 1
    # Erasing somebody a second time needs an event only where there was something left to erase.
    if changed or plain_fields or found.name != ERASED:
        replace_texts(
            work,
            "erased",
            changed,
            files_of=files_of,
            dry_run=dry_run,
            person=found.person,
            fields=plain_fields,
        )


def find_plain_text_fields(work: TicketTransaction) -> list[str]:
    """Return the fields of a ticket with text that the events themselves contain, from before texts were stored
    apart. The event of an erasure removes them from the ticket; the events that set them keep them."""
    parts = {part.key: part for part in work.procedure.definition.fields}
    return sorted(
        key
        for key, value in work.state.fields.items()
        if isinstance(value, str) and (key not in parts or holds_personal_text(parts[key]))
    )


def _find_events_with_fields(work: TicketTransaction, fields: Collection[str]) -> Iterator[int]:
    """Return the seq of every event with a text in one of these fields, before or after the event."""
    names = {f"fields.{key}" for key in fields}
    for event in work.load_earlier_events() if names else ():
        if any(isinstance(value, str) for name in names.intersection(event.changes) for value in event.changes[name]):
            yield event.seq


def _own_texts(event: Event, person: int, is_requester: bool) -> Iterator[int]:
    """Return the texts of an event that are a person's own: what they wrote, what servers said of letters to them, and
    on their own ticket also its fields, the subject it was registered with, and messages of the requester without an
    author."""
    wrote = _wrote(event, person, is_requester) or _is_about_letter_to(event, person)
    for name, reference in event.texts.items():
        gave = name.startswith("fields.") or (name == "subject" and event.kind == "registered")
        if wrote or (is_requester and gave):
            yield reference.id


def _wrote(event: Event, person: int, is_requester: bool) -> bool:
    """Return whether a person wrote the message of an event."""
    contact = event.data.get("contact")
    return contact == person or (is_requester and contact is None and event.data.get("author_kind") == "requester")


def _is_about_letter_to(event: Event, person: int) -> bool:
    """Return whether an event says what became of a letter to a person, if only among others."""
    return event.kind == "delivered" and any(
        after is not None and person in after.get("to", ()) for _, after in event.changes.values()
    )


def _load_bodies(work: TicketTransaction) -> Iterator[tuple[int, str]]:
    found = work.session.execute(select(_text.c.id, _text.c.body).where(_text.c.ticket_id == work.number))
    yield from ((text_id, body) for text_id, body in found.all())


def _find_events_with_name(work: TicketTransaction, names: _NamePatterns) -> list[int]:
    table = table_of(EventRow)
    found = work.session.execute(select(table.c.seq, table.c.data).where(table.c.ticket_id == work.number))
    return [seq for seq, data in found if names.occur_in(data)]


def _withdraw_letters(work: TicketTransaction, person: int | None) -> dict[str, tuple[Any, Any]]:
    """Return the changes that withdraw the queued letters to this person alone; person: None for the letters to
    anybody."""
    found: dict[str, tuple[Any, Any]] = {}
    for letter in records_of_kind(work.state.records, "letter"):
        # A letter that goes to others too is still wanted by them
        if letter.state == "queued" and (person is None or letter.values.get("to") == [person]):
            found |= build_record_change(work.state.records, "letter", letter.key, state="withdrawn", reason="erased")
    return found


def _erase_beside_tickets(
    desk: DeskSession, session: Session, found: ErasureResult, names: _NamePatterns, now: datetime
) -> None:
    """Erase what the store knows of a person beside the texts of their tickets; add the effect to `found`."""
    _clear_contact(session, found.person)
    redact_drafts(session, found.tickets, names.redact)
    redact_views(session, names.redact, ERASED)
    redact_templates(session, names.redact)
    found.mails = erase_mails(session, found.tickets, names.email)
    if names.email:
        erase_sendings(session, found.tickets, names.email)
    record_contacts(session, desk.agent.login, now, desk.behind)


def _clear_contact(session: Session, person: int) -> None:
    note_contact(session, person)
    overwrite_deleted(session)
    table = table_of(Contact)
    # Without the salt, what they were called cannot be guessed from the digests that the desk's history keeps
    erased = {"name": ERASED, "email": None, "phone": "", "salt": "", "undeliverable": ""}
    session.execute(update(table).where(table.c.id == person).values(erased))

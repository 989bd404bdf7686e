"""Erasing: words of people leave the store, and their names; what was done, and the chain of events, stay whole.

Words stand apart from the events, which hold their salted digests. The event that says that words were erased holds,
for each of them, the digest of what stands there instead, or nothing where nothing does: so a text that was emptied
behind the desk's back shows as one.

What a person wrote is emptied, with the subjects that they gave and the fields of their requests. What others wrote on
the same tickets, and letters to them, keep their sense: only the person's names, address and telephone number are taken
out, lines of theirs that are quoted, and in letters the subject that they gave. The person's row stays without what is
known of them, because tickets refer to it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds import ERASURE_EVENTS, EventKind
from deskterm.desk.domain.events import Event, compute_digest
from deskterm.desk.domain.quoted_text import redact_quotes
from deskterm.desk.domain.records import build_record_change, records_of_kind
from deskterm.desk.policy.request_fields import holds_words
from deskterm.errors import DeskError
from deskterm.store.db.tables import Contact, Message, PersonalText, RecordRow, Ticket, table_of
from deskterm.store.db.tables import Event as EventRow

ERASED = "(erased)"
"""What somebody is called of whom nothing is known any more, and what stands in the place of a name."""

_text = table_of(PersonalText)
_EMPTY = update(_text).where(_text.c.id == bindparam("number")).values(salt=bindparam("grain"), body=bindparam("words"))


@dataclass(slots=True)
class ErasureResult:
    """What erasing a person did, or would do. emptied: texts without words now; redacted: texts without the name;
    named: events that hold the name, or words of theirs in a field from before such words were kept apart, as ticket
    and seq: those stay as they are, because the chain does."""

    person: int
    name: str
    tickets: list[int] = field(default_factory=list)
    emptied: int = 0
    redacted: int = 0
    remaining_mentions: list[tuple[int, int]] = field(default_factory=list)


def find_person(session: Session, who: str) -> Contact:
    """The person outside who is meant: by number, e-mail address or name. DeskError when there is none, or several."""
    table, wanted = table_of(Contact), who.strip()
    if wanted.isdecimal() and len(wanted) <= 18:
        found = list(session.execute(select(Contact).where(table.c.id == int(wanted))).scalars())
    else:
        named = (func.lower(table.c.name) == wanted.casefold()) | (table.c.email == wanted.casefold())
        found = list(session.execute(select(Contact).where(named).order_by(table.c.id)).scalars())
    if not found:
        raise DeskError(f"Nobody outside is known as {who!r}: give an e-mail address, a name or a number.")
    if len(found) > 1:
        listed = ", ".join(f"{one.id} ({one.email or 'no address'})" for one in found[:8])
        raise DeskError(f"Several people are called {who}: name one by number: {listed}.")
    person: Contact = found[0]
    return person


def erase_person(desk: DeskSession, who: str, *, now: datetime, dry_run: bool = False) -> ErasureResult:
    """Erase a person (S5-09): see above. rehearse: only say what would be done. DeskError where the procedure erases
    nobody, and where a ticket of theirs is held: erasing waits until it is released."""
    desk.require("erase")
    if not desk.procedure.definition.retention.erase_persons:
        raise DeskError("This desk's procedure erases nobody: [retention] has erase_persons = false.")
    with desk.store.reading() as session:
        person = find_person(session, who)
        names = _Names(person.name, person.email or "", person.phone)
        found = ErasureResult(person.id or 0, person.name, _tickets(session, person.id or 0))
        _refuse_held(session, found.tickets, person.name)
    with desk.tickets(found.tickets, "erase", now) as works:
        if any(work.state.held is not None for work in works):  # since it was looked at just now
            raise _held([work.number or 0 for work in works if work.state.held is not None], found.name)
        for work in works:
            _erase_on(work, found, names, dry_run)
        if works and not dry_run:
            _forget(works[0].session, found.person)
    if not found.tickets and not dry_run:
        with desk.store.writing() as alone:
            _forget(alone, found.person)
    if not dry_run:
        desk.store.shed()
    return found


def replace_texts(
    work: TicketTransaction, kind: EventKind, texts: Mapping[int, str | None], *, dry_run: bool = False, **data: Any
) -> None:
    """Put other words, or none, in the place of texts, and say so in an event. texts: number of a text → its words
    from now on."""
    words: dict[str, str] = {}
    for number, body in texts.items():
        salt = secrets.token_hex(16) if body else ""
        words[str(number)] = compute_digest(salt, body) if body else ""
        if not dry_run:
            _shred(work.session)
            work.session.execute(_EMPTY, {"number": number, "grain": salt, "words": body or ""})
    if not dry_run:
        work.append(kind, _withdrawn(work, data.get("person")), words=words, **data)


def collect_replacement_digests(events: Iterable[Event]) -> dict[int, str]:
    """Number of a text → the digest of what stands in the place of what was erased; empty for nothing."""
    found: dict[int, str] = {}
    for event in events:
        if event.kind in ERASURE_EVENTS:
            found.update((int(number), digest) for number, digest in event.data.get("words", {}).items())
    return found


class _Names:
    """How a person is named in what others wrote."""

    def __init__(self, name: str, email: str, phone: str) -> None:
        whole = [r"\s+".join(map(re.escape, name.split())), re.escape(email), re.escape(phone)]
        parts = [re.escape(part) for part in name.split() if len(part) > 2]
        anyhow = "|".join(rf"(?<!\w){one}(?!\w)" for one in whole if one)
        exactly = "|".join(rf"(?<!\w){one}(?!\w)" for one in parts)
        self._patterns = [
            *([re.compile(anyhow, re.IGNORECASE)] if anyhow else []),
            *([re.compile(exactly)] if exactly else []),
        ]

    def without(self, words: str) -> str:
        for pattern in self._patterns:
            words = pattern.sub(ERASED, words)
        return words

    def stand_in(self, words: str) -> bool:
        return any(pattern.search(words) for pattern in self._patterns[:1])


def _tickets(session: Session, person: int) -> list[int]:
    """The tickets that a person asked for, wrote on, or takes part in."""
    ticket, message, record = table_of(Ticket), table_of(Message), table_of(RecordRow)
    found = set(session.execute(select(ticket.c.id).where(ticket.c.requester_id == person)).scalars())
    found |= set(session.execute(select(message.c.ticket_id).where(message.c.contact_id == person)).scalars())
    takes_part = (record.c.kind == "participant") & (record.c.key == str(person))
    found |= set(session.execute(select(record.c.ticket_id).where(takes_part)).scalars())
    return sorted(found)


def _refuse_held(session: Session, numbers: list[int], name: str) -> None:
    table = table_of(Ticket)
    held: list[int] = []
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        held += session.execute(select(table.c.id).where(table.c.id.in_(part), table.c.held.is_not(None))).scalars()
    if held:
        raise _held(held, name)


def _held(numbers: Sequence[int], name: str) -> DeskError:
    listed = ", ".join(map(str, numbers[:12])) + (" …" if len(numbers) > 12 else "")
    return DeskError(f"{name} cannot be erased while tickets are held: {listed}. A lead can release them.")


def _erase_on(work: TicketTransaction, found: ErasureResult, names: _Names, rehearse: bool) -> None:
    """Erase a person's words on one ticket, and their name in what others wrote."""
    changed: dict[int, str | None] = {}
    asked = work.state.requester_id == found.person
    plain = find_plain_text_fields(work) if asked else []
    found.remaining_mentions += [
        (work.number or 0, seq) for seq in sorted({*_seqs_with(work, names), *_seqs_of(work, plain)})
    ]
    events, bodies = list(work.events()), dict(_bodies(work))
    own = {number for event in events for number in _own(event, found.person, asked)}
    said = [bodies[number] for number in own if bodies.get(number)]
    subjects = {
        bodies[one.id] for event in events for name, one in event.texts.items() if name == "subject" and one.id in own
    }
    letters = {one.id for event in events if event.kind == "letter" for one in event.texts.values()}
    for number, body in bodies.items():
        if number in own:
            if body:
                changed[number] = None
                found.emptied += 1
            continue
        without = redact_quotes(body, said, ERASED)
        if number in letters:
            for subject in filter(None, subjects):
                without = without.replace(subject, ERASED)
        without = names.without(without)
        if without != body:
            changed[number] = without
            found.redacted += 1
    if changed or plain or found.name != ERASED:
        replace_texts(work, "erased", changed, dry_run=rehearse, person=found.person, fields=plain)


def find_plain_text_fields(work: TicketTransaction) -> list[str]:
    """The fields of a ticket in which words stand as they were given, from before such words were kept apart. An event
    that erases them takes them from the ticket; the events that gave them keep them."""
    known = {part.key: part for part in work.procedure.definition.fields}
    return sorted(
        key
        for key, value in work.state.fields.items()
        if isinstance(value, str) and (key not in known or holds_words(known[key]))
    )


def _seqs_of(work: TicketTransaction, fields: Collection[str]) -> Iterator[int]:
    """The events that gave one of these fields words, or took them."""
    wanted = {f"fields.{key}" for key in fields}
    for event in work.events() if wanted else ():
        if any(isinstance(word, str) for name in wanted.intersection(event.changes) for word in event.changes[name]):
            yield event.seq


def _own(event: Event, person: int, asked: bool) -> Iterator[int]:
    """The texts of an event that are a person's. asked: the ticket is theirs: what is said in its fields is theirs,
    and so are the subject that it came with, and words of its requester that name nobody."""
    contact = event.data.get("contact")
    wrote = contact == person or (asked and contact is None and event.data.get("author_kind") == "requester")
    for name, reference in event.texts.items():
        if wrote or (asked and (name.startswith("fields.") or (name == "subject" and event.kind == "registered"))):
            yield reference.id


def _bodies(work: TicketTransaction) -> Iterator[tuple[int, str]]:
    found = work.session.execute(select(_text.c.id, _text.c.body).where(_text.c.ticket_id == work.number))
    yield from ((number, body) for number, body in found.all())


def _seqs_with(work: TicketTransaction, names: _Names) -> list[int]:
    table = table_of(EventRow)
    found = work.session.execute(select(table.c.seq, table.c.data).where(table.c.ticket_id == work.number))
    return [seq for seq, data in found if names.stand_in(data)]


def _withdrawn(work: TicketTransaction, person: int | None) -> dict[str, tuple[Any, Any]]:
    """Letters that wait for nobody else than this person, or all of them, go out no more."""
    found: dict[str, tuple[Any, Any]] = {}
    for letter in records_of_kind(work.state.records, "letter"):
        if letter.state == "queued" and (person is None or letter.values.get("to") == [person]):
            found |= build_record_change(work.state.records, "letter", letter.key, state="withdrawn", reason="erased")
    return found


def _shred(session: Session) -> None:
    """Have SQLite overwrite what it lets go of, on this connection."""
    if session.connection().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))


def _forget(session: Session, person: int) -> None:
    _shred(session)
    table = table_of(Contact)
    session.execute(update(table).where(table.c.id == person).values(name=ERASED, email=None, phone=""))

"""The letters that an answer would queue, without sending anything (C-23)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from deskterm.desk.conversation.messages import append_reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.tickets.message_input import require_message_text
from deskterm.desk.tickets.resolution import record_resolution
from deskterm.store.db.tables import Contact, table_of


class Answer(NamedTuple):
    """An answer that an agent is about to send. solves: it resolves the ticket; code: by this resolution of the
    procedure, None for the usual one; status: that the ticket moves to with it; channel: how it goes out."""

    text: str
    solves: bool = False
    code: str | None = None
    status: str | None = None
    channel: str = "email"


class UpcomingLetter(NamedTuple):
    """A letter that an answer would queue. on: its topic; to: names and addresses, the addressee first, an address
    empty where none is known; heading: empty where it is the answer itself; text: its words; answer: the number that
    the event of the answer would have, None for a letter with a text of its own."""

    on: str
    to: tuple[tuple[str, str], ...]
    heading: str
    text: str
    answer: int | None


class _Enough(Exception):
    pass


def preview_letters(
    desk: DeskSession, number: int, answer: Answer, *, unaddressed: bool = False, now: datetime
) -> list[UpcomingLetter]:
    """Return the letters that an answer on a ticket would queue, those to the requester first. Everything happens as if
    it were sent, and is taken back in the same transaction. unaddressed: as of `reply`. Raises DeskError as sending it
    would."""
    text = require_message_text(answer.text)
    found: list[UpcomingLetter] = []
    try:
        with desk.ticket(number, "reply", now, action="resolve tickets" if answer.solves else "") as work:
            if answer.solves:
                record_resolution(
                    work, text, None, answer.code, answer.status, channel=answer.channel, unaddressed=unaddressed
                )
            else:
                append_reply(work, text, status=answer.status, channel=answer.channel, unaddressed=unaddressed)
            work.build_result("")
            found = [_describe(work, event) for event in work.new_events if event.kind == "letter"]
            raise _Enough
    except _Enough:
        return sorted(found, key=lambda letter: letter.answer is None)


def _describe(work: TicketTransaction, event: Event) -> UpcomingLetter:
    covered = next((one for one in work.new_events if one.seq == event.data.get("covers")), None)
    source = event if "body" in event.texts or covered is None else covered
    texts = {name: work.load_text(reference.id) for name, reference in source.texts.items()}
    return UpcomingLetter(
        str(event.data.get("on", "")),
        _load_people(work, event.data.get("to") or ()),
        "" if source is covered else texts.get("heading", ""),
        texts.get("body", ""),
        covered.seq if covered is not None else None,
    )


def _load_people(work: TicketTransaction, numbers: Sequence[int]) -> tuple[tuple[str, str], ...]:
    contact = table_of(Contact)
    rows = work.session.execute(select(contact.c.id, contact.c.name, contact.c.email).where(contact.c.id.in_(numbers)))
    people = {number: (str(name), str(email or "")) for number, name, email in rows}
    return tuple(people[number] for number in numbers if number in people)

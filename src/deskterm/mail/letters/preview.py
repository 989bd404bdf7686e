"""A letter as its recipients will read it, before it is sent (M-54)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from deskterm.desk.conversation.letter_preview import UpcomingLetter
from deskterm.mail.letters.compose import write_text
from deskterm.mail.letters.outgoing import build_outgoing
from deskterm.mail.settings.schema import MailFile
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.outbox import Letter, Recipient


class PreviewedLetter(NamedTuple):
    """A letter for reading. headers: names and values of those that people see; text: with signature and quotation."""

    headers: Sequence[tuple[str, str]]
    text: str


def preview_letter(
    reader: ReadConnection,
    file: MailFile,
    number: int,
    letter: UpcomingLetter,
    *,
    author: str,
    timezone: str,
    now: datetime,
) -> PreviewedLetter:
    """Return a letter on a ticket as it will leave, but for what is unique to it. author: the name of the agent who
    writes it. Raises NoIdentity where nobody writes for the ticket's department."""
    to = tuple(Recipient(place, *person) for place, person in enumerate(letter.to))
    queued = Letter(
        number,
        "0",
        "queued",
        0,
        letter.on,
        "",
        "email",
        to,
        letter.heading,
        letter.text,
        letter.answer,
        False,
        False,
        "",
    )
    draft = build_outgoing(reader, file, b"", queued, now, timezone, author=author).draft
    headers = [
        ("From", _format_people([draft.sender])),
        ("To", _format_people(draft.to)),
        ("Cc", _format_people(draft.cc)),
        ("Subject", draft.subject),
    ]
    return PreviewedLetter([header for header in headers if header[1]], write_text(draft))


def _format_people(people: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} <{address}>" if name else address for name, address in people)

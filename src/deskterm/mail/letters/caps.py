"""Letters that go by themselves are few: a person is not flooded, and two machines do not answer each other for ever
(M-35, M-39, M-44)."""

from __future__ import annotations

from datetime import datetime, timedelta

from deskterm.desk.notify.acknowledgements import ACKNOWLEDGED
from deskterm.mail.visible.subjects import normalise_subject
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.mail.letters import find_last_marks, find_undeliverable_reason, load_left_letters
from deskterm.store.queries.outbox import Letter
from deskterm.store.rows.texts import load_texts

MOST_LETTERS, MOST_OF_SUBJECT = 10, 2
"""Automatic letters to one recipient within three hours, and those of them with one subject."""
_WINDOW = timedelta(minutes=180)
_ACKNOWLEDGEMENT_WINDOW = timedelta(hours=1)


def find_cap(reader: ReadConnection, letter: Letter, now: datetime) -> str:
    """Return why a letter that goes by itself does not leave, in a sentence; empty where it does."""
    if not letter.to:
        return ""
    contact = letter.to[0].contact
    if reason := find_undeliverable_reason(reader, contact):
        return f"letters to {letter.to[0].email} do not arrive ({reason})"
    if marks := find_last_marks(reader, letter.number, contact):
        return f"what they wrote is automatic ({', '.join(marks)})"
    # One that is in doubt is repeated, and must not count as the letter before it
    left = load_left_letters(reader, int((now - _WINDOW).timestamp()), letter.number, letter.key)
    earlier = [
        (at, values)
        for at, values in left
        if values.get("to", [None])[0] == contact and not {"covers", "words_of"} & values.keys()
    ]
    if letter.on == ACKNOWLEDGED:
        since = int((now - _ACKNOWLEDGEMENT_WINDOW).timestamp())
        if any(at > since and values.get("on") == ACKNOWLEDGED for at, values in earlier):
            return "a letter of the last hour told them already that a request has come in"
    if len(earlier) >= MOST_LETTERS:
        return f"{MOST_LETTERS} automatic letters went to them within three hours"
    headings = load_texts(reader, (values.get("heading") for _, values in earlier))
    subject = normalise_subject(letter.heading)
    alike = sum(normalise_subject(text) == subject for text in headings.values())
    return "two automatic letters with this subject went to them within three hours" if alike >= MOST_OF_SUBJECT else ""

"""Letters that go by themselves are few: a person is not flooded, and two machines do not answer each other for ever
(M-39, M-44)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from deskterm.mail.letters.acknowledgements import ACKNOWLEDGED
from deskterm.mail.visible.subjects import normalise_subject
from deskterm.store.db.instants import seconds_from_stored
from deskterm.store.db.reader import ReadConnection
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
    flagged = reader.rows("SELECT undeliverable FROM contact WHERE id = :contact", {"contact": contact})
    if flagged and flagged[0][0]:
        return f"letters to {letter.to[0].email} do not arrive ({flagged[0][0]})"
    begin = int((now - _WINDOW).timestamp())
    rows = reader.rows(
        "SELECT at, data FROM record WHERE kind = 'letter' AND state IN ('sent', 'unsure') AND at >= :begin "
        # One that is in doubt is repeated, and must not count as the letter before it
        "AND NOT (ticket_id = :number AND key = :key)",
        {"begin": reader.instant(begin), "number": letter.number, "key": letter.key},
    )
    earlier = [
        (seconds_from_stored(at), values)
        for at, data in rows
        if (values := json.loads(data)).get("to", [None])[0] == contact and "covers" not in values
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

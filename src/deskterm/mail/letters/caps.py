"""Letters that go by themselves are few: a person is not flooded, and two machines do not answer each other for ever
(M-35, M-39, M-44)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from deskterm.desk.notify.acknowledgements import ACKNOWLEDGED
from deskterm.mail.visible.subjects import normalise_subject
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.mail.letters import (
    LeftLetter,
    find_last_marks,
    find_undeliverable_reason,
    load_left_letters,
)
from deskterm.store.queries.outbox import Letter, Recipient
from deskterm.store.rows.texts import load_texts

MOST_LETTERS, MOST_OF_SUBJECT = 10, 2
"""Automatic letters to one recipient within three hours, and those of them with one subject."""
_WINDOW = timedelta(minutes=180)
_ACKNOWLEDGEMENT_WINDOW = timedelta(hours=1)
_NUMBER = re.compile(r"\A\[\d+\]\s*")
_NOT_LEFT = ("withdrawn", "failed")
"""States of a letter for somebody whom it did not reach, though it left to others."""


def find_caps(reader: ReadConnection, letter: Letter, now: datetime) -> dict[int, str]:
    """Find to which of its recipients, by number of the contact, a letter that goes by itself does not leave, each with
    the reason in a sentence."""
    # One that is in doubt is repeated, and must not count as the letter before it
    left = load_left_letters(reader, int((now - _WINDOW).timestamp()), letter.number, letter.key)
    headings = load_texts(reader, (one.data.get("heading") for one in left))
    found = {person.contact: _find_cap(reader, letter, person, left, headings, now) for person in letter.to}
    return {contact: reason for contact, reason in found.items() if reason}


def _find_cap(
    reader: ReadConnection,
    letter: Letter,
    person: Recipient,
    left: Sequence[LeftLetter],
    headings: Mapping[int, str],
    now: datetime,
) -> str:
    """Find why a letter does not leave to a person; empty where it does. left: the letters before it; headings: their
    subjects, by number of the text."""
    if reason := find_undeliverable_reason(reader, person.contact):
        return f"letters to {person.email} do not arrive ({reason})"
    if marks := find_last_marks(reader, letter.number, person.contact):
        return f"what they wrote is automatic ({', '.join(marks)})"
    earlier = [one for one in left if _went_by_itself_to(one.data, person.contact)]
    if letter.on == ACKNOWLEDGED:
        since = int((now - _ACKNOWLEDGEMENT_WINDOW).timestamp())
        if any(one.at > since and one.data.get("on") == ACKNOWLEDGED for one in earlier):
            return "a letter of the last hour told them already that a request has come in"
    if len(earlier) >= MOST_LETTERS:
        return f"{MOST_LETTERS} automatic letters went to them within three hours"
    subject = _normalise(letter.heading)
    alike = sum(_normalise(headings.get(one.data.get("heading", 0), "")) == subject for one in earlier)
    return "two automatic letters with this subject went to them within three hours" if alike >= MOST_OF_SUBJECT else ""


def _normalise(heading: str) -> str:
    """Return the subject of a letter of ours, also without the number of the ticket: a machine that answers our letters
    opens one ticket after the other."""
    return normalise_subject(_NUMBER.sub("", heading))


def _went_by_itself_to(values: Mapping[str, Any], contact: int) -> bool:
    """Return whether a letter, by the values of its record, went to a person, and no person wrote it."""
    if {"covers", "words_of"} & values.keys():
        return False
    return contact in values.get("to", ()) and (values.get("recipients") or {}).get(str(contact)) not in _NOT_LEFT

"""Answers to surveys by mail: a link of the letter, or a reply that begins with the number (M-66)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from deskterm.mail.reading.read_mail import Mail
from deskterm.mail.threading.find_ticket import FoundTicket, list_plus_parts
from deskterm.mail.threading.tokens import read_survey_part
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_letter

_SCORE = re.compile(r"\s*(\d{1,3})(?:\s*/\s*\d{1,3})?\s*(?:[.!]|$)", re.MULTILINE)
_VALID = timedelta(days=30)
ASKED = "feedback-asked"


class Answer(NamedTuple):
    """An answer to a survey. survey: its key on the ticket, None for the one that waits; comment: the words below the
    number."""

    score: int
    comment: str
    survey: str | None


def find_answer(
    url: str, mail: Mail, found: FoundTicket, new_text: str, key: bytes, scale: int, now: datetime
) -> Answer | None:
    """Find the answer to a survey in a mail; None where it is none, and for a survey that was sent more than 30 days
    ago. new_text: what is new in the mail; scale: the best score."""
    for word, _ in list_plus_parts(mail) if key else ():
        token = read_survey_part(key, word)
        if token is not None and token.ticket == found.number and 1 <= token.score <= scale:
            return Answer(token.score, _read_comment(new_text, token.score), token.key)
    if found.letter is None:
        return None
    with open_reader(url) as reader:
        letter = load_letter(reader, found.number, str(found.letter))
    if letter is None or letter.on != ASKED or letter.at < (now - _VALID).timestamp():
        return None
    match = _SCORE.match(new_text)
    if match is None or not 1 <= int(match[1]) <= scale:
        return None
    return Answer(int(match[1]), _read_comment(new_text, int(match[1])), None)


def _read_comment(text: str, score: int) -> str:
    """Return the words of a reply without the number that it begins with."""
    match = _SCORE.match(text)
    return (text[match.end() :] if match is not None and int(match[1]) == score else text).strip()

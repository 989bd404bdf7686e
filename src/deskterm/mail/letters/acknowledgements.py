"""Letters that say that a request has come in, to people whom nobody knows (M-40). Whoever writes a false sender into a
mail must not get the desk to send their words to a stranger."""

from __future__ import annotations

import re

from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.mail.letters import load_opening
from deskterm.store.queries.outbox import Letter

ACKNOWLEDGED = "registered"
"""The topic of these letters."""
_LONGEST_SUBJECT = 80
_PAGE = re.compile(r"(?:https?://|www\.)\S+|\b(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


def limit_acknowledgement(reader: ReadConnection, letter: Letter) -> Letter:
    """Return a letter about a request as it may leave. Whom a mail names in copy need not have anything to do with it
    where its sender is not proved: it goes to the requester alone then, and to somebody who had no ticket before with
    the number and the beginning of the subject only."""
    opening = load_opening(reader, letter.number)
    if opening is None or "mail" not in opening.data or opening.data.get("verified"):
        return letter
    requester = [person for person in letter.to if person.contact == opening.requester]
    letter = letter._replace(to=tuple(requester or letter.to[:1]))
    return letter if opening.earlier else _strip(letter)


def _strip(letter: Letter) -> Letter:
    """Return a letter with the number and the beginning of the subject, and nothing else that its recipient is said to
    have written."""
    subject = " ".join(_PAGE.sub(" ", letter.heading.replace(f"[{letter.number}]", " ")).split())[:_LONGEST_SUBJECT]
    return letter._replace(
        heading=f"[{letter.number}] {subject}".rstrip(),
        body=f"Your request has reached us. Its number is {letter.number}.",
        files_of=None,
    )

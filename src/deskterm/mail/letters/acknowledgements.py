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


def is_to_stranger(reader: ReadConnection, number: int) -> bool:
    """Return whether a ticket was opened by a mail whose sender is not proved, of somebody who had none before."""
    opening = load_opening(reader, number)
    if opening is None or opening.earlier:
        return False
    return "mail" in opening.data and not opening.data.get("verified")


def strip_acknowledgement(letter: Letter) -> Letter:
    """Return a letter with the number and the beginning of the subject, and nothing else that its recipient is said to
    have written."""
    subject = " ".join(_PAGE.sub(" ", letter.heading.replace(f"[{letter.number}]", " ")).split())[:_LONGEST_SUBJECT]
    return letter._replace(
        heading=f"[{letter.number}] {subject}".rstrip(),
        body=f"Your request has reached us. Its number is {letter.number}.",
        files_of=None,
    )

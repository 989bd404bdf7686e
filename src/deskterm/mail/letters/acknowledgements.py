"""Letters that say that a request has come in, to people whom nobody knows (M-40). Whoever writes a false sender into a
mail must not get the desk to send their words to a stranger."""

from __future__ import annotations

import json
import re

from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.outbox import Letter

ACKNOWLEDGED = "registered"
"""The topic of these letters."""
_LONGEST_SUBJECT = 80
_PAGE = re.compile(r"(?:https?://|www\.)\S+|\b(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


def is_to_stranger(reader: ReadConnection, number: int) -> bool:
    """Return whether a ticket was opened by a mail whose sender is not proved, of somebody who had none before."""
    found = reader.rows(
        "SELECT e.data, (SELECT count(*) FROM ticket o WHERE o.requester_id = t.requester_id AND o.id < t.id) "
        "FROM ticket t JOIN event e ON e.ticket_id = t.id AND e.seq = 1 WHERE t.id = :number",
        {"number": number},
    )
    if not found:
        return False
    data, earlier = json.loads(found[0][0]), found[0][1]
    return "mail" in data and not data.get("verified") and earlier == 0


def strip_acknowledgement(letter: Letter) -> Letter:
    """Return a letter with the number and the beginning of the subject, and nothing else that its recipient is said to
    have written."""
    subject = " ".join(_PAGE.sub(" ", letter.heading.replace(f"[{letter.number}]", " ")).split())[:_LONGEST_SUBJECT]
    return letter._replace(
        heading=f"[{letter.number}] {subject}".rstrip(),
        body=f"Your request has reached us. Its number is {letter.number}.",
        files_of=None,
    )

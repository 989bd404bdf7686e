"""Letters that say that a request has come in, to people whom nobody knows (M-40). Whoever writes a false sender into a
mail must not get the desk to send their words to a stranger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.store.db.tables import Ticket, table_of

ACKNOWLEDGED = "registered"
"""The topic of these letters."""
_LONGEST_SUBJECT = 80
_PAGE = re.compile(r"(?:https?://|www\.)\S+|\b(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


class ShortLetter(NamedTuple):
    """A letter with the number and the beginning of the subject, and nothing else that its recipient is said to have
    written."""

    heading: str
    body: str


def is_in_doubt(on: str, event: Event) -> bool:
    """Return whether a letter says that a request has come in by a mail whose sender is not proved. on: its topic;
    event: the one that it is about."""
    return on == ACKNOWLEDGED and "mail" in event.data and not event.data.get("verified")


def limit_recipients(work: TicketTransaction, to: Sequence[int]) -> list[int]:
    """Return those of the contacts of a letter in doubt who get it: whom the mail names in copy need not have anything
    to do with it, so it goes to the requester alone."""
    return [contact for contact in to if contact == work.state.requester_id] or list(to[:1])


def shorten_for_stranger(work: TicketTransaction, heading: str) -> ShortLetter | None:
    """Return a letter in doubt as somebody gets it who had no ticket before; None for a requester who had one. heading:
    of the letter as it would be."""
    ticket = table_of(Ticket)
    earlier = select(func.count()).where(ticket.c.requester_id == work.state.requester_id, ticket.c.id < work.number)
    if work.session.execute(earlier).scalar_one():
        return None
    tag = f"[{work.number}]"
    subject = " ".join(_PAGE.sub(" ", heading.replace(tag, " ")).split())[:_LONGEST_SUBJECT]
    return ShortLetter(f"{tag} {subject}".rstrip(), f"Your request has reached us. Its number is {work.number}.")

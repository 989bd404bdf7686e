"""The way of a mail that is handed over: onto a ticket, as a new one, or into quarantine (M-29 to M-36, M-41)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from deskterm.mail.intake.limits import find_flood
from deskterm.mail.reading.read_mail import Mail
from deskterm.mail.settings.mailboxes import Destination, Mailbox, MailSettings
from deskterm.mail.threading.find_ticket import FoundTicket, find_ticket, list_plus_parts
from deskterm.mail.visible.forwards import Forward, find_forward
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Ticket, table_of

_ticket = table_of(Ticket)


class Way(NamedTuple):
    """The way of a mail. found: the ticket that it joins; None where it opens one, or does not become a message.
    forward: it passes a mail on; linked: the ticket that this mail is from; refusal: why it goes into quarantine."""

    found: FoundTicket | None = None
    forward: Forward | None = None
    linked: int | None = None
    refusal: str = ""


def find_way(store: Store, settings: MailSettings, box: Mailbox, mail: Mail, now: datetime) -> Way:
    """Find the way of a mail that has a sender, and that nothing else refuses."""
    assert mail.sender is not None  # `find_refusal` has parked those without
    found, forward = find_ticket(store, mail, settings.token_key, now), find_forward(mail)
    if found is not None and forward is not None and _leaves(store, settings, box, mail, found):
        return Way(None, forward, found.number)
    if found is not None:
        return Way(found)
    if mail.marks.is_robot or (mail.marks.by and box.unthreaded == "quarantine"):
        return Way(refusal=f"It is automatic ({', '.join(mail.marks.by)}) and answers no ticket.")
    sender = mail.sender.address
    flood = find_flood(store, sender, now, is_public=settings.is_public(sender))
    return Way(refusal=flood) if flood else Way(forward=forward)


def find_destination(settings: MailSettings, box: Mailbox, mail: Mail) -> Destination:
    """Return the destination of a new ticket: as the plus part of one of our addresses says, else as the mailbox
    does."""
    for word, address in list_plus_parts(mail):
        if word in box.plus and settings.is_ours(address):
            return box.plus[word]
    return box.destination


def _leaves(store: Store, settings: MailSettings, box: Mailbox, mail: Mail, found: FoundTicket) -> bool:
    """Return whether a forward of a mail of a ticket is a matter of its own: its writer is not on the ticket, or it
    went to another department (M-31)."""
    if found.is_stranger:
        return True
    department = find_destination(settings, box, mail).department
    if department is None:
        return False
    with store.reading() as session:
        of_ticket = session.execute(select(_ticket.c.department).where(_ticket.c.id == found.number)).scalar_one()
    return bool(of_ticket) and of_ticket != department

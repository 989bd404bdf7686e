"""Floods of mails, which wait in quarantine before they become tickets (M-41)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from deskterm.store.db.engine import Store
from deskterm.store.db.tables import MailRow, table_of

MOST_OF_SENDER, MOST_OF_DOMAIN = 30, 200
"""New tickets of a sender, and of a domain, within an hour."""
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

_mail = table_of(MailRow)


def find_flood(store: Store, sender: str, now: datetime, *, is_public: bool) -> str:
    """Return the reason why a mail that would open a ticket is one of a flood; empty where it is not. is_public:
    the sender is at a public provider, of which only they count: its domain has millions of people."""
    domain = sender.rpartition("@")[2]
    # Those of an old mailbox that is imported come all at once, and are no flood (M-12)
    lately = (_mail.c.changed_at > now - _HOUR) & (_mail.c.received_at > now - _DAY)
    of_sender = select(func.count()).where(_mail.c.state == "done", _mail.c.seq == 1, lately, _mail.c.sender == sender)
    of_domain = select(func.count()).where(
        _mail.c.state == "done",
        _mail.c.seq == 1,
        lately,
        _mail.c.sender.endswith(f"@{domain}", autoescape=True),
    )
    with store.reading() as session:
        if session.execute(of_sender).scalar_one() >= MOST_OF_SENDER:
            return f"{sender} opened {MOST_OF_SENDER} tickets within an hour: a flood."
        if not is_public and session.execute(of_domain).scalar_one() >= MOST_OF_DOMAIN:
            return f"{domain} opened {MOST_OF_DOMAIN} tickets within an hour: a flood."
    return ""

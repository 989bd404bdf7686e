"""The people of a mail besides its writer (M-28)."""

from __future__ import annotations

from sqlalchemy import func, select

from deskterm.desk.domain.email_address import list_spellings
from deskterm.desk.domain.received_mail import PersonInCopy
from deskterm.mail.reading.automatic import is_nobody
from deskterm.mail.reading.read_mail import MOST_RECIPIENTS, Mail
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import Agent, table_of

_agent = table_of(Agent)


def list_people_in_copy(
    store: Store, settings: MailSettings, mail: Mail, *, besides: str = ""
) -> tuple[PersonInCopy, ...]:
    """Return those who had a mail besides us, as many as a mail may bring along (M-11): neither our own addresses, nor
    agents, nor addresses behind which nobody reads. besides: the address of the requester, where that is not the
    writer's."""
    writer = mail.sender.address if mail.sender is not None else ""
    others = [
        one
        for one in (*mail.to, *mail.cc)
        if one.address not in (writer, besides) and not settings.is_ours(one.address) and not is_nobody(one.address)
    ]
    if not others:
        return ()
    with store.reading() as session:
        addresses = select(func.lower(_agent.c.email)).where(_agent.c.email != "")
        agents = set(session.execute(addresses).scalars())
    people = dict.fromkeys(
        PersonInCopy(one.name, one.address, settings.is_public(one.address))
        for one in others
        if agents.isdisjoint(list_spellings(one.address))
    )
    return tuple(people)[:MOST_RECIPIENTS]

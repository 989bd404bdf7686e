"""Mails that agents wrote, or that say so (M-25, M-26)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from deskterm.desk.api import open_desk
from deskterm.desk.conversation.mail_messages import hold_mail_as_note
from deskterm.desk.conversation.messages import add_note, reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.email_address import list_spellings
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.errors import DeskError
from deskterm.mail.reading.read_mail import Mail
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.mail.threading.find_ticket import list_plus_parts
from deskterm.mail.threading.tokens import read_agent_part
from deskterm.store.db.engine import Store
from deskterm.store.db.errors import UnavailableDesk, UnwritableDesk
from deskterm.store.db.tables import Agent, table_of

_agent = table_of(Agent)


class WritingAgent(NamedTuple):
    """An agent whose address a mail has. number: of their row."""

    number: int
    login: str
    name: str


def find_agent(store: Store, address: str) -> WritingAgent | None:
    """Return the active agent with an address; None where there is none."""
    query = select(_agent.c.id, _agent.c.login, _agent.c.name).where(
        func.lower(_agent.c.email).in_(list_spellings(address)), _agent.c.email != "", _agent.c.active
    )
    with store.reading() as session:
        row = session.execute(query).first()
    return WritingAgent(*row) if row is not None else None


def hand_over_of_agent(
    desk: DeskSession,
    settings: MailSettings,
    agent: WritingAgent,
    mail: Mail,
    number: int,
    body: str,
    files: list[NewFile],
    received: ReceivedMail,
    now: datetime,
) -> CommandResult:
    """Hand over a mail about a ticket that an agent wrote, or that says so. It is the agent's act where the mail server
    vouches for the address and the mail went to the address of a notice to them; any other one is held as a note. So is
    one that the agent may not write, with the reason."""
    is_theirs = received.verified and any(
        (token := read_agent_part(settings.token_key, word, int(now.timestamp()) // 86_400)) is not None
        and (token.ticket, token.agent) == (number, agent.number)
        for word, _ in list_plus_parts(mail)
    )
    if not is_theirs or settings.agents_by_mail == "off":
        proof = "" if is_theirs else "; that is not verified"
        return _hold(desk, agent, number, f"It says that it is from {agent.name}{proof}:", body, files, received, now)
    try:
        # As the agent, with the same checks as at the console
        own = open_desk(desk.store, agent.login)
        if settings.agents_by_mail == "reply":
            return reply(own, number, body, files=files, mail=received, now=now)
        return add_note(own, number, body, files=files, mail=received, now=now)
    except (UnavailableDesk, UnwritableDesk):
        raise
    except DeskError as error:
        return _hold(desk, agent, number, f"{agent.name} wrote this by mail. {error}", body, files, received, now)


def _hold(
    desk: DeskSession,
    agent: WritingAgent,
    number: int,
    reason: str,
    body: str,
    files: list[NewFile],
    received: ReceivedMail,
    now: datetime,
) -> CommandResult:
    text = f"{reason}\n\n{body}"
    return hold_mail_as_note(desk, number, text, author=agent.name, mail=received, files=files, now=now)

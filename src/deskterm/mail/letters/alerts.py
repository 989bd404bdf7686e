"""Mails to admins about mail itself: what is down, and what waits in quarantine (M-09, M-13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr

from sqlalchemy import func, select

from deskterm.desk.core.session import DeskSession
from deskterm.mail.keeping.leases import load_told_at, note_told
from deskterm.mail.letters.compose import Draft, compose
from deskterm.mail.letters.smtp import SmtpSession
from deskterm.mail.settings.schema import MailFile
from deskterm.mail.threading.tokens import make_notice_id
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import Agent, MailRow, table_of
from deskterm.store.queries.mail.mailboxes import load_mailbox_states

_DAY = timedelta(days=1)
_QUARANTINE = "quarantine"
"""The name under which the last word about the quarantine is noted."""

_agent, _mail = table_of(Agent), table_of(MailRow)


@dataclass
class AlertSender:
    """Tells admins. open_reader, open_session: as for `NoticeSender`."""

    desk: DeskSession
    file: MailFile
    open_reader: Callable[[], ReadConnection]
    open_session: Callable[[str], SmtpSession]
    clock: Callable[[], datetime]

    def send_due(self) -> list[str]:
        """Send what has to be told, at once and then once a day, and return a line for each mail. Raises AccountError
        where the way out is at fault."""
        now = self.clock()
        found = self._find_down(now) | self._find_quarantined(now)
        if not found:
            return []
        admins = self._list_admins()
        if not admins:
            return []
        text = "\n\n".join(found.values())
        self._send(admins, text, now)
        for name in found:
            note_told(self.desk.store, name, now)
        return [f"admins told: {line}" for line in found.values()]

    def _find_down(self, now: datetime) -> dict[str, str]:
        with self.open_reader() as reader:
            states = load_mailbox_states(reader)
        down = [state for state in states if state.is_down(int(now.timestamp()))]
        return {
            state.name: f"{_describe(state.name)} does not work: {state.reason} `deskterm mail check` tries it again."
            for state in down
            if self._is_to_be_told(state.name, now)
        }

    def _find_quarantined(self, now: datetime) -> dict[str, str]:
        if not self._is_to_be_told(_QUARANTINE, now):
            return {}
        query = select(func.count()).where(_mail.c.state == "quarantined", _mail.c.taken_at > now - _DAY)
        with self.desk.store.reading() as session:
            count = int(session.execute(query).scalar_one())
        if not count:
            return {}
        some = "A mail of the last day waits" if count == 1 else f"{count} mails of the last day wait"
        return {_QUARANTINE: f"{some} in quarantine: `deskterm mail quarantine` lists them with the reasons."}

    def _is_to_be_told(self, name: str, now: datetime) -> bool:
        told_at = load_told_at(self.desk.store, name)
        return told_at is None or now - told_at >= _DAY

    def _list_admins(self) -> list[str]:
        query = select(_agent.c.email).where(_agent.c.role == "admin", _agent.c.active, _agent.c.email != "")
        with self.desk.store.reading() as session:
            return list(session.execute(query.order_by(_agent.c.login)).scalars())

    def _send(self, admins: list[str], text: str, now: datetime) -> None:
        identity = next(iter(self.file.identity.values()))
        sender = parseaddr(identity.sender)
        draft = Draft(
            sender=sender,
            to=[("", admin) for admin in admins],
            subject=f"{self.desk.name}: mail needs a look",
            text=text,
            message_id=make_notice_id(sender[1].rpartition("@")[2]),
            date=format_datetime(now),
            is_automatic=True,
        )
        self.open_session(identity.account).send("", admins, compose(draft), utf8=False, before_end=lambda: None)


def _describe(name: str) -> str:
    kind, _, word = name.partition(":")
    return f"Account {word}" if kind == "out" else f"Mailbox {word}"

"""Notices to agents by mail (M-58): one each or several together, with an address by which an agent may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr
from typing import NamedTuple

from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.read_access import find_hidden_in_document
from deskterm.mail.keeping.leases import Lease, hold_lease
from deskterm.mail.letters.compose import Draft, compose
from deskterm.mail.letters.outgoing import NoIdentity, choose_identity
from deskterm.mail.letters.smtp import SmtpSession
from deskterm.mail.settings.schema import MailFile, NoticesByMail
from deskterm.mail.threading.tokens import make_agent_part, make_notice_id
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import AgentView, load_agents, load_desk_facts
from deskterm.store.queries.outbox import NoticeRow, load_notices_since

_PAUSES: dict[NoticesByMail, timedelta] = {
    "each": timedelta(0),
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
}
_MOST_AT_ONCE = 50
"""Notices of one look; the rest come with the next."""


class Noticed(NamedTuple):
    """A mail to an agent about notices."""

    login: str
    summary: str


class _AgentRow(NamedTuple):
    number: int
    email: str


@dataclass
class NoticeSender:
    """Sends agents their notices. open_reader: opens a connection that hides nothing; open_session: the way out of an
    account by its name."""

    desk: DeskSession
    file: MailFile
    token_key: bytes
    open_reader: Callable[[], ReadConnection]
    open_session: Callable[[str], SmtpSession]
    clock: Callable[[], datetime]

    def send_due(self) -> Iterator[Noticed]:
        """Send what is due, and yield a line for each mail. Where a process dies between a mail and the note that it
        was sent, the agent gets it twice. Raises AccountError where the way out is at fault."""
        if not any(mode != "off" for mode in self.file.notices.values()):
            return
        with self.open_reader() as reader:
            agents = [agent for agent in load_agents(reader) if agent.active]
            document = load_desk_facts(reader).document
        for agent in agents:
            mode = self.file.notices.get(agent.login, self.file.notices.get("default", "off"))
            if mode == "off":
                continue
            now = self.clock()
            with hold_lease(self.desk.store, f"to:{agent.login}", since=now, now=now) as lease:
                if lease is not None:
                    hidden = find_hidden_in_document(document, agents, agent.login)
                    yield from self._send_to(agent, mode, lease, hidden, now)

    def _send_to(
        self, agent: AgentView, mode: NoticesByMail, lease: Lease, hidden: tuple[str, ...], now: datetime
    ) -> Iterator[Noticed]:
        place = lease.load()
        seen, _, sent = place.position.partition(" ")
        last = datetime.fromtimestamp(int(sent), now.tzinfo) if sent else place.since
        if now - last < _PAUSES[mode]:
            return
        with self.open_reader() as reader:
            # Words of a ticket go to those only who may see it
            reader.limit(hidden, agent.login)
            row = _load_agent(reader, agent.login)
            after = int(seen) if seen else _find_newest(reader, place.since)
            notices, newest = load_notices_since(reader, agent.login, after, int(now.timestamp()), _MOST_AT_ONCE)
        if row is None or not row.email or not notices:
            if not seen:
                lease.advance(f"{after} {int(last.timestamp())}")
            return
        together = [[notice] for notice in notices] if mode == "each" else [notices]
        for some in together:
            self._send(row, some, now)
            yield Noticed(agent.login, f"{agent.login}: {len(some)} notice{'s' if len(some) > 1 else ''} by mail")
        lease.advance(f"{newest} {int(now.timestamp())}")

    def _send(self, agent: _AgentRow, notices: list[NoticeRow], now: datetime) -> None:
        try:
            _, identity = choose_identity(self.file, "", "")
        except NoIdentity:
            _, identity = next(iter(self.file.identity.items()))
        sender = parseaddr(identity.sender)
        local, _, domain = sender[1].rpartition("@")
        first, day = notices[0], int(now.timestamp()) // 86_400
        tickets = {notice.number for notice in notices}
        part = make_agent_part(self.token_key, first.number, agent.number, day)
        lines = [f"{notice.number} {notice.subject}: {notice.what}" for notice in notices]
        subject = f"[#{first.number}] {first.what}" if len(notices) == 1 else f"{len(notices)} notices of the desk"
        draft = Draft(
            sender=sender,
            to=[("", agent.email)],
            # Only what is about one ticket can be answered
            reply_to=f"{local}+{part}@{domain}" if identity.plus and len(tickets) == 1 else "",
            subject=subject,
            text="\n".join(lines),
            message_id=make_notice_id(domain),
            date=format_datetime(now),
            is_automatic=True,
        )
        self.open_session(identity.account).send("", [agent.email], compose(draft), utf8=False, before_end=lambda: None)


def _load_agent(reader: ReadConnection, login: str) -> _AgentRow | None:
    found = reader.rows("SELECT id, email FROM agent WHERE login = :login", {"login": login})
    return _AgentRow(*found[0]) if found else None


def _find_newest(reader: ReadConnection, since: datetime) -> int:
    """Return the event before the first one that is newer than an instant: what was there before stays unsent."""
    found = reader.rows(
        "SELECT coalesce(max(id), 0) FROM event WHERE kind = 'told' AND at < :since",
        {"since": reader.instant(int(since.timestamp()))},
    )
    return int(found[0][0])

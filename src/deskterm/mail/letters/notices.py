"""Notices to agents by mail (M-58): one each or several together, with an address by which an agent may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from deskterm.desk.core.session import DeskSession
from deskterm.desk.policy.read_access import find_hidden_in_document
from deskterm.mail.keeping.leases import Lease, hold_lease
from deskterm.mail.letters.claims import PATIENCE
from deskterm.mail.letters.internal_mails import RETRY_PAUSE, Delivery, InternalMailer, InternalMailReport
from deskterm.mail.settings.schema import MailFile, NoticesByMail
from deskterm.mail.threading.tokens import make_agent_part
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.desk_facts import AgentView, load_agents, load_desk_facts
from deskterm.store.queries.mail.notices import (
    DueNotice,
    NextNotices,
    NoticeRecipient,
    NoticesDone,
    find_last_notice_before,
    find_settled_event,
    load_next_notices,
    load_notice_recipient,
)

_PAUSES: dict[NoticesByMail, timedelta] = {
    "each": timedelta(0),
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
}
_MOST_AT_ONCE = 50
"""Notices of one look; the rest come with the next."""
_MOST_READ_AGAIN = 1_000
"""Events after the last notice of an agent that each look reads once more: to keep where it is would be a write every
two seconds, which wakes all consoles."""


@dataclass
class NoticeSender:
    """Sends agents their notices. open_reader: opens a connection that hides nothing; pauses: login → until when
    nothing is sent to an agent."""

    desk: DeskSession
    file: MailFile
    token_key: bytes
    open_reader: Callable[[], ReadConnection]
    mailer: InternalMailer
    clock: Callable[[], datetime]
    pauses: dict[str, datetime]

    def send_due(self) -> Iterator[InternalMailReport]:
        """Send what is due, and yield a line for each mail. Where a process dies between a mail and the note that it
        was sent, the agent gets that one twice. Raises AccountError where the way out is at fault."""
        if not any(mode != "off" for mode in self.file.notices.values()):
            return
        with self.open_reader() as reader:
            agents = [agent for agent in load_agents(reader) if agent.active]
            document = load_desk_facts(reader).document
            settled = find_settled_event(reader)
        if settled is None:
            return
        for agent in agents:
            mode = self.file.notices.get(agent.login, self.file.notices.get("default", "off"))
            now = self.clock()
            if mode == "off" or now < self.pauses.get(agent.login, now):
                continue
            with hold_lease(self.desk.store, f"to:{agent.login}", since=now, now=now) as lease:
                if lease is not None:
                    hidden = find_hidden_in_document(document, agents, agent.login)
                    yield from self._send_to(agent, mode, lease, hidden, settled, now)

    def _send_to(
        self,
        agent: AgentView,
        mode: NoticesByMail,
        lease: Lease,
        hidden: tuple[str, ...],
        settled: int,
        now: datetime,
    ) -> Iterator[InternalMailReport]:
        place = lease.load()
        done, last = _parse_position(place.position), place.since
        if done is not None:
            last = datetime.fromtimestamp(int(place.position.split()[-1]), now.tzinfo)
        if now - last < _PAUSES[mode]:
            return
        with self.open_reader() as reader:
            # Words of a ticket go to those only who may see it
            reader.limit(hidden, agent.login)
            recipient = load_notice_recipient(reader, agent.login)
            before = done
            if done is None:
                first = find_last_notice_before(reader, int(place.since.timestamp()))
                done = NoticesDone(first, first)
            coming = NextNotices([], done, is_full=False)
            if recipient is not None and recipient.email:
                coming = load_next_notices(reader, [agent.login], done, settled, int(now.timestamp()), _MOST_AT_ONCE)
        notices, reached = coming.notices, coming.done
        if recipient is None or not notices:
            if before is None or done.count_events_to(reached) >= _MOST_READ_AGAIN:
                lease.advance(_format_position(reached, last))
            return
        has_failed = place.failures > 0
        for some in [[notice] for notice in notices] if mode == "each" else [notices]:
            delivery = self._send(recipient, some, now)
            if delivery.state == "later" and now.timestamp() - some[0].at < PATIENCE.total_seconds():
                self.pauses[agent.login] = now + RETRY_PAUSE
                words = f"{agent.login}: a notice by mail is tried again in a minute: {delivery.words}"
                yield InternalMailReport("queued", words)
                return
            # At once, so that a process that dies repeats no more than one
            for notice in some:
                done = done.pass_over(notice)
            lease.advance(_format_position(done, now))
            if delivery.state in ("later", "refused"):
                has_failed = True
                lease.note_failure(f"{delivery.words.rstrip('.')}.", now)
            elif delivery.state == "sent" and has_failed:
                has_failed = False
                lease.note_success(now)
            yield _report(agent.login, len(some), delivery)
        if done.count_events_to(reached) >= _MOST_READ_AGAIN:
            lease.advance(_format_position(reached, now))

    def _send(self, agent: NoticeRecipient, notices: Sequence[DueNotice], now: datetime) -> Delivery:
        identity = self.mailer.find_identity()
        local, _, domain = parseaddr(identity.sender)[1].rpartition("@")
        first, day = notices[0], int(now.timestamp()) // 86_400
        tickets = {notice.number for notice in notices}
        part = make_agent_part(self.token_key, first.number, agent.number, day)
        lines = [f"{notice.number} {notice.subject}: {notice.what}" for notice in notices]
        subject = f"[#{first.number}] {first.what}" if len(notices) == 1 else f"{len(notices)} notices of the desk"
        # Only what is about one ticket can be answered
        reply_to = f"{local}+{part}@{domain}" if identity.plus and len(tickets) == 1 else ""
        return self.mailer.send([agent.email], subject, "\n".join(lines), now, reply_to=reply_to)


def _parse_position(position: str) -> NoticesDone | None:
    """Return how far notices are from the position of a lease; None at the beginning. An earlier version kept one
    number for both kinds."""
    *done, _ = map(int, position.split() or "0")
    return NoticesDone(done[0], done[-1]) if done else None


def _format_position(done: NoticesDone, sent: datetime) -> str:
    """Format how far notices are as the position of a lease. sent: when the last mail left."""
    return f"{done.at_once} {done.deferred} {int(sent.timestamp())}"


def _report(login: str, number: int, delivery: Delivery) -> InternalMailReport:
    """Return the line about a mail that is not tried again."""
    notices = "a notice" if number == 1 else f"{number} notices"
    if delivery.state == "sent":
        return InternalMailReport("sent", f"{login}: {number} notice{'s' if number > 1 else ''} by mail")
    there = f"`deskterm notices` lists {'it' if number == 1 else 'them'}"
    if delivery.state == "unsure":
        words = f"{login}: {notices} by mail may not have arrived ({delivery.words}): {there}"
        return InternalMailReport("unsure", words)
    words = f"{login}: {notices} by mail cannot be delivered: {delivery.words}; check the address, and {there}"
    return InternalMailReport("failed", words)

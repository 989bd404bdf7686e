"""Mails to admins about mail itself: what is down, and what waits in quarantine (M-09, M-13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from deskterm.desk.core.session import DeskSession
from deskterm.mail.keeping.leases import load_told_at, note_told
from deskterm.mail.letters.internal_mails import RETRY_PAUSE, Delivery, InternalMailer, InternalMailReport
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.mail.letters import count_quarantined, list_admin_addresses
from deskterm.store.queries.mail.mailboxes import MailboxState, load_mailbox_states

_DAY = timedelta(days=1)
_QUARANTINE = "quarantine"
"""The name under which the last word about the quarantine is noted."""

_KINDS = {"out": "Account", "push": "Push to"}

_ADMINS = ""
"""The name under which `pauses` has admins: no agent's login is empty."""


@dataclass
class AlertSender:
    """Sends alerts to admins. open_reader, pauses: as for `NoticeSender`."""

    desk: DeskSession
    open_reader: Callable[[], ReadConnection]
    mailer: InternalMailer
    clock: Callable[[], datetime]
    pauses: dict[str, datetime]

    def send_due(self) -> list[InternalMailReport]:
        """Send what has to be told, at once and then once a day, and return a line for each alert. Raises AccountError
        where the way out is at fault."""
        now = self.clock()
        if now < self.pauses.get(_ADMINS, now):
            return []
        found = self._find_down(now) | self._find_quarantined(now)
        if not found:
            return []
        with self.open_reader() as reader:
            admins = list_admin_addresses(reader)
        if not admins:
            return []
        text = "\n\n".join(found.values())
        delivery = self.mailer.send(admins, f"{self.desk.name}: mail needs a look", text, now)
        if delivery.state == "later":
            self.pauses[_ADMINS] = now + RETRY_PAUSE
            words = f"admins are told by mail in a minute, which was not taken now: {delivery.words}"
            return [InternalMailReport("queued", words)]
        for name in found:
            note_told(self.desk.store, name, now)
        return [_report(line, delivery) for line in found.values()]

    def _find_down(self, now: datetime) -> dict[str, str]:
        with self.open_reader() as reader:
            states = load_mailbox_states(reader)
        down = [state for state in states if state.is_down(int(now.timestamp()))]
        return {state.name: _describe(state) for state in down if self._is_to_be_told(state.name, now)}

    def _find_quarantined(self, now: datetime) -> dict[str, str]:
        if not self._is_to_be_told(_QUARANTINE, now):
            return {}
        with self.open_reader() as reader:
            count = count_quarantined(reader, int((now - _DAY).timestamp()))
        if not count:
            return {}
        some = "A mail of the last day waits" if count == 1 else f"{count} mails of the last day wait"
        return {_QUARANTINE: f"{some} in quarantine: `deskterm mail quarantine` lists them with the reasons."}

    def _is_to_be_told(self, name: str, now: datetime) -> bool:
        told_at = load_told_at(self.desk.store, name)
        return told_at is None or now - told_at >= _DAY


def _report(line: str, delivery: Delivery) -> InternalMailReport:
    """Return the line about an alert that is not tried again before the next day."""
    if delivery.state == "sent":
        missed = f" (but not all of them: {delivery.words})" if delivery.words else ""
        return InternalMailReport("sent", f"admins told{missed}: {line}")
    if delivery.state == "unsure":
        return InternalMailReport("unsure", f"admins may not have been told ({delivery.words}): {line}")
    words = f"admins cannot be told by mail: {delivery.words}; check their addresses: {line}"
    return InternalMailReport("failed", words)


def _describe(state: MailboxState) -> str:
    kind, _, word = state.name.partition(":")
    name = f"{_KINDS.get(kind, 'Mailbox')} {word}"
    return f"{name} does not work: {state.reason} `deskterm mail check` tries it again."

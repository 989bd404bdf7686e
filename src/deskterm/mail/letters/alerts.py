"""Mails to admins about mail itself: what is down, and what waits in quarantine (M-09, M-13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deskterm.desk.core.session import DeskSession
from deskterm.mail.keeping.leases import (
    find_position,
    keep_position,
    load_told_at,
    note_told,
    note_trouble,
    note_well,
)
from deskterm.mail.letters.internal_mails import RETRY_PAUSE, Delivery, InternalMailer, InternalMailReport
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.mail.letters import AdminAddress, count_quarantined, list_admin_addresses
from deskterm.store.queries.mail.mailboxes import MailboxState, load_mailbox_states, load_put_off_alerts

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
        """Send what has to be told, at once and then once a day, and return a line for each alert. An admin whom a
        server does not take it for now gets it later, and the others not again. Raises AccountError where the way out
        is at fault."""
        now = self.clock()
        with self.open_reader() as reader:
            put_off = load_put_off_alerts(reader)
        found = {} if now < self.pauses.get(_ADMINS, now) else self._find(now, self._is_to_be_told)
        if not found and not put_off:
            return []
        with self.open_reader() as reader:
            admins = list_admin_addresses(reader)
        reports = []
        for admin in admins:
            names = put_off.get(admin.login, [])
            if names and now >= self.pauses.get(_row_of(admin), now):
                reports += self._send_again(admin, names, now)
        return reports + (self._send(admins, found, put_off, now) if found and admins else [])

    def _send(
        self,
        admins: Sequence[AdminAddress],
        found: Mapping[str, str],
        put_off: Mapping[str, Sequence[str]],
        now: datetime,
    ) -> list[InternalMailReport]:
        """Send what is new to all admins. put_off: as of `load_put_off_alerts`."""
        delivery = self._mail(admins, found, now)
        states = {state for state, _ in delivery.recipients.values()}
        if states == {"later"}:
            self.pauses[_ADMINS] = now + RETRY_PAUSE
            words = f"admins are told by mail in a minute, which was not taken now: {delivery.words}"
            return [InternalMailReport("queued", words)]
        for name in found:
            note_told(self.desk.store, name, now)
        reports = [] if delivery.state == "later" else [_report(line, delivery) for line in found.values()]
        for admin in admins:
            names = dict.fromkeys((*put_off.get(admin.login, ()), *found))
            reports += self._note(admin, list(names), delivery, now, is_new=True)
        return reports

    def _send_again(self, admin: AdminAddress, names: Sequence[str], now: datetime) -> list[InternalMailReport]:
        """Send an admin what was put off, as far as it still holds."""
        if not (found := self._find(now, lambda name: name in names)):
            keep_position(self.desk.store, _row_of(admin), "", now)
            return []
        delivery = self._mail([admin], found, now)
        reports = self._note(admin, list(found), delivery, now, is_new=False)
        if delivery.state == "later":
            return reports
        return reports + [_report(line, delivery, admin.login) for line in found.values()]

    def _mail(self, admins: Sequence[AdminAddress], found: Mapping[str, str], now: datetime) -> Delivery:
        addresses = list(dict.fromkeys(admin.address for admin in admins))
        return self.mailer.send(addresses, f"{self.desk.name}: mail needs a look", "\n\n".join(found.values()), now)

    def _note(
        self, admin: AdminAddress, names: Sequence[str], delivery: Delivery, now: datetime, *, is_new: bool
    ) -> list[InternalMailReport]:
        """Note what a server said of an admin's alerts, which are named; return a line where it is not in another."""
        store, row = self.desk.store, _row_of(admin)
        state, words = delivery.recipients.get(admin.address, ("unsure", ""))
        if state == "later":
            self.pauses[row] = now + RETRY_PAUSE
            keep_position(store, row, "\n".join(names), now)
            line = f"{admin.login} is told by mail in a minute, which was not taken now: {words}"
            return [InternalMailReport("queued", line)] if is_new else []
        if (place := find_position(store, row)) is not None and place.position:
            keep_position(store, row, "", now)
        if state == "sent" and place is not None:
            note_well(store, row, now)
        elif state == "refused":
            note_trouble(store, row, f"{admin.address}: {words.rstrip('.')}.", now)
            if delivery.state == "later":  # whose line would be that of others
                line = f"{admin.login} cannot be told by mail: {words}; check their address"
                return [InternalMailReport("failed", line)]
        return []

    def _find(self, now: datetime, is_wanted: Callable[[str], bool]) -> dict[str, str]:
        """Find what is down and what is in quarantine: name → line. is_wanted: of a name."""
        with self.open_reader() as reader:
            states = load_mailbox_states(reader)
            down = [state for state in states if state.is_down(int(now.timestamp()))]
            found = {state.name: _describe(state) for state in down if is_wanted(state.name)}
            if not is_wanted(_QUARANTINE):
                return found
            count = count_quarantined(reader, int((now - _DAY).timestamp()))
        if count:
            some = "A mail of the last day waits" if count == 1 else f"{count} mails of the last day wait"
            line = f"{some} in quarantine: `deskterm mail quarantine` lists them with the reasons."
            found[_QUARANTINE] = line
        return found

    def _is_to_be_told(self, name: str) -> bool:
        told_at = load_told_at(self.desk.store, name)
        return told_at is None or self.clock() - told_at >= _DAY


def _row_of(admin: AdminAddress) -> str:
    """Return the name of the row that has what was put off for an admin, and why they were refused."""
    return f"alert:{admin.login}"


def _report(line: str, delivery: Delivery, who: str = "admins") -> InternalMailReport:
    """Return the line about an alert that is not tried again before the next day."""
    if delivery.state == "sent":
        missed = f" (but not all of them: {delivery.words})" if delivery.words else ""
        return InternalMailReport("sent", f"{who} told{missed}: {line}")
    if delivery.state == "unsure":
        return InternalMailReport("unsure", f"{who} may not have been told ({delivery.words}): {line}")
    words = f"{who} cannot be told by mail: {delivery.words}; check their addresses: {line}"
    return InternalMailReport("failed", words)


def _describe(state: MailboxState) -> str:
    kind, _, word = state.name.partition(":")
    name = f"{_KINDS.get(kind, 'Mailbox')} {word}"
    return f"{name} does not work: {state.reason} `deskterm mail check` tries it again."

"""New mails of a mailbox, and what a fetch would do with each: nothing is kept, and no server is told (M-64)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from deskterm.desk.core.session import DeskSession
from deskterm.mail.bounces.find_report import find_report
from deskterm.mail.intake.bounced import find_letter
from deskterm.mail.intake.fetch import (
    USUAL_MOST,
    bound_files,
    find_new_files,
    find_since,
    list_new_uids,
    name_place,
    open_folder,
)
from deskterm.mail.intake.refusals import find_refusal
from deskterm.mail.intake.ways import find_way
from deskterm.mail.keeping.copies import find_copied, is_first_of_mailbox
from deskterm.mail.keeping.kept_mails import KeptMail, MailState, describe_mail, find_key, list_keys, load_mail
from deskterm.mail.keeping.leases import Position, find_position
from deskterm.mail.reading.addresses import read_addresses
from deskterm.mail.reading.read_mail import Mail, read_mail
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.mail.settings.schema import ImapPart, MailboxPart
from deskterm.mail.sources.mail_bytes import MailBytes


class Preview(NamedTuple):
    """A mail, and what a fetch would do with it. state: that it would have; ticket: the one that it would be on, None
    for a new one and for none; is_new: it would open one; effect: in words."""

    sender: str
    subject: str
    state: MailState
    ticket: int | None
    is_new: bool
    effect: str


def preview_mailbox(
    desk: DeskSession,
    settings: MailSettings,
    name: str,
    part: MailboxPart,
    clock: Callable[[], datetime],
    *,
    limit: int | None = USUAL_MOST,
    is_capped: bool = False,
) -> Iterator[Preview]:
    """Yield what a fetch would do: with mails that are kept and wait, and with new ones. The arguments are those of
    `fetch_mailbox`, and it raises as that does; a failure is not kept with the mailbox. What the desk itself refuses is
    known only once it is asked, and floods are counted without the mails before."""
    now = clock()
    position = find_position(desk.store, f"in:{name}") or Position("", find_since(part, now), 0)
    batch = _Batch(desk, settings, now)
    for key in list_keys(desk.store, ("taken",), mailbox=name):
        yield batch.preview(load_mail(desk.store, key))
    if part.imap is not None:
        mails = _read_server(desk, name, part, part.imap, position, limit, is_capped)
    else:
        mails = _read_files(desk, name, part, position.since, clock, limit, is_capped)
    for place, mail, received_at in mails:
        yield batch.preview(describe_mail(name, place, mail.data, size=mail.size, received_at=received_at, now=now))


def _read_server(
    desk: DeskSession,
    name: str,
    part: MailboxPart,
    imap: ImapPart,
    position: Position,
    limit: int | None,
    is_capped: bool,
) -> Iterator[tuple[str, MailBytes, datetime]]:
    with open_folder(part, is_readonly=True) as folder:
        for uid in list_new_uids(name, folder, position.position, limit, is_capped=is_capped):
            place = name_place(imap, folder, uid)
            if find_key(desk.store, name, place) is not None:
                continue
            mail = folder.fetch(uid, part.largest)
            if mail is not None and mail.received_at >= position.since:
                yield place, MailBytes(mail.data, mail.size), mail.received_at


def _read_files(
    desk: DeskSession,
    name: str,
    part: MailboxPart,
    since: datetime,
    clock: Callable[[], datetime],
    limit: int | None,
    is_capped: bool,
) -> Iterator[tuple[str, MailBytes, datetime]]:
    new = find_new_files(desk.store, name, part, since, clock)
    for mail in bound_files(name, new, limit, is_capped=is_capped):
        found = mail.read()
        if found is not None:
            yield mail.place, found, mail.received_at or clock()


class _Earlier(NamedTuple):
    """A mail of the batch that would be on a ticket. people: its writer, and those it was addressed to."""

    preview: Preview
    people: frozenset[str]


class _Batch:
    """The mails that would be worked on one after the other: later ones may answer earlier ones, or be the same."""

    def __init__(self, desk: DeskSession, settings: MailSettings, now: datetime) -> None:
        self._desk, self._settings, self._now = desk, settings, now
        self._by_message_id: dict[str, _Earlier] = {}
        self._identities: set[str] = set()

    def preview(self, kept: KeptMail) -> Preview:
        """Return what would become of the next mail."""
        mail = read_mail(kept.data, kept.rest)
        found = self._find_effect(kept, mail)
        self._identities.add(kept.identity)
        if kept.message_id and (found.is_new or found.ticket is not None):
            headers = mail.headers
            others = read_addresses([*headers.all_raw("to"), *headers.all_raw("cc")])
            people = frozenset((kept.sender, *(one.address for one in others)))
            self._by_message_id.setdefault(kept.message_id, _Earlier(found, people))
        return found

    def _find_effect(self, kept: KeptMail, mail: Mail) -> Preview:
        """Find what would become of a mail, in the order of `work_on`."""
        store = self._desk.store

        def build(state: MailState, effect: str, ticket: int | None = None, *, is_new: bool = False) -> Preview:
            return Preview(kept.sender, kept.subject, state, ticket, is_new, effect)

        if kept.identity in self._identities:
            return build("copy", "is the same as a mail above")
        earlier = find_copied(store, kept, mail)
        if earlier is not None:
            wants_each = self._settings.find_mailbox(kept.mailbox).copies == "each"
            if earlier.ticket is not None and wants_each and is_first_of_mailbox(store, earlier, kept):
                return build("done", f"opens a new ticket beside {earlier.ticket}", is_new=True)
            return build("copy", f"is the same as mail {earlier.key}", earlier.ticket)
        report = find_report(mail)
        if report.kind in ("bounce", "feedback"):
            letter = find_letter(store, mail, report, self._settings.token_key, self._now)
            if letter is None:
                return build("quarantined", "goes into quarantine: it reports on a letter that is none of ours")
            return build("done", f"reports what became of letter {letter.key} of {letter.number}", letter.number)
        refusal = find_refusal(mail, self._settings)
        if refusal is not None:
            place = "is ignored" if refusal.state == "ignored" else "goes into quarantine"
            return build(refusal.state, f"{place}: {refusal.reason}")
        way = find_way(store, self._settings, self._settings.find_mailbox(kept.mailbox), mail, self._now)
        if way.found is not None:
            return build("done", f"joins {way.found.number}", way.found.number)
        if way.forward is None and (answered := self._find_answered(mail.references, kept.sender)) is not None:
            return build("done", f"joins the ticket of the mail above: {answered.subject}", answered.ticket)
        if way.refusal:
            return build("quarantined", f"goes into quarantine: {way.refusal}")
        beside = f", linked to {way.linked}" if way.linked is not None else ""
        return build("done", f"opens a new ticket{beside}", is_new=True)

    def _find_answered(self, references: Sequence[str], sender: str) -> Preview | None:
        """Find the mail of the batch that another one answers, the newest first, where its writer has to do with it
        (M-29)."""
        for one in reversed(references):
            earlier = self._by_message_id.get(one)
            if earlier is not None and sender in earlier.people:
                return earlier.preview
        return None

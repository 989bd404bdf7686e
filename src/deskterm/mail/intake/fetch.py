"""Mails fetched from a mailbox: kept one after the other, worked on, and only then touched on the server (M-02 to
M-05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from typing import NamedTuple

from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.mail.intake.work_on import Outcome, work_on
from deskterm.mail.keeping.kept_mails import (
    find_known_places,
    keep_mail,
    list_keys,
    list_server_work,
    note_server_told,
)
from deskterm.mail.keeping.leases import Lease, hold_lease, note_trouble
from deskterm.mail.login.access_tokens import TokenRefused
from deskterm.mail.login.credentials import forgetting_refused, read_login
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.mail.settings.schema import ImapPart, MailboxPart
from deskterm.mail.sources.files import FoundMail, read_mail_files
from deskterm.mail.sources.imap import ImapFolder, open_imap_folder
from deskterm.named_files import expand_home
from deskterm.store.db.engine import Store

USUAL_MOST = 200
"""Mails that one fetch takes without being asked: more are a mailbox that was never fetched, or a flood (M-12)."""
_TOLD_AT_ONCE = 50
"""Mails that the server is told of together."""
_LOOKED_UP_AT_ONCE = 200
"""Mails of a mailbox that the desk is asked for together: whether it has them."""


class TooMany(DeskError):
    """There are more mails than are taken without being asked."""


class Fetched(NamedTuple):
    """The result of a fetch. is_busy: another process works on the mailbox, and nothing was done."""

    mailbox: str
    outcomes: list[Outcome]
    is_busy: bool = False


def fetch_mailbox(
    desk: DeskSession,
    settings: MailSettings,
    name: str,
    part: MailboxPart,
    clock: Callable[[], datetime],
    *,
    limit: int | None = USUAL_MOST,
    is_capped: bool = False,
    folder: ImapFolder | None = None,
) -> Fetched:
    """Fetch what is new in a mailbox and work on it. limit: mails at most, None for all; is_capped: the limit was asked
    for, so that the rest may wait; folder: that of its server, where it is open already. Raises TooMany where there are
    more and it was not, MailServerError and other DeskErrors for what keeps it from being read: both are kept with the
    mailbox (M-13)."""
    now = clock()
    with hold_lease(desk.store, f"in:{name}", since=find_since(part, now), now=now) as lease:
        if lease is None:
            return Fetched(name, [], True)
        try:
            outcomes = list(_Fetch(desk, settings, name, part, clock, lease, limit, is_capped).run(folder))
        except DeskError as error:
            lease.note_failure(str(error), clock(), is_lasting=isinstance(error, TokenRefused))
            raise
        lease.note_success(clock())
        return Fetched(name, outcomes)


@dataclass(frozen=True)
class _Fetch:
    """A fetch of a mailbox by the holder of its lease. limit, is_capped: as of `fetch_mailbox`."""

    desk: DeskSession
    settings: MailSettings
    name: str
    part: MailboxPart
    clock: Callable[[], datetime]
    lease: Lease
    limit: int | None
    is_capped: bool

    def run(self, folder: ImapFolder | None) -> Iterator[Outcome]:
        """Take the new mails and work on them. folder: that of the server, where it is open already."""
        # Before the mailbox is read: mails that are kept do not wait for a server that refuses others (M-02)
        yield from self._work_on_waiting()
        if self.part.imap is not None:
            with nullcontext(folder) if folder is not None else open_folder(self.part) as opened:
                self._take_from_server(self.part.imap, opened)
                yield from self._work_on_waiting()
                self._tell_server(self.part.imap, opened)
            return
        self._take_from_files()
        yield from self._work_on_waiting()

    def _take_from_server(self, imap: ImapPart, folder: ImapFolder) -> None:
        """Keep the mails above the highest that is safe, oldest first."""
        place = self.lease.load()
        for uid in list_new_uids(self.name, folder, place.position, self.limit, is_capped=self.is_capped):
            mail = folder.fetch(uid, self.part.largest)
            if mail is not None and mail.received_at >= place.since:
                keep_mail(
                    self.desk.store,
                    self.name,
                    name_place(imap, folder, uid),
                    mail.data,
                    size=mail.size,
                    received_at=mail.received_at,
                    now=self.clock(),
                    on_server=self.part.after != "keep" or self.part.mark_seen,
                )
            # After the mail is kept: a process that dies in between finds it again, and its place tells that it is
            # known
            self.lease.advance(f"{folder.uid_validity}:{uid}")
            if not self.lease.renew(self.clock()):
                raise DeskError(f"Another process took over mailbox {self.name}: this one goes on with the next look.")

    def _take_from_files(self) -> None:
        """Keep the mails of a Maildir or an mbox file that are new."""
        since = self.lease.load().since
        new = find_new_files(self.desk.store, self.name, self.part, since, self.clock)
        for mail in bound_files(self.name, new, self.limit, is_capped=self.is_capped):
            found, now = mail.read(), self.clock()
            if found is not None:
                keep_mail(
                    self.desk.store,
                    self.name,
                    mail.place,
                    found.data,
                    size=found.size,
                    received_at=mail.received_at or now,
                    now=now,
                )

    def _work_on_waiting(self) -> Iterator[Outcome]:
        """Work on the mails that are kept and wait, also those of before, where a process died or reading failed."""
        for key in list_keys(self.desk.store, ("taken",), mailbox=self.name):
            yield work_on(self.desk, self.settings, key, self.clock())
            self.lease.renew(self.clock())

    def _tell_server(self, imap: ImapPart, folder: ImapFolder) -> None:
        """Do on the server what the mailbox says about mails that are done; what failed is tried with the next
        fetch."""
        store, part = self.desk.store, self.part
        waiting = list_server_work(store, self.name, f"{imap.folder};{folder.uid_validity};")
        for begin in range(0, len(waiting), _TOLD_AT_ONCE):
            some = waiting[begin : begin + _TOLD_AT_ONCE]
            folder.finish([int(place.rpartition(";")[2]) for _, place in some], part.after, mark_seen=part.mark_seen)
            note_server_told(store, [key for key, _ in some])


def list_new_uids(name: str, folder: ImapFolder, position: str, limit: int | None, *, is_capped: bool) -> list[int]:
    """Return the numbers of the mails of a folder that are new, the oldest first. position: of its mailbox; limit,
    is_capped: as of `fetch_mailbox`, and it raises TooMany as that does."""
    known, _, last = position.partition(":")
    uids = folder.list_uids(int(last) if known == str(folder.uid_validity) else 0)
    if limit is not None and len(uids) > limit and not is_capped:
        raise _refuse_many(name, f"{len(uids):,}")
    return uids[:limit]


def name_place(imap: ImapPart, folder: ImapFolder, uid: int) -> str:
    """Return the place of a mail on a server, under which it is kept (M-04)."""
    return f"{imap.folder};{folder.uid_validity};{uid}"


def find_new_files(
    store: Store, name: str, part: MailboxPart, since: datetime, clock: Callable[[], datetime]
) -> Iterator[FoundMail]:
    """Return the mails of a Maildir or an mbox file that are new, and no older than `since`. Raises DeskError for a
    mailbox that has neither."""
    source = part.maildir or part.mbox
    if source is None:
        raise DeskError(f"Mailbox {name} has no source: give it imap, maildir or mbox in the mail file.")
    found = read_mail_files(expand_home(source), part.largest)
    return leave_out_known(store, name, (mail for mail in found if (mail.received_at or clock()) >= since))


def leave_out_known(store: Store, name: str, found: Iterator[FoundMail]) -> Iterator[FoundMail]:
    """Yield those of some mails of a mailbox that were not kept from their places before, each once."""
    seen: set[str] = set()  # an mbox file may have a mail twice
    while some := list(islice(found, _LOOKED_UP_AT_ONCE)):
        known = find_known_places(store, name, [mail.place for mail in some])
        for mail in some:
            if mail.place not in known and mail.place not in seen:
                seen.add(mail.place)
                yield mail


def bound_files(name: str, new: Iterator[FoundMail], limit: int | None, *, is_capped: bool) -> Iterator[FoundMail]:
    """Return as many of some new mails as are taken. limit, is_capped: as of `fetch_mailbox`, and it raises TooMany as
    that does, before any of them is."""
    if limit is None or is_capped:
        return islice(new, limit)
    first = list(islice(new, limit + 1))  # one more tells that there are too many
    if len(first) > limit:
        raise _refuse_many(name, f"more than {limit:,}")
    return iter(first)


def find_since(part: MailboxPart, now: datetime) -> datetime:
    """Return the instant from which on a mailbox takes mails, where it was never worked on (M-12)."""
    return datetime.combine(part.since, time(), UTC) if part.since is not None else now


def _refuse_many(name: str, number: str) -> TooMany:
    return TooMany(
        f"There are {number} new mails in {name}: `deskterm mail fetch --mailbox {name}` with --limit N takes some of"
        " them, with --all all of them."
    )


@contextmanager
def open_folder(part: MailboxPart, *, is_readonly: bool = False) -> Iterator[ImapFolder]:
    """Open the folder of a mailbox with its secret. is_readonly: nothing of it can be changed."""
    login = read_login(part)
    opened = open_imap_folder(part, login.password, token=login.token, is_readonly=is_readonly)
    with forgetting_refused(part), opened as folder:
        yield folder


@contextmanager
def open_watched_folder(
    desk: DeskSession, name: str, part: MailboxPart, clock: Callable[[], datetime]
) -> Iterator[ImapFolder]:
    """Open the folder of a mailbox for more than one fetch. A failure to open it is kept with the mailbox, as that of a
    fetch is (M-13)."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(open_folder(part))
        except DeskError as error:
            is_lasting = isinstance(error, TokenRefused)
            note_trouble(
                desk.store, f"in:{name}", str(error), clock(), since=find_since(part, clock()), is_lasting=is_lasting
            )
            raise
        yield folder

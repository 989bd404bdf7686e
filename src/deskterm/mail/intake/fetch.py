"""Mails fetched from a mailbox: kept one after the other, worked on, and only then touched on the server (M-02 to
M-05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, time
from typing import NamedTuple

from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.mail.intake.work_on import Outcome, work_on
from deskterm.mail.keeping.kept_mails import keep_mail, list_keys, list_server_work, note_server_told
from deskterm.mail.keeping.leases import Lease, hold_lease, note_trouble
from deskterm.mail.login.access_tokens import TokenRefused
from deskterm.mail.login.credentials import forgetting_refused, read_login
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.mail.settings.schema import MailboxPart
from deskterm.mail.sources.files import read_mail_files
from deskterm.mail.sources.imap import ImapFolder, open_imap_folder
from deskterm.named_files import expand_home

USUAL_MOST = 200
"""Mails that one fetch takes without being asked: more are a mailbox that was never fetched, or a flood (M-12)."""
_TOLD_AT_ONCE = 50
"""Mails that the server is told of together."""


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
    with hold_lease(desk.store, f"in:{name}", since=_find_since(part, now), now=now) as lease:
        if lease is None:
            return Fetched(name, [], True)
        try:
            outcomes = list(_fetch(desk, settings, name, part, clock, lease, limit, is_capped, folder))
        except DeskError as error:
            lease.note_failure(str(error), clock(), is_lasting=isinstance(error, TokenRefused))
            raise
        lease.note_success(clock())
        return Fetched(name, outcomes)


def _fetch(
    desk: DeskSession,
    settings: MailSettings,
    name: str,
    part: MailboxPart,
    clock: Callable[[], datetime],
    lease: Lease,
    limit: int | None,
    is_capped: bool,
    folder: ImapFolder | None,
) -> Iterator[Outcome]:
    # Before the mailbox is read: mails that are kept do not wait for a server that refuses others (M-02)
    yield from _work_on_waiting(desk, settings, name, clock, lease)
    if part.imap is not None:
        with nullcontext(folder) if folder is not None else open_folder(part) as opened:
            _take_from_server(desk, name, part, opened, clock, lease, limit, is_capped)
            yield from _work_on_waiting(desk, settings, name, clock, lease)
            _tell_server(desk, name, part, opened)
        return
    _take_from_files(desk, name, part, clock, lease, limit, is_capped)
    yield from _work_on_waiting(desk, settings, name, clock, lease)


@contextmanager
def open_folder(part: MailboxPart) -> Iterator[ImapFolder]:
    """Open the folder of a mailbox with its secret."""
    login = read_login(part)
    with forgetting_refused(part), open_imap_folder(part, login.password, token=login.token) as folder:
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
                desk.store, f"in:{name}", str(error), clock(), since=_find_since(part, clock()), is_lasting=is_lasting
            )
            raise
        yield folder


def _find_since(part: MailboxPart, now: datetime) -> datetime:
    """Return the instant from which on a mailbox takes mails, where it was never worked on (M-12)."""
    return datetime.combine(part.since, time(), UTC) if part.since is not None else now


def _take_from_server(
    desk: DeskSession,
    name: str,
    part: MailboxPart,
    folder: ImapFolder,
    clock: Callable[[], datetime],
    lease: Lease,
    limit: int | None,
    is_capped: bool,
) -> None:
    """Keep the mails above the highest that is safe, oldest first."""
    assert part.imap is not None
    place = lease.load()
    known, _, last = place.position.partition(":")
    above = int(last) if known == str(folder.uid_validity) else 0
    uids = folder.list_uids(above)
    if limit is not None and len(uids) > limit and not is_capped:
        raise TooMany(
            f"There are {len(uids):,} new mails in {name}: `deskterm mail fetch --mailbox {name}` with --limit N takes"
            " some of them, with --all all of them."
        )
    for uid in uids if limit is None else uids[:limit]:
        mail = folder.fetch(uid, part.largest_mb * 1_000_000)
        if mail is not None and mail.received_at >= place.since:
            spot = f"{part.imap.folder};{folder.uid_validity};{uid}"
            keep_mail(
                desk.store,
                name,
                spot,
                mail.data,
                received_at=mail.received_at,
                now=clock(),
                on_server=part.after != "keep" or part.mark_seen,
            )
        # After the mail is kept: a process that dies in between finds it again, and its place tells that it is known
        lease.advance(f"{folder.uid_validity}:{uid}")
        if not lease.renew(clock()):
            raise DeskError(f"Another process took over mailbox {name}: this one goes on with the next look.")


def _take_from_files(
    desk: DeskSession,
    name: str,
    part: MailboxPart,
    clock: Callable[[], datetime],
    lease: Lease,
    limit: int | None,
    is_capped: bool,
) -> None:
    place = lease.load()
    source = part.maildir or part.mbox
    if source is None:
        raise DeskError(f"Mailbox {name} has no source: give it imap, maildir or mbox in the mail file.")
    count = 0
    for mail in read_mail_files(expand_home(source)):
        received_at = mail.received_at or clock()
        if received_at < place.since:
            continue
        if not keep_mail(desk.store, name, mail.place, mail.data, received_at=received_at, now=clock()).is_new:
            continue
        count += 1
        if limit is not None and count >= limit:
            if not is_capped:
                raise TooMany(
                    f"There are more than {limit:,} new mails in {name}: `deskterm mail fetch --mailbox {name}` with"
                    " --limit N takes some of them, with --all all of them."
                )
            return


def _work_on_waiting(
    desk: DeskSession, settings: MailSettings, name: str, clock: Callable[[], datetime], lease: Lease
) -> Iterator[Outcome]:
    """Work on the mails that are kept and wait: also those of before, where a process died or reading failed."""
    for key in list_keys(desk.store, ("taken",), mailbox=name):
        yield work_on(desk, settings, key, clock())
        lease.renew(clock())


def _tell_server(desk: DeskSession, name: str, part: MailboxPart, folder: ImapFolder) -> None:
    """Do on the server what the mailbox says about mails that are done; what failed is tried with the next fetch."""
    assert part.imap is not None
    waiting = list_server_work(desk.store, name, f"{part.imap.folder};{folder.uid_validity};")
    for begin in range(0, len(waiting), _TOLD_AT_ONCE):
        some = waiting[begin : begin + _TOLD_AT_ONCE]
        folder.finish([int(place.rpartition(";")[2]) for _, place in some], part.after, mark_seen=part.mark_seen)
        note_server_told(desk.store, [key for key, _ in some])

"""The mails of an old mailbox, in files or where a mailbox of the mail file has its mails (M-12)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from deskterm.desk.core.session import DeskSession
from deskterm.mail.intake.fetch import find_new_files, find_since, leave_out_known, name_place, open_folder
from deskterm.mail.keeping.leases import find_position
from deskterm.mail.reading.header_block import Headers
from deskterm.mail.settings.schema import LARGEST, MailboxPart
from deskterm.mail.sources.files import FoundMail, read_mail_files
from deskterm.mail.sources.imap import ImapFolder
from deskterm.mail.sources.mail_bytes import MailBytes

_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""Dates from before are of computers that did not know the time."""
_EVER = datetime.min.replace(tzinfo=UTC)
_NEW = timedelta(days=1)
"""Age up to which a mail that the next fetch takes is left to it, which tells people."""


class OldMail(NamedTuple):
    """A mail that is to be imported, and when it reached its mailbox."""

    received_at: datetime
    found: FoundMail


def list_old_mails(
    desk: DeskSession, mailbox: str, path: Path, since: datetime | None, now: datetime, *, largest: int = LARGEST
) -> list[OldMail]:
    """List the mails at a path that a mailbox does not have yet, the oldest first: an answer comes behind what it
    answers. since: nothing older is listed; largest: bytes of a mail that is taken whole."""
    found = leave_out_known(desk.store, mailbox, read_mail_files(path, largest))
    return _order(_date(found, now), since)


@contextmanager
def open_old_mails(
    desk: DeskSession, name: str, part: MailboxPart, since: datetime | None, now: datetime
) -> Iterator[list[OldMail]]:
    """List the mails where a mailbox of the mail file has them, as `list_old_mails` does; they are read in the block.
    The progress of its fetches stays as it is, and its server is told nothing. What arrived within a day, and the next
    fetch takes, is left to that. Raises MailServerError, and DeskError for a mailbox without a source."""
    position = find_position(desk.store, f"in:{name}")
    taken_since = position.since if position is not None else find_since(part, now)

    def leave_to_fetch(mails: Iterator[OldMail]) -> Iterator[OldMail]:
        for mail in mails:
            is_fetched = (mail.found.received_at or now) >= taken_since
            if not is_fetched or mail.received_at <= now - _NEW:
                yield mail

    if part.imap is None:
        files = find_new_files(desk.store, name, part, _EVER, lambda: now)
        yield _order(leave_to_fetch(_date(files, now)), since)
        return
    with open_folder(part, is_readonly=True) as folder:
        on_server = (
            FoundMail(name_place(part.imap, folder, uid), at, partial(_fetch, folder, uid, part.largest))
            for uid, at in folder.list_arrivals(since).items()
        )
        # The server's own dates: they are not the writer's to choose (M-04)
        mails = (
            OldMail(min(mail.received_at or now, now), mail) for mail in leave_out_known(desk.store, name, on_server)
        )
        yield _order(leave_to_fetch(mails), since)


def _fetch(folder: ImapFolder, uid: int, largest: int) -> MailBytes | None:
    mail = folder.fetch(uid, largest)
    return MailBytes(mail.data, mail.size) if mail is not None else None


def _date(mails: Iterator[FoundMail], now: datetime) -> Iterator[OldMail]:
    """Yield mails in files with their arrival, as far as they are still there."""
    for mail in mails:
        if (found := mail.read()) is not None:
            yield OldMail(min(find_arrival(found.data) or mail.received_at or now, now), mail)


def _order(mails: Iterator[OldMail], since: datetime | None) -> list[OldMail]:
    return sorted(
        (mail for mail in mails if since is None or mail.received_at >= since), key=lambda mail: mail.received_at
    )


def find_arrival(data: bytes) -> datetime | None:
    """Return when a mail says that it arrived: as its last server wrote down, else as its writer did. A copied file has
    the date of its copy."""
    head = Headers.read(data)
    for text in (head.raw("received").rpartition(";")[2], head.raw("date")):
        try:
            found = parsedate_to_datetime(text.strip())
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found >= _EARLIEST:
            return found
    return None

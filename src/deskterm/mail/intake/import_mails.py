"""Mails of an old mailbox, taken with their own dates; nobody gets a letter or a notice of them (M-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from deskterm.desk.api import open_quiet_desk
from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.reactions.quiet_session import QuietSession
from deskterm.desk.tickets.resolution import resolve
from deskterm.errors import DeskError
from deskterm.mail.bounces.find_report import find_report
from deskterm.mail.intake.work_on import Outcome, work_on
from deskterm.mail.keeping.kept_mails import find_key, keep_mail
from deskterm.mail.reading.header_block import Headers
from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.mail.sources.files import FoundMail, read_mail_files

_BROKEN_OFF = "Its import was broken off: `deskterm mail retry` takes it, and tells people as of any other mail."
_SOLVED = "Solved before it was imported from an old mailbox."
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""Dates from before are of computers that did not know the time."""


class OldMail(NamedTuple):
    """A mail that is to be imported, and when it reached its mailbox."""

    received_at: datetime
    found: FoundMail


class Imported(NamedTuple):
    """The result of an import. solved, left_open: tickets older than the instant before which they are solved, and
    those of them that the procedure does not let be solved like that."""

    outcomes: list[Outcome]
    solved: list[int]
    left_open: list[int]


def list_old_mails(desk: DeskSession, mailbox: str, path: Path, since: datetime | None, now: datetime) -> list[OldMail]:
    """List the mails at a path that a mailbox does not have yet, the oldest first: an answer comes behind what it
    answers. Reports of mail servers are left out: letters of long ago are no longer waited for. since: nothing older
    is taken."""
    mails: dict[str, OldMail] = {}
    for found in read_mail_files(path):
        if find_key(desk.store, mailbox, found.place) is not None or (data := found.read()) is None:
            continue
        received_at = min(find_arrival(data) or found.received_at or now, now)
        is_report = find_report(read_mail(data)).kind in ("bounce", "feedback")
        if not is_report and (since is None or received_at >= since):
            mails.setdefault(found.place, OldMail(received_at, found))
    return sorted(mails.values(), key=lambda mail: mail.received_at)


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


def import_mails(
    by: DeskSession,
    settings: MailSettings,
    mailbox: str,
    mails: list[OldMail],
    clock: Callable[[], datetime],
    *,
    closed_before: datetime | None = None,
) -> Imported:
    """Import mails of `list_old_mails`. by: the session of whoever does, whom the desk's own history names;
    closed_before: new tickets whose last mail is older are solved. Raises DeskError where they may not import."""
    by.require("import")
    desk = open_quiet_desk(by.store, clock())
    # An agent's mail of long ago is no act of theirs: they would write to people in it
    settings = replace(settings, agents_by_mail="off")
    outcomes = [one for mail in mails for one in _import(desk, settings, mailbox, mail, clock)]
    last: dict[int, datetime] = {}
    for outcome, received_at in outcomes:
        if outcome.ticket is not None and (outcome.is_new or outcome.ticket in last):
            last[outcome.ticket] = received_at
    old = [number for number, at in last.items() if closed_before is not None and at < closed_before]
    left_open: list[int] = []
    for number in old:
        desk.caught_up_to = clock()
        try:
            resolve(desk, number, _SOLVED, unaddressed=True, now=desk.caught_up_to)
        except DeskError:
            left_open.append(number)
    solved = [number for number in old if number not in left_open]
    if outcomes:
        mails_in_all, tickets = _count(len(outcomes), "mail"), _count(len(last), "new ticket")
        line = f"{mails_in_all} imported into {mailbox}: {tickets}, {len(solved)} of them solved"
        with (
            by.writing("import") as session,
            recorded_changes(session, "mail", clock(), by.agent.login, by.behind, [line]),
        ):
            pass
    return Imported([outcome for outcome, _ in outcomes], solved, left_open)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def _import(
    desk: QuietSession, settings: MailSettings, mailbox: str, mail: OldMail, clock: Callable[[], datetime]
) -> Iterator[tuple[Outcome, datetime]]:
    data, now = mail.found.read(), clock()
    if data is None:
        return
    desk.caught_up_to = now
    # In quarantine until it is done: a fetch works on what is only taken, and would tell people
    kept = keep_mail(
        desk.store,
        mailbox,
        mail.found.place,
        data,
        received_at=mail.received_at,
        now=now,
        quarantined_for=_BROKEN_OFF,
    )
    if kept.is_new:
        yield work_on(desk, settings, kept.key, now, again=True), mail.received_at

"""Mails of an old mailbox, taken with their own dates; nobody gets a letter or a notice of them (M-12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from deskterm.desk.api import open_quiet_desk
from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.reactions.quiet_session import QuietSession
from deskterm.desk.tickets.resolution import resolve
from deskterm.errors import DeskError
from deskterm.mail.bounces.find_report import find_report
from deskterm.mail.intake.old_mails import OldMail
from deskterm.mail.intake.work_on import Outcome, work_on
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.mail.sources.mail_bytes import MailBytes

_BROKEN_OFF = "Its import was broken off: `deskterm mail retry` takes it, and tells people as of any other mail."
_SOLVED = "Solved before it was imported from an old mailbox."


class Imported(NamedTuple):
    """The result of an import. solved, left_open: tickets older than the instant before which they are solved, and
    those of them that the procedure does not let be solved like that; left: the number of mails behind the limit."""

    outcomes: list[Outcome]
    solved: list[int]
    left_open: list[int]
    left: int


def import_mails(
    by: DeskSession,
    settings: MailSettings,
    mailbox: str,
    mails: Sequence[OldMail],
    clock: Callable[[], datetime],
    *,
    limit: int | None = None,
    closed_before: datetime | None = None,
) -> Imported:
    """Import mails of `list_old_mails` or `open_old_mails`. by: the session of whoever does, whom the history of the
    desk names; limit: mails at most; closed_before: new tickets whose last mail is older are solved. Reports of mail
    servers are passed over: letters of long ago are no longer waited for. Raises DeskError where they may not import,
    and where a mail cannot be read: those before it are imported."""
    by.require("import")
    desk = open_quiet_desk(by.store, clock())
    # An agent's mail of long ago is no act of theirs: they would write to people in it
    settings = replace(settings, agents_by_mail="off")
    outcomes: list[tuple[Outcome, datetime]] = []
    failure: DeskError | None = None
    seen = 0
    for mail in mails:
        if limit is not None and len(outcomes) >= limit:
            break
        seen += 1
        try:
            found = mail.found.read()
        except DeskError as error:
            failure = error
            break
        if found is None or find_report(read_mail(found.data)).kind in ("bounce", "feedback"):
            continue
        if (outcome := _import(desk, settings, mailbox, mail, found, clock())) is not None:
            outcomes.append((outcome, mail.received_at))
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
    if failure is not None:
        raise failure
    return Imported([outcome for outcome, _ in outcomes], solved, left_open, len(mails) - seen)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def _import(
    desk: QuietSession, settings: MailSettings, mailbox: str, mail: OldMail, found: MailBytes, now: datetime
) -> Outcome | None:
    """Import a mail; None where another process took it meanwhile."""
    desk.caught_up_to = now
    # In quarantine until it is done: a fetch works on what is only taken, and would tell people
    kept = keep_mail(
        desk.store,
        mailbox,
        mail.found.place,
        found.data,
        size=found.size,
        received_at=mail.received_at,
        now=now,
        quarantined_for=_BROKEN_OFF,
    )
    return work_on(desk, settings, kept.key, now, again=True) if kept.is_new else None

"""The work on a mail that is kept: what it is, whose it is, and what the desk does with it (M-02)."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from deskterm.desk.conversation.mail_messages import add_mail_note
from deskterm.desk.core.closed_tickets import ClosedForGood
from deskterm.desk.core.projection_rows import MailDone
from deskterm.desk.core.session import DeskSession
from deskterm.desk.notify.addresses import lift_flag
from deskterm.errors import DeskError
from deskterm.mail.bounces.find_report import find_report
from deskterm.mail.intake.bounced import take_report
from deskterm.mail.intake.hand_over import hand_over
from deskterm.mail.intake.refusals import find_refusal
from deskterm.mail.keeping.copies import find_copied, is_first_of_mailbox
from deskterm.mail.keeping.kept_mails import (
    KeptMail,
    MailState,
    count_try,
    load_mail,
    set_state,
    take_back_try,
)
from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.settings.mailboxes import MailSettings
from deskterm.store.db.errors import UnavailableDesk, UnwritableDesk

_MOST_TRIES = 3
"""Times that the program may end while it works on one mail."""

_log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """The result of the work on a mail. summary: one line for a person; ticket: None where it is on none; is_new: it
    opened it."""

    key: int
    state: MailState
    summary: str
    ticket: int | None = None
    is_new: bool = False


def work_on(desk: DeskSession, settings: MailSettings, key: int, now: datetime, *, again: bool = False) -> Outcome:
    """Work on a mail that is kept. desk: the desk's own session. again: also on one that was quarantined. A mail that
    the desk refuses, or that fails here, is quarantined with the reason, so that the next one goes on (M-09).

    Raises UnavailableDesk when the store is out of reach, and UnwritableDesk when it takes nothing, as on a full disk:
    nothing is lost then, and the mail waits."""
    mail = load_mail(desk.store, key)
    if mail.state not in ("taken", "quarantined") or (mail.state == "quarantined" and not again):
        return _describe(mail)
    if count_try(desk.store, key, now) > _MOST_TRIES and not again:
        return _park(
            desk, mail, "quarantined", f"deskterm ended {_MOST_TRIES} times while it worked on this mail.", now
        )
    try:
        return _work_on_or_quarantine(desk, settings, mail, now)
    except (UnavailableDesk, UnwritableDesk):
        # The mail is not to blame: it must not end in quarantine after the third time
        with suppress(DeskError):
            take_back_try(desk.store, key)
        raise


def _work_on_or_quarantine(desk: DeskSession, settings: MailSettings, mail: KeptMail, now: datetime) -> Outcome:
    try:
        return _work_on(desk, settings, mail, now)
    except (UnavailableDesk, UnwritableDesk):
        raise
    except MailDone:  # another process was faster
        return _describe(load_mail(desk.store, mail.key))
    except ClosedForGood as error:
        if not desk.is_quiet:
            return _park(desk, mail, "quarantined", str(error), now)
        # An old mail is no reason for a new ticket (M-12)
        reason = f"Ticket {error.number} is closed for good: this old mail is kept with it, and is no message."
        return _park(desk, mail, "ignored", reason, now, ticket=error.number)
    except DeskError as error:
        return _park(desk, mail, "quarantined", str(error), now)
    except Exception as error:
        _log.exception("mail %s", mail.key)
        return _park(desk, mail, "quarantined", f"It could not be worked on ({type(error).__name__}).", now)


def _work_on(desk: DeskSession, settings: MailSettings, kept: KeptMail, now: datetime) -> Outcome:
    mail = read_mail(kept.data, kept.rest)
    earlier = find_copied(desk.store, kept, mail)
    if earlier is not None and earlier.state == "taken":
        # It came to another mailbox, whose thread has not got to it. Its tries are not counted, since this mail's are:
        # a mail to many mailboxes would use them up
        _work_on_or_quarantine(desk, settings, earlier, now)
        earlier = load_mail(desk.store, earlier.key)
    if earlier is not None:
        is_first = earlier.ticket is not None and is_first_of_mailbox(desk.store, earlier, kept)
        if is_first and earlier.ticket is not None and settings.find_mailbox(kept.mailbox).copies == "each":
            handed = hand_over(desk, settings, kept, mail, now, by_hand=True)
            if handed.ticket is not None:
                add_mail_note(desk, handed.ticket, f"The same mail made ticket {earlier.ticket}.", now=now)
            return Outcome(kept.key, "done", handed.summary, handed.ticket, handed.is_new)
        if is_first and earlier.ticket is not None:
            add_mail_note(desk, earlier.ticket, f"The same mail came to {kept.mailbox} too.", now=now)
        return _park(desk, kept, "copy", f"It is the same as mail {earlier.key}.", now, ticket=earlier.ticket)
    report = find_report(mail)
    if report.kind in ("bounce", "feedback"):
        reported = take_report(desk, mail, report, settings.token_key, now)
        if reported.ticket is None:
            return _park(desk, kept, "quarantined", reported.summary, now)
        set_state(desk.store, kept.key, "done", "", now, ticket=reported.ticket)
        return Outcome(kept.key, "done", reported.summary, reported.ticket)
    refusal = find_refusal(mail, settings)
    if refusal is not None:
        return _park(desk, kept, refusal.state, refusal.reason, now)
    handed = hand_over(desk, settings, kept, mail, now)
    # A mail of long ago says nothing of an address that letters did not reach since
    if mail.sender is not None and not desk.is_quiet:
        lift_flag(desk, mail.sender.address, now)
    if handed.ticket is None:
        return _park(desk, kept, "quarantined", handed.summary, now)
    return Outcome(kept.key, "done", handed.summary, handed.ticket, handed.is_new)


def _park(
    desk: DeskSession, mail: KeptMail, state: MailState, reason: str, now: datetime, *, ticket: int | None = None
) -> Outcome:
    set_state(desk.store, mail.key, state, reason, now, ticket=ticket)
    return _describe(load_mail(desk.store, mail.key))


def _describe(mail: KeptMail) -> Outcome:
    """Describe what became of a mail earlier."""
    texts = {
        "taken": f"mail {mail.key} waits",
        "done": f"mail {mail.key} is on ticket {mail.ticket}",
        "copy": f"mail {mail.key} is a copy: {mail.reason}",
        "quarantined": f"mail {mail.key} is in quarantine: {mail.reason}",
        "ignored": f"mail {mail.key} is ignored: {mail.reason}",
    }
    return Outcome(mail.key, mail.state, texts[mail.state], mail.ticket)

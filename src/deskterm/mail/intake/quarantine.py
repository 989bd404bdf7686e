"""Mails in quarantine, released or dropped by a person (M-09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.mail.intake.hand_over import hand_over, hand_over_without_sender
from deskterm.mail.intake.work_on import Outcome, work_on
from deskterm.mail.keeping.kept_mails import KeptMail, change_state, load_mail
from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.settings.mailboxes import MailSettings


def release(
    desk: DeskSession, settings: MailSettings, key: int, ticket: int | None, now: datetime, *, by: DeskSession
) -> Outcome:
    """Hand a mail over as a person decided: onto a ticket, or with None as a new one. One without any sender goes onto
    a ticket only, as a note. desk: the desk's own session; by: that of the person, whom the desk's own history names.
    Raises DeskError for a mail that is not in quarantine, for a ticket that they may not see or answer, and where the
    desk refuses it."""
    by.require("mail")
    if ticket is not None:
        # The desk's own session, which hands the mail over, sees every ticket
        with by.ticket(ticket, "reply", now, dry_run=True, allow_closed=True):
            pass
    kept = _require_quarantined(desk, key)
    mail = read_mail(kept.data, kept.rest)
    if mail.sender is not None:
        handed = hand_over(desk, settings, kept, mail, now, by_hand=True, onto=ticket)
    elif ticket is not None:
        handed = hand_over_without_sender(desk, kept, mail, ticket, by.agent.name, now)
    else:
        raise DeskError(
            f"Mail {key} names nobody who could be answered: open a ticket by hand, and release it onto that with"
            f" `deskterm mail release {key} --ticket NUMBER`."
        )
    _record(by, [f"mail {key} released {'as' if handed.is_new else 'onto'} {handed.ticket}"], now)
    return Outcome(key, "done", handed.summary, handed.ticket, handed.is_new)


def retry(desk: DeskSession, settings: MailSettings, key: int, now: datetime, *, by: DeskSession) -> Outcome:
    """Work once more on a mail in quarantine, or one that waits. desk, by: as for `release`. The desk's own history
    names the person where the mail has left quarantine by that."""
    by.require("mail")
    was_parked = load_mail(desk.store, key).state == "quarantined"
    outcome = work_on(desk, settings, key, now, again=True)
    if was_parked and outcome.state != "quarantined":
        place = f", now on {outcome.ticket}" if outcome.ticket is not None else ""
        _record(by, [f"mail {key} worked on again{place}"], now)
    return outcome


def drop(desk: DeskSession, key: int, reason: str, now: datetime) -> None:
    """Let a mail in quarantine become nothing. Its bytes stay, and the desk's own history says who did it. Raises
    DeskError for a mail that is not in quarantine."""
    kept = _require_quarantined(desk, key)
    words = f"Dropped by {desk.agent.login}{f': {reason}' if reason else ''}."
    # Without sender and reason, which the mail itself has: nothing can be erased from the desk's own history
    lines = [f"mail {key} dropped"]
    with (
        desk.writing("mail") as session,
        recorded_changes(session, "mail", now, desk.agent.login, desk.behind, lines),
    ):
        change_state(session, kept.key, "ignored", words, now)


def _record(by: DeskSession, lines: Sequence[str], now: datetime) -> None:
    """Write down in the desk's own history what a person decided."""
    with by.writing("mail") as session, recorded_changes(session, "mail", now, by.agent.login, by.behind, list(lines)):
        pass


def _require_quarantined(desk: DeskSession, key: int) -> KeptMail:
    kept = load_mail(desk.store, key)
    if kept.state != "quarantined":
        raise DeskError(f"Mail {key} is {kept.state}, and not in quarantine: `deskterm mail quarantine` lists those.")
    return kept

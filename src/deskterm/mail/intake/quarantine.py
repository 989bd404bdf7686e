"""Mails in quarantine, released or dropped by a person (M-09)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.desk_history import recorded_changes
from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.mail.intake.hand_over import hand_over
from deskterm.mail.intake.work_on import Outcome
from deskterm.mail.keeping.kept_mails import KeptMail, change_state, load_mail
from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.settings.mailboxes import MailSettings


def release(desk: DeskSession, settings: MailSettings, key: int, ticket: int | None, now: datetime) -> Outcome:
    """Hand a mail over as a person decided: onto a ticket, or with None as a new one. desk: the desk's own session.
    Raises DeskError for a mail that is not in quarantine, and where the desk refuses it."""
    kept = _require_quarantined(desk, key)
    mail = read_mail(kept.data)
    if mail.sender is None:
        raise DeskError(
            f"Mail {key} names nobody who could be answered: open a ticket by hand, and look at it with"
            f" `deskterm mail raw {key}`."
        )
    handed = hand_over(desk, settings, kept, mail, now, by_hand=True, onto=ticket)
    return Outcome(key, "done", handed.summary, handed.ticket, handed.is_new)


def drop(desk: DeskSession, key: int, reason: str, now: datetime) -> None:
    """Let a mail in quarantine become nothing. Its bytes stay, and the desk's own history says who did it. Raises
    DeskError for a mail that is not in quarantine."""
    kept = _require_quarantined(desk, key)
    words = f"Dropped by {desk.agent.login}{f': {reason}' if reason else ''}."
    with desk.writing("mail") as session:
        lines = [f"mail {key} from {kept.sender or 'nobody'} dropped{f': {reason}' if reason else ''}"]
        with recorded_changes(session, "mail", now, desk.agent.login, desk.behind, lines):
            change_state(session, kept.key, "ignored", words, now)


def _require_quarantined(desk: DeskSession, key: int) -> KeptMail:
    kept = load_mail(desk.store, key)
    if kept.state != "quarantined":
        raise DeskError(f"Mail {key} is {kept.state}, and not in quarantine: `deskterm mail quarantine` lists those.")
    return kept

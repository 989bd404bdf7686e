"""Mails that are no message of the requester: what machines write, and what has to be looked at first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deskterm.desk.core.attachments import append_with_files
from deskterm.desk.core.people import find_or_add_author
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.desk.tickets.message_input import require_message_text, resolve_arrival
from deskterm.procedure.channels import MAIL


def record_automatic_letter(
    desk: DeskSession,
    number: int,
    body: str,
    *,
    author: str,
    mail: ReceivedMail,
    files: Sequence[NewFile] = (),
    received_at: datetime,
    now: datetime,
) -> CommandResult:
    """Record a mail that nobody wrote, such as an absence: it is folded in the conversation, and nothing else comes of
    it (M-36). author: name and address of its sender."""
    with desk.ticket(number, "reply", now, allow_closed=True) as work:
        at = resolve_arrival(work, received_at)
        append_with_files(
            work,
            "received",
            {},
            {"body": require_message_text(body), **mail.texts()},
            files,
            author_kind="requester",
            contact=find_or_add_author(
                work.session,
                author,
                work.state.requester_id,
                work.state.organisation_id,
                is_public=mail.is_public,
            ),
            channel=MAIL,
            spoken_at=at if at != work.at else None,
            automatic=True,
            **mail.data(),
        )
        return work.build_result(f"{number}: an automatic letter recorded")


def hold_mail_as_note(
    desk: DeskSession,
    number: int,
    body: str,
    *,
    author: str,
    mail: ReceivedMail,
    files: Sequence[NewFile] = (),
    now: datetime,
) -> CommandResult:
    """Hold a mail on a ticket as a note, because who wrote it is not proved (M-25). author: the one it says it is
    from."""
    with desk.ticket(number, "note", now, allow_closed=True) as work:
        append_with_files(
            work,
            "noted",
            {},
            {"body": require_message_text(body), **mail.texts()},
            files,
            author_kind="system",
            author=author,
            channel=MAIL,
            **mail.data(),
        )
        return work.build_result(f"{number}: a mail held as a note")


def add_mail_note(desk: DeskSession, number: int, text: str, *, author: str = "", now: datetime) -> CommandResult:
    """Add a note about a mail of a ticket. author: who wrote it, where that was a person: the words above a mail that
    an agent passed on."""
    with desk.ticket(number, "note", now, allow_closed=True) as work:
        kind = "agent" if author else "system"
        work.append("noted", {}, {"body": require_message_text(text)}, author_kind=kind, author=author or desk.name)
        return work.build_result(f"{number}: noted")

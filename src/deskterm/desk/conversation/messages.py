"""Messages of a ticket: public replies, internal notes and messages of the requester."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from deskterm.desk.conversation.follow_up import find_latest_follow_up, register_follow_up
from deskterm.desk.conversation.thanks_messages import is_only_thanks_on_ticket, record_thanks
from deskterm.desk.core.attachments import append_with_files
from deskterm.desk.core.closed_tickets import require_changeable
from deskterm.desk.core.people import find_or_add_author
from deskterm.desk.core.projection_rows import load_displayed_names
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.participants import add_people_in_copy, require_addressee
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.links import find_merge_target
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.desk.notify.letter_checks import check_resolution_letter
from deskterm.desk.tickets.message_input import require_message_text, resolve_arrival
from deskterm.desk.tickets.reopening import find_reopen_status, is_closed_to_replies
from deskterm.desk.tickets.resolution import build_resolution_changes, find_default_code
from deskterm.desk.workflow.transition_rules import check_transition, is_current_status
from deskterm.procedure.channels import MAIL
from deskterm.procedure.schema import Status


def reply(
    desk: DeskSession,
    number: int,
    body: str,
    *,
    status: str | None = None,
    next_steps: bool = False,
    resolution: Literal["temporary", "permanent"] | None = None,
    channel: str = "email",
    automatic: bool = False,
    files: Sequence[NewFile] = (),
    unaddressed: bool = False,
    mail: ReceivedMail | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Send a public reply to the requester.

    status: the status that the ticket moves to with the reply, by key or label; one that it has already moves nothing,
    so that the words are not lost (D-30). next_steps: the reply says what happens next, which answers and reviews at
    once (S1-20). resolution: the reply gives one (S1-21). automatic: no person wrote it, so it does not stop the
    response clock (S1-19). files: those that go with it (C-22). unaddressed: no recipient has an address, so the reply
    reaches nobody and does not count as an answer; `guard.checking` finds that out (C-23, D-13). mail: the one that the
    agent wrote it in (M-26). By mail, a letter is
    queued for the requester and the participants (M-46). Raises VersionConflict when the ticket is no longer at
    `version`, UsageError for a body without visible text and for files that are too large, and DeskError for mail to
    nobody (D-13)."""
    text = require_message_text(body)
    with desk.ticket(number, "reply", now, version) as work:
        summary, event = append_reply(
            work,
            text,
            status=status,
            next_steps=next_steps,
            resolution=resolution,
            channel=channel,
            automatic=automatic,
            files=files,
            unaddressed=unaddressed,
            mail=mail,
        )
        result = work.build_result(summary)
        if resolution is not None:
            result = replace(result, missing_in_letter=check_resolution_letter(work, event, strict=False))
    return result


class AppendedReply(NamedTuple):
    """A reply that was appended to a transaction. summary: one line for a person."""

    summary: str
    event: Event


def append_reply(
    work: TicketTransaction,
    text: str,
    *,
    status: str | None,
    next_steps: bool = False,
    resolution: Literal["temporary", "permanent"] | None = None,
    channel: str = MAIL,
    automatic: bool = False,
    files: Sequence[NewFile] = (),
    unaddressed: bool = False,
    mail: ReceivedMail | None = None,
    changes: Changes = MappingProxyType({}),
) -> AppendedReply:
    """Append a public reply of the agent at work, as `reply` describes it. changes: what its event changes too."""
    require_addressee(work, channel, option="--channel")
    target = (
        None
        if status is None or is_current_status(work, status)
        else check_transition(work, status, with_message=True, with_resolution=resolution is not None)
    )
    codes = work.procedure.definition.closing.resolutions
    # In the same event as the reply, because the status that it moves to may require a resolution
    resolution_changes = (
        {} if resolution is None else build_resolution_changes(work, resolution, find_default_code(codes, resolution))
    )
    event = append_with_files(
        work,
        "replied",
        {**changes, **resolution_changes, **({"status": (work.state.status, target.key)} if target else {})},
        {"body": text, **(mail.texts() if mail else {})},
        files,
        author_kind="system" if automatic else "agent",
        author=work.context.agent.name,
        channel=channel,
        automatic=automatic,
        next_steps=next_steps,
        resolution=resolution,
        unaddressed=unaddressed,
        **(mail.data() if mail else {}),
    )
    moved = f", now {target.label}" if target else ""
    if status is not None and target is None:
        moved = f"; it is {work.procedure.statuses[work.state.status].label} already"
    return AppendedReply(f"{work.number} answered{count_files(files)}{moved}", event)


def add_note(
    desk: DeskSession,
    number: int,
    body: str,
    *,
    files: Sequence[NewFile] = (),
    mail: ReceivedMail | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Add an internal note, which the requester never sees, nor the files that go with it. mail: the one that the agent
    wrote it in (M-26)."""
    text = require_message_text(body)
    with desk.ticket(number, "note", now, version) as work:
        texts, data = (mail.texts(), mail.data()) if mail else ({}, {})
        append_with_files(
            work, "noted", {}, {"body": text, **texts}, files, author_kind="agent", author=desk.agent.name, **data
        )
        result = work.build_result(f"{number} noted{count_files(files)}")
    return result


def count_files(files: Sequence[NewFile]) -> str:
    """Return the words for files in the sentence about their message; empty for none."""
    return f" with {len(files)} file{'' if len(files) == 1 else 's'}" if files else ""


def record_customer_message(
    desk: DeskSession,
    number: int,
    body: str,
    *,
    author: str | None = None,
    channel: str = "email",
    received_at: datetime | None = None,
    attachments: bool = False,
    files: Sequence[NewFile] = (),
    mail: ReceivedMail | None = None,
    now: datetime,
) -> CommandResult:
    """Record a message of the requester, and return the result for the ticket that holds it in the end.

    The ticket moves where its status sends it on a reply (S4-13). On a solved or closed ticket the procedure's closing
    rule decides: it is reopened, stays closed because the message is only thanks (S5-12), or a follow-up is registered
    (S4-15). A message to a duplicate or merged ticket goes to the ticket that continues it. author: the name or address
    of the author, if not the requester. received_at: when the message reached the desk, by default now; a pause ends
    at that time (rule 13). files: came with it and are kept (C-22); attachments: files came with it, kept or not, so it
    is more than thanks. mail: the one that the message came as (M-67). Raises UsageError for a body
    without visible text, and ClosedForGood for a message of long ago to a ticket that takes nothing more (M-12)."""
    text, attachments = require_message_text(body), attachments or bool(files)
    addressed_to, visited = number, {number}
    requester_id: int | None = None
    # The successor of a ticket is known only under its lock, and locks on several tickets must be taken in the order of
    # their numbers. So each ticket is opened and left in turn, and only the last one is written to.
    while True:
        with desk.ticket(number, "reply", now, allow_closed=True) as work:
            at = resolve_arrival(work, received_at)
            requester_id = requester_id or work.state.requester_id
            only_thanks = not work.state.is_open and is_only_thanks_on_ticket(work, text, attachments)
            successor = find_merge_target(work.state.fields)
            if successor is None and not only_thanks and is_closed_to_replies(work, channel, at):
                successor = find_latest_follow_up(work.state)
            # Links that form a circle must not keep the loop going: the message then stays where it is
            if successor is None or successor in visited:
                if work.context.is_quiet:
                    require_changeable(work, "reply")  # there is no follow-up for what is long past
                message = _CustomerMessage(
                    text, author, requester_id, channel, at, addressed_to, attachments, files, mail
                )
                return _record_on_ticket(work, message, only_thanks)
        visited.add(successor)
        number = successor


@dataclass(frozen=True, slots=True)
class _CustomerMessage:
    """A message of the requester. author: the name or address that was given, if any. requester_id: the requester of
    the ticket it was addressed to, who is the author where none is given. at: its arrival, UTC epoch seconds."""

    text: str
    author: str | None
    requester_id: int | None
    channel: str
    at: int
    addressed_to: int
    attachments: bool
    files: Sequence[NewFile]
    mail: ReceivedMail | None = None


def _record_on_ticket(work: TicketTransaction, message: _CustomerMessage, only_thanks: bool) -> CommandResult:
    """Record a message on the ticket at the end of the chain, or on a follow-up of it."""
    state, number = work.state, work.number or 0
    contact = find_or_add_author(
        work.session,
        message.author,
        message.requester_id,
        state.organisation_id,
        is_public=message.mail is not None and message.mail.is_public,
    )
    arrived_at = message.at if message.at != work.at else None
    if only_thanks:
        return record_thanks(
            work, message.text, contact=contact, channel=message.channel, arrived_at=arrived_at, mail=message.mail
        )
    # The end of the chain: where a follow-up exists, the message has gone there
    if is_closed_to_replies(work, message.channel, message.at):
        return register_follow_up(
            work,
            message.text,
            load_displayed_names(work.session, state)["subject"],
            contact=contact,
            channel=message.channel,
            received_at=message.at,
            files=message.files,
            mail=message.mail,
        )
    target = _find_status_after_reply(work)
    redirected = message.addressed_to != number
    append_with_files(
        work,
        "replied",
        {"status": (state.status, target.key)} if target else {},
        {"body": message.text, **(message.mail.texts() if message.mail else {})},
        message.files,
        author_kind="requester",
        contact=contact,
        channel=message.channel,
        spoken_at=arrived_at,
        came_by=message.addressed_to if redirected else None,
        with_files=message.attachments,
        imported=work.context.is_quiet or None,
        **(message.mail.data() if message.mail else {}),
    )
    if message.mail is not None and message.mail.in_copy:
        add_people_in_copy(work, message.mail.in_copy)
    moved = f", now {target.label}" if target else ""
    origin = f" (it was meant for {message.addressed_to})" if redirected else ""
    files = ", which came with files" if message.attachments else ""
    return work.build_result(f"{number}: message of the requester recorded{files}{moved}{origin}")


def _find_status_after_reply(work: TicketTransaction) -> Status | None:
    """Find the status that a reply moves the ticket to: the one its status names, or the reopening status of a solved
    or closed ticket. None when it stays where it is, as for a reply of long ago, which is history (M-12)."""
    if work.context.is_quiet:
        return None
    here = work.procedure.statuses.get(work.state.status)
    # What the status says goes first, even for a solved ticket
    if here is not None and here.on_reply is not None:
        return work.procedure.statuses[here.on_reply]
    if work.state.is_open or work.procedure.definition.closing.on_reply_when_closed == "ignore":
        return None
    return find_reopen_status(work)

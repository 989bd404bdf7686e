"""What is said: replies to the requester, notes among ourselves, and what the requester writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from deskterm.desk.conversation.follow_up import find_latest_follow_up, register_follow_up
from deskterm.desk.conversation.thanks_filter import is_only_thanks_on_ticket, record_thanks
from deskterm.desk.core.people import writer
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, named
from deskterm.desk.domain.links import goes_on_at
from deskterm.desk.notify.letter_checks import check_resolution_letter
from deskterm.desk.tickets.resolution import (
    build_resolution_changes,
    find_default_code,
    find_reopen_status,
    is_closed_to_replies,
    require_message_text,
    resolve_arrival,
)
from deskterm.desk.workflow.transition_rules import check_transition
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
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """A public answer to the requester. status: where it moves the ticket in the same act; next_steps: it says
    what happens next (S1-20); resolution: it gives one (S1-21); automatic: nobody wrote it, so it does not answer
    (S1-19). Raises MovedOn when the ticket is not at `version` any more."""
    words = require_message_text(body)
    with desk.ticket(number, "reply", now, version) as work:
        target = (
            None
            if status is None
            else check_transition(work, status, with_message=True, with_resolution=resolution is not None)
        )
        known = work.procedure.definition.closing.resolutions
        given = (
            {}
            if resolution is None
            else build_resolution_changes(work, resolution, find_default_code(known, resolution))
        )
        event = work.append(
            "replied",
            {**given, **({"status": (work.state.status, target.key)} if target else {})},
            {"body": words},
            author_kind="system" if automatic else "agent",
            author=desk.agent.name,
            channel=channel,
            automatic=automatic,
            next_steps=next_steps,
            resolution=resolution,
        )
        moved = f", now {target.label}" if target else ""
        done = work.done(f"{number} answered{moved}")
        if resolution is not None:
            done = replace(done, lacks=check_resolution_letter(work, event, strict=False))
    return done


def add_note(desk: DeskSession, number: int, body: str, *, now: datetime, version: int | None = None) -> CommandResult:
    """An internal note: the requester never sees it."""
    words = require_message_text(body)
    with desk.ticket(number, "note", now, version) as work:
        work.append("noted", {}, {"body": words}, author_kind="agent", author=desk.agent.name)
        done = work.done(f"{number} noted")
    return done


def record_customer_message(
    desk: DeskSession,
    number: int,
    body: str,
    *,
    author: str | None = None,
    channel: str = "email",
    received_at: datetime | None = None,
    attachments: bool = False,
    now: datetime,
) -> CommandResult:
    """What the requester wrote or said, entered for them. It moves the ticket where its status says a reply leads
    (S4-13); on a solved or closed one the procedure's closing rule decides, so that it may come back, stay closed for
    mere thanks (S5-12), or make a new ticket that is linked to it (S4-15). What is meant for a duplicate goes to the
    original. The answer names the ticket that has the message. author: who wrote, if not the requester: a name or an
    address. received_at: when it reached the desk; a pause ends then (rule 13). attachments: files came with it."""
    words = require_message_text(body)
    addressed, seen = number, {number}
    asked: int | None = None
    while True:
        with desk.ticket(number, "reply", now, final=True) as work:
            at = resolve_arrival(work, received_at)
            asked = asked or work.state.requester_id
            thanks = not work.state.is_open and is_only_thanks_on_ticket(work, words, attachments)
            onward = goes_on_at(work.state.fields)
            if onward is None and not thanks and is_closed_to_replies(work, channel, at):
                onward = find_latest_follow_up(work.state)
            if onward is None or onward in seen:
                return _heard(work, words, (author, asked), channel, at, thanks, addressed)
        seen.add(onward)
        number = onward


def _heard(
    work: TicketTransaction,
    words: str,
    who: tuple[str | None, int | None],
    channel: str,
    at: int,
    thanks: bool,
    addressed: int,
) -> CommandResult:
    """Write a message of the requester down where it belongs. who: as they were named, and who asked in the ticket that
    they wrote to, whose words they are where nobody was named."""
    state, number = work.state, work.number or 0
    contact = writer(work.session, who[0], who[1], state.organisation_id)
    spoken_at = at if at != work.at else None
    if thanks:
        return record_thanks(work, words, contact=contact, channel=channel, spoken_at=spoken_at)
    if is_closed_to_replies(work, channel, at):
        heading = named(work.session, state)["subject"]
        return register_follow_up(work, words, heading, contact=contact, channel=channel, received_at=at)
    target = _after_reply(work)
    work.append(
        "replied",
        {"status": (state.status, target.key)} if target else {},
        {"body": words},
        author_kind="requester",
        contact=contact,
        channel=channel,
        spoken_at=spoken_at,
        came_by=addressed if addressed != number else None,
    )
    moved = f", now {target.label}" if target else ""
    onward = f" (it was meant for {addressed})" if addressed != number else ""
    return work.done(f"{number}: message of the requester recorded{moved}{onward}")


def _after_reply(work: TicketTransaction) -> Status | None:
    """Where a reply moves the ticket: where its status says, or back where it was solved or closed and may be opened
    again."""
    here = work.procedure.statuses.get(work.state.status)
    if here is not None and here.on_reply is not None:
        return work.procedure.statuses[here.on_reply]
    if work.state.is_open or work.procedure.definition.closing.on_reply_when_closed == "ignore":
        return None
    return find_reopen_status(work)

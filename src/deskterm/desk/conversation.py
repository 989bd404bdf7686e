"""What is said: replies to the requester, notes among ourselves, and what the requester writes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from deskterm.desk.desk import Desk, Done, Work
from deskterm.desk.people import writer
from deskterm.desk.workflow import checked_move
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Status
from deskterm.sla.targets import parse_target


def reply(
    desk: Desk,
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
) -> Done:
    """A public answer to the requester. status: where it moves the ticket in the same act; next_steps: it says
    what happens next (S1-20); resolution: it gives one (S1-21); automatic: nobody wrote it, so it does not answer
    (S1-19). Raises MovedOn when the ticket is not at `version` any more."""
    words = _words(body)
    with desk.ticket(number, "reply", now, version) as work:
        _writable(work)
        target = _target(work, status)
        work.append(
            "replied",
            {"status": (work.state.status, target.key)} if target else {},
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
    return done


def note(desk: Desk, number: int, body: str, *, now: datetime, version: int | None = None) -> Done:
    """An internal note: the requester never sees it."""
    words = _words(body)
    with desk.ticket(number, "note", now, version) as work:
        _writable(work)
        work.append("noted", {}, {"body": words}, author_kind="agent", author=desk.agent.name)
        done = work.done(f"{number} noted")
    return done


def customer_message(
    desk: Desk, number: int, body: str, *, author: str | None = None, channel: str = "email", now: datetime
) -> Done:
    """What the requester wrote or said, entered for them. It moves the ticket where its status says a reply leads
    (S4-13); on a solved or closed ticket the procedure's closing rule decides."""
    words = _words(body)
    with desk.ticket(number, "reply", now) as work:
        _writable(work)
        target = _after_reply(work)
        work.append(
            "replied",
            {"status": (work.state.status, target.key)} if target else {},
            {"body": words},
            author_kind="requester",
            contact=writer(work.session, author, work.state.requester_id, work.state.organisation_id),
            channel=channel,
        )
        moved = f", now {target.label}" if target else ""
        done = work.done(f"{number}: message of the requester recorded{moved}")
    return done


def _words(body: str) -> str:
    words = body.strip("\n").rstrip()
    if not words.strip():
        raise UsageError("There is nothing to say yet: write a few words first.")
    return words


def _writable(work: Work) -> None:
    """S4-15: closed is closed where the procedure says so."""
    closing = work.procedure.procedure.closing
    if work.state.category == "closed" and closing.immutable:
        raise DeskError(f"Ticket {work.number} is closed for good: open a new one that names it.")


def _target(work: Work, status: str | None) -> Status | None:
    if status is None:
        return None
    return checked_move(work.procedure, work.state.type, work.state.status, status)


def _after_reply(work: Work) -> Status | None:
    here = work.procedure.statuses.get(work.state.status)
    if here is not None and here.on_reply is not None:
        return work.procedure.statuses[here.on_reply]
    if work.state.is_open:
        return None
    closing = work.procedure.procedure.closing
    rule = closing.on_reply_when_closed
    if rule == "ignore":
        return None
    if rule == "new-linked" and work.state.category == "closed":
        raise DeskError(f"Ticket {work.number} stays closed: open a new one that names it.")
    if rule == "reopen-within" and work.state.closed_at is not None:
        window = parse_target(closing.reopen_within, 86_400).seconds
        if work.at > work.state.closed_at + window:
            raise DeskError(
                f"Ticket {work.number} was closed more than {closing.reopen_within} ago and stays closed:"
                " open a new one that names it."
            )
    if closing.reopen_to is not None:
        return work.procedure.statuses[closing.reopen_to]
    ways = work.procedure.next_statuses(work.state.type, work.state.status)
    return next((status for status in ways if status.category in ("open", "new")), None)

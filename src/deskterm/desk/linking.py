"""Tickets that belong together: a duplicate and its original, and a matter split off into a ticket of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from deskterm.desk.desk import Desk, Done, Work
from deskterm.desk.events import Event
from deskterm.desk.intake import one_line
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Status
from deskterm.store.tables import PersonalText, table_of

DUPLICATE_OF, DUPLICATES = "duplicate_of", "duplicates"
SPLIT_FROM, SPLIT_TO = "split_from", "split_to"
"""Fields of a ticket in which the number, or the list of numbers, of the other stands."""

_TAKEN_ALONG = ("type", "severity", "severity_requested", "priority", "impact", "urgency", "requester_id",
                "organisation_id", "organisation_key", "tenant", "department", "team", "product", "topic")  # fmt: skip


def duplicate(desk: Desk, number: int, of: int, *, reason: str = "", now: datetime) -> Done:
    """Close a ticket as a duplicate of another: its clocks are cancelled, what it missed stays on record, the original
    is untouched but for the link (rule 16). DeskError when the procedure keeps the oldest and `of` is the younger one,
    or when either is a duplicate or closed already."""
    if number == of:
        raise UsageError("A ticket is no duplicate of itself: name the other one.")
    with desk.tickets([number, of], "link", now) as (work, original):
        _unlinked(work, of)
        if DUPLICATE_OF in original.state.fields:
            raise DeskError(f"Ticket {of} is a duplicate itself, of {original.state.fields[DUPLICATE_OF]}: name that.")
        kept = work.procedure.procedure.duplicates.original
        if kept == "oldest" and _age(original) > _age(work):
            raise DeskError(f"Ticket {number} is the older of the two: close {of} as its duplicate instead.")
        status = _closed(work)
        changes = {"status": (work.state.status, status.key), f"fields.{DUPLICATE_OF}": (None, of)}
        work.append("duplicated", changes, ticket=of, reason=reason)
        _link(original, DUPLICATES, number)
        done = work.done(f"{number} closed as a duplicate of {of}")
    return done


def split(desk: Desk, number: int, message: int, *, subject: str | None = None, now: datetime) -> Done:
    """Make a ticket of its own of a message (its `seq`) in which the requester asks for something else. It is
    classified as its source is, and its clocks start when the message came (rule 16)."""
    with desk.ticket(number, "link", now) as source:
        spoken = _spoken(source, message)
        heading, body = _words(source, spoken)
        work = source.beside()
        state = source.state
        values: dict[str, Any] = {name: getattr(state, name) for name in _TAKEN_ALONG}
        values["status"] = source.procedure.initial_status(state.type).key
        values["channel"] = spoken.data.get("channel") or state.channel
        values["received_at"] = min(spoken.data.get("spoken_at", spoken.at), source.at)
        work.append(
            "registered",
            {name: (None, value) for name, value in values.items() if value is not None},
            {"subject": one_line(subject or heading), "body": body},
            author_kind="requester",
            author=spoken.data.get("author"),
            contact=spoken.data.get("contact"),
            channel=values["channel"],
            spoken_at=values["received_at"],
        )
        work.append("split_from", {f"fields.{SPLIT_FROM}": (None, number)}, ticket=number, message=message)
        done = work.done(f"{work.number} split off from {number}: {one_line(subject or heading)}")
        _link(source, SPLIT_TO, done.number)
        work.finish()
    return done


def _link(work: Work, field: str, number: int) -> None:
    before = work.state.fields.get(field)
    work.append("linked", {f"fields.{field}": (before, sorted({*(before or ()), number}))}, ticket=number)


def _unlinked(work: Work, of: int) -> None:
    if DUPLICATE_OF in work.state.fields:
        raise DeskError(f"Ticket {work.number} is a duplicate of {work.state.fields[DUPLICATE_OF]} already.")
    if work.state.category == "closed":
        raise DeskError(f"Ticket {work.number} is closed already: it cannot be closed as a duplicate of {of}.")


def _age(work: Work) -> tuple[int, int]:
    return work.state.received_at, work.number or 0


def _closed(work: Work) -> Status:
    """Where duplicates go: any status may go there, whatever the graph says."""
    procedure = work.procedure
    wanted = procedure.procedure.duplicates.status
    statuses = [status for status in procedure.statuses.values() if procedure.knows(work.state.type, status)]
    for status in statuses:
        if status.key == wanted or (wanted is None and status.category == "closed"):
            return status
    raise DeskError(f"No closed status is for tickets like {work.number}: give [duplicates] a status in the procedure.")


def _spoken(work: Work, message: int) -> Event:
    for event in work.events():
        if event.seq == message and "body" in event.texts and event.kind in ("replied", "registered"):
            if event.data.get("author_kind") != "requester":
                raise DeskError(
                    f"Message {message} of {work.number} is the desk's own: split off one of the requester."
                )
            return event
    raise DeskError(f"Ticket {work.number} has no message {message} of the requester.")


def _words(work: Work, spoken: Event) -> tuple[str, str]:
    """A heading and the body of a message."""
    table = table_of(PersonalText)
    body = work.session.execute(select(table.c.body).where(table.c.id == spoken.texts["body"].id)).scalar_one()
    lines = [line for line in str(body).splitlines() if line.strip()]
    return one_line(lines[0]) if lines else f"Split from {work.number}", str(body)

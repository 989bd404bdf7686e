"""Splitting: a message, or each item of the list in it, becomes a ticket of its own (S5-06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from deskterm.desk.core.attachments import append_with_files, load_files
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, load_events
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import select_effective_events
from deskterm.desk.domain.links import MERGED, SPLIT_FROM, SPLIT_TO, copy_classification
from deskterm.desk.linking.duplicate import add_link
from deskterm.desk.linking.list_items import parse_list_items
from deskterm.desk.tickets.missing_fields import check_split_ticket_fields
from deskterm.desk.tickets.register import normalise_subject
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.tables import PersonalText, table_of


def split_message(
    desk: DeskSession, number: int, message: int, *, subject: str | None = None, now: datetime
) -> CommandResult:
    """Split a message of the requester off as a ticket of its own, because it asks for something else.

    The new ticket is classified as its source, and its clocks start when the message arrived (rule 16). message: its
    `seq`. subject: by default the first line of the message. Raises DeskError for the only message of the ticket, which
    would leave nothing behind, and for one that was split off already."""
    if subject is not None and not normalise_subject(subject):
        raise UsageError(
            "A ticket needs a subject: say in a few words what is wanted, or leave it out.", option="--subject"
        )
    with desk.group_commands(), desk.ticket(number, "link", now, action="split tickets") as source:
        request = _find_request(source, message)
        _require_other_request(source, request)
        _require_unsplit(source, message)
        body = _load_body(source, request)
        heading = normalise_subject(subject or "") or _build_subject(body) or f"Split from {number}"
        part = _register_part(source, request, heading, body)
        # Gives the new ticket its row, and so the number that the link needs
        result = part.build_result(f"{part.number} split off from {number}: {heading}")
        add_link(source, SPLIT_TO, result.number)
        # In this database transaction: a message is never split off without a link to where it came from
        part.finish()
    return result


def split_list_items(
    desk: DeskSession, number: int, message: int, *, items: Sequence[int] = (), now: datetime
) -> CommandResult:
    """Split each item of the list in a message (`1.`, `a)`, `-`) off as a ticket of its own, as one command (S5-06).

    message: its `seq`. items: the items to split off, counted from 1; by default all. Return the result for the source,
    whose `changes` name the new tickets. Raises DeskError for a message without a list and for items that were split
    off already, and UsageError for numbers beyond the list."""
    with desk.group_commands(), desk.ticket(number, "link", now, action="split tickets") as source:
        request = _find_request(source, message)
        found = parse_list_items(_load_body(source, request))
        if not found:
            raise DeskError(f"Message {message} of {number} lists nothing: split it off as a whole.")
        selected = sorted(set(items)) or list(range(1, len(found) + 1))
        if not 1 <= selected[0] <= selected[-1] <= len(found):
            raise UsageError(f"Message {message} of {number} lists {len(found)} things: choose from 1 to {len(found)}.")
        _require_unsplit(source, message, selected)
        numbers = []
        for item in selected:
            part = _register_part(source, request, _build_subject(found[item - 1]), found[item - 1], item=item)
            numbers.append(part.build_result("").number)
            part.finish()
        before = source.state.fields.get(SPLIT_TO)
        after = sorted({*(before or ()), *numbers})
        source.append("linked", {f"fields.{SPLIT_TO}": (before, after)}, tickets=numbers)
        result = source.build_result(f"{number} split into {', '.join(map(str, numbers))}")
    return result


def preview_list_items(desk: DeskSession, number: int, message: int, *, now: datetime) -> list[str]:
    """Return the items of the list in a message, each with all its lines; empty when it has no list. Raises DeskError
    when the ticket has no such message of the requester."""
    with desk.ticket(number, "link", now, dry_run=True, action="split tickets") as source:
        return parse_list_items(_load_body(source, _find_request(source, message)))


def _register_part(
    source: TicketTransaction, request: Event, subject: str, body: str, *, item: int | None = None
) -> TicketTransaction:
    """Register the ticket that is split off, in the transaction of its source; the caller finishes it."""
    part, state = source.open_sibling(), source.state
    values: dict[str, Any] = copy_classification(state)
    values["status"] = source.procedure.find_initial_status(state.type).key
    values["channel"] = request.data.get("channel") or state.channel
    # The message may come from a machine whose clock is ahead of this one; the command is not earlier than its ticket.
    values["received_at"] = min(request.data.get("spoken_at", request.at), source.at)
    # Whoever wrote the message asks for it, who need not be the requester of the source
    values["requester_id"] = request.data.get("contact") or values["requester_id"]
    append_with_files(
        part,
        "registered",
        {name: (None, value) for name, value in values.items() if value is not None},
        {"subject": subject, "body": body},
        # Every part gets all of the files, because it is unknown which of them belongs to which part
        load_files(source, source.number or 0, request.seq),
        author_kind="requester",
        author=request.data.get("author"),
        contact=request.data.get("contact"),
        channel=values["channel"],
        spoken_at=values["received_at"],
    )
    changes: dict[str, tuple[Any, Any]] = {f"fields.{SPLIT_FROM}": (None, source.number)}
    changes |= check_split_ticket_fields(part, body)
    part.append("split_from", changes, ticket=source.number, message=request.seq, item=item)
    return part


def _require_other_request(source: TicketTransaction, request: Event) -> None:
    """Raise DeskError when a message is the only request on a ticket."""
    others = [
        event
        for event in select_effective_events(source.load_earlier_events())
        if event.seq != request.seq and _is_request(event)
    ]
    if request.kind == "registered" and not others and MERGED not in source.state.fields:
        raise DeskError(
            f"Message {request.seq} is all that was asked for in {source.number}, so nothing would be left of it: split"
            " off a thing that it lists, or handle it here."
        )


def _require_unsplit(source: TicketTransaction, message: int, items: Sequence[int] = ()) -> None:
    """Raise DeskError when a message, or one of these items of its list, was split off already. A split that was undone
    does not count: the source no longer lists its ticket."""
    for number in source.state.fields.get(SPLIT_TO) or ():
        split_from = next((event for event in load_events(source.session, number) if event.kind == "split_from"), None)
        if split_from is None or split_from.data.get("message") != message:
            continue
        item = split_from.data.get("item")
        if item is None:
            raise DeskError(f"Message {message} of {source.number} is ticket {number} already.")
        if not items or item in items:
            hint = ": choose others of its list" if items else ": split off other things that it lists"
            raise DeskError(f"Thing {item} of message {message} of {source.number} is ticket {number} already{hint}.")


def _is_request(event: Event) -> bool:
    return (
        event.kind in ("registered", "replied")
        and "body" in event.texts
        and event.data.get("author_kind") == "requester"
    )


def _find_request(work: TicketTransaction, message: int) -> Event:
    """Find a message of the requester by its `seq`. Raises DeskError for a message of the desk, or when there is
    none."""
    for event in work.load_earlier_events():
        if event.seq == message and "body" in event.texts and event.kind in ("replied", "registered"):
            if event.data.get("author_kind") != "requester":
                raise DeskError(
                    f"Message {message} of {work.number} is the desk's own: split off one of the requester."
                )
            return event
    raise DeskError(f"Ticket {work.number} has no message {message} of the requester.")


def _load_body(work: TicketTransaction, request: Event) -> str:
    table = table_of(PersonalText)
    body = work.session.execute(select(table.c.body).where(table.c.id == request.texts["body"].id)).scalar_one()
    return str(body)


def _build_subject(body: str) -> str:
    return next((normalise_subject(line) for line in body.splitlines() if line.strip()), "")

"""Splitting: a message, or each of the things that it lists, becomes a ticket of its own (S5-06)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import select

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, events_of
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import standing
from deskterm.desk.domain.links import MERGED, SPLIT_FROM, SPLIT_TO, taken_along
from deskterm.desk.domain.quoted_text import remove_quoted_lines
from deskterm.desk.linking.duplicate import add_link
from deskterm.desk.tickets.missing_fields import check_split_ticket_fields
from deskterm.desk.tickets.register import normalise_subject
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.tables import PersonalText, table_of

_MARKER = re.compile(
    r"(?P<indent>[ \t]{0,8})(?:(?P<figure>\d{1,2}[.)])|(?P<letter>[A-Za-z][.)])|(?P<dot>[-*•–]))[ \t]+\S"
)


def split_message(
    desk: DeskSession, number: int, message: int, *, subject: str | None = None, now: datetime
) -> CommandResult:
    """Make a ticket of its own of a message (its `seq`) in which the requester asks for something else. It is
    classified as its source is, and its clocks start when the message came (rule 16). subject: left out, the first line
    of the message. DeskError for the only message, which would leave nothing, and for one that is a ticket already."""
    if subject is not None and not normalise_subject(subject):
        raise UsageError("A ticket needs a subject: say in a few words what is wanted, or leave --subject out.")
    with desk.as_one(), desk.ticket(number, "link", now, doing="split tickets") as source:
        spoken = _spoken(source, message)
        _require_rest(source, spoken)
        _require_unsplit(source, message)
        body = _body(source, spoken)
        heading = normalise_subject(subject or "") or _heading(body) or f"Split from {number}"
        made = _made(source, spoken, heading, body)
        done = made.done(f"{made.number} split off from {number}: {heading}")
        add_link(source, SPLIT_TO, done.number)
        made.finish()
    return done


def split_list_items(
    desk: DeskSession, number: int, message: int, *, items: Sequence[int] = (), now: datetime
) -> CommandResult:
    """Make a ticket of its own of each thing that a message lists (`1.`, `a)`, `-`), all in one act (S5-06). items:
    only of these, counted from 1. The answer is the source's; its `changes` name the new tickets. DeskError for a
    message that lists nothing, or not so many, and for things that are tickets already."""
    with desk.as_one(), desk.ticket(number, "link", now, doing="split tickets") as source:
        spoken = _spoken(source, message)
        found = parse_list_items(_body(source, spoken))
        if not found:
            raise DeskError(f"Message {message} of {number} lists nothing: split it off as a whole.")
        wanted = sorted(set(items)) or list(range(1, len(found) + 1))
        if not 1 <= wanted[0] <= wanted[-1] <= len(found):
            raise UsageError(f"Message {message} of {number} lists {len(found)} things: choose from 1 to {len(found)}.")
        _require_unsplit(source, message, wanted)
        numbers = []
        for place in wanted:
            made = _made(source, spoken, _heading(found[place - 1]), found[place - 1], item=place)
            numbers.append(made.done("").number)
            made.finish()
        before = source.state.fields.get(SPLIT_TO)
        after = sorted({*(before or ()), *numbers})
        source.append("linked", {f"fields.{SPLIT_TO}": (before, after)}, tickets=numbers)
        done = source.done(f"{number} split into {', '.join(map(str, numbers))}")
    return done


def preview_list_items(desk: DeskSession, number: int, message: int, *, now: datetime) -> list[str]:
    """What a message lists, each with all its lines; nothing where it lists less than two things. DeskError when the
    ticket has no such message of the requester."""
    with desk.ticket(number, "link", now, rehearse=True, doing="split tickets") as source:
        return parse_list_items(_body(source, _spoken(source, message)))


def parse_list_items(body: str) -> list[str]:
    """The things that a text lists, without their markers: those of the kind and depth of the first marker. What
    stands under a thing belongs to it; after an empty line behind the last one, only what is set in. What was quoted
    from another message is nobody's list. Fewer than two are no list."""
    found: list[list[_Line]] = []
    kind, depth, empty = "", 0, False
    for line in remove_quoted_lines(body).splitlines():
        marker = _MARKER.match(line)
        if marker and (not kind or (_kind(marker) == kind and len(marker["indent"]) <= depth + 1)):
            kind, depth = _kind(marker), len(marker["indent"])
            found.append([_Line(line[marker.end() - 1 :].rstrip(), loose=False)])
        elif found:
            set_in = len(line) - len(line.lstrip()) > depth
            found[-1].append(_Line(line.strip(), loose=empty and not set_in))
        empty = not line.strip()
    if len(found) < 2:
        return []
    found[-1] = list(takewhile(lambda line: not line.loose, found[-1]))
    return ["\n".join(line.words for line in lines).strip() for lines in found]


class _Line(NamedTuple):
    """A line of a thing. loose: it stands after an empty line, as far out as the list itself."""

    words: str
    loose: bool


def _kind(marker: re.Match[str]) -> str:
    return next(name for name in ("figure", "letter", "dot") if marker[name])


def _made(
    source: TicketTransaction, spoken: Event, heading: str, body: str, *, item: int | None = None
) -> TicketTransaction:
    """The ticket that is split off, up to its end."""
    made, state = source.beside(), source.state
    values: dict[str, Any] = taken_along(state)
    values["status"] = source.procedure.initial_status(state.type).key
    values["channel"] = spoken.data.get("channel") or state.channel
    values["received_at"] = min(spoken.data.get("spoken_at", spoken.at), source.at)
    values["requester_id"] = spoken.data.get("contact") or values["requester_id"]
    made.append(
        "registered",
        {name: (None, value) for name, value in values.items() if value is not None},
        {"subject": heading, "body": body},
        author_kind="requester",
        author=spoken.data.get("author"),
        contact=spoken.data.get("contact"),
        channel=values["channel"],
        spoken_at=values["received_at"],
    )
    changes: dict[str, tuple[Any, Any]] = {f"fields.{SPLIT_FROM}": (None, source.number)}
    changes |= check_split_ticket_fields(made, body)
    made.append("split_from", changes, ticket=source.number, message=spoken.seq, item=item)
    return made


def _require_rest(source: TicketTransaction, spoken: Event) -> None:
    """DeskError when nothing else was asked for in a ticket than what a message says."""
    others = [event for event in standing(source.events()) if event.seq != spoken.seq and _of_requester(event)]
    if spoken.kind == "registered" and not others and MERGED not in source.state.fields:
        raise DeskError(
            f"Message {spoken.seq} is all that was asked for in {source.number}, so nothing would be left of it: split"
            " off a thing that it lists, or handle it here."
        )


def _require_unsplit(source: TicketTransaction, message: int, places: Sequence[int] = ()) -> None:
    """DeskError for a message that is another ticket already, or of which these things are; what was taken back is
    none. places: of its list; left out, the whole."""
    for number in source.state.fields.get(SPLIT_TO) or ():
        made = next((event for event in events_of(source.session, number) if event.kind == "split_from"), None)
        if made is None or made.data.get("message") != message:
            continue
        place = made.data.get("item")
        if place is None:
            raise DeskError(f"Message {message} of {source.number} is ticket {number} already.")
        if not places or place in places:
            left = ": choose others of its list" if places else ": split off other things that it lists"
            raise DeskError(f"Thing {place} of message {message} of {source.number} is ticket {number} already{left}.")


def _of_requester(event: Event) -> bool:
    return (
        event.kind in ("registered", "replied")
        and "body" in event.texts
        and event.data.get("author_kind") == "requester"
    )


def _spoken(work: TicketTransaction, message: int) -> Event:
    for event in work.events():
        if event.seq == message and "body" in event.texts and event.kind in ("replied", "registered"):
            if event.data.get("author_kind") != "requester":
                raise DeskError(
                    f"Message {message} of {work.number} is the desk's own: split off one of the requester."
                )
            return event
    raise DeskError(f"Ticket {work.number} has no message {message} of the requester.")


def _body(work: TicketTransaction, spoken: Event) -> str:
    table = table_of(PersonalText)
    body = work.session.execute(select(table.c.body).where(table.c.id == spoken.texts["body"].id)).scalar_one()
    return str(body)


def _heading(body: str) -> str:
    return next((normalise_subject(line) for line in body.splitlines() if line.strip()), "")

"""One disturbance, many tickets (S4-17): tickets are attached to an incident, and one message goes to all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import open_tickets, require_ticket
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, events_of
from deskterm.desk.directory.participants import list_people_outside
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import folded
from deskterm.desk.domain.links import ATTACHED, INCIDENT
from deskterm.desk.domain.state import State
from deskterm.desk.notify import letters
from deskterm.desk.notify.letter_checks import find_missing_parts, format_missing_parts, require_complete_letter
from deskterm.desk.policy.status_graph import chosen
from deskterm.desk.tickets import resolution as closing
from deskterm.desk.tickets.resolution import ResolutionKind, require_message_text
from deskterm.desk.workflow.transition_rules import check_transition
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Notice, Status
from deskterm.store.db.tables import Ticket, table_of

_ticket = table_of(Ticket)
_NEWS = Notice(on="replied", to=("requester", "participants"))


def attach_ticket(desk: DeskSession, number: int, incident: int, *, now: datetime) -> CommandResult:
    """Attach a ticket to an incident, which is a ticket too. DeskError where either belongs to another already."""
    if number == incident:
        raise UsageError("A ticket is not attached to itself: name the incident.")
    with desk.tickets([number, incident], "link", now, doing="attach tickets") as (work, parent):
        if INCIDENT in _fields(work):
            raise DeskError(f"Ticket {number} is attached to {work.state.fields[INCIDENT]} already: detach it first.")
        if _fields(work).get(ATTACHED):
            raise DeskError(f"Ticket {number} is an incident itself, with tickets attached: attach those.")
        if INCIDENT in _fields(parent):
            raise DeskError(f"Ticket {incident} is attached to {parent.state.fields[INCIDENT]}: name that.")
        if not parent.state.is_open:
            raise DeskError(f"Incident {incident} is over: reopen it first.")
        work.append("linked", {f"fields.{INCIDENT}": (None, incident)}, ticket=incident)
        _list(parent, {*list_attached(parent), number}, number)
        parent.done("")
        done = work.done(f"{number} attached to incident {incident}")
    return done


def detach_ticket(desk: DeskSession, number: int, *, now: datetime) -> CommandResult:
    """Take a ticket away from its incident."""
    incident = _incident_of(desk, number)
    with desk.tickets([number, incident], "link", now, doing="detach tickets") as (work, parent):
        work.append("linked", {f"fields.{INCIDENT}": (work.state.fields.get(INCIDENT), None)}, ticket=incident)
        _list(parent, {*list_attached(parent)} - {number}, number)
        parent.done("")
        done = work.done(f"{number} detached from incident {incident}")
    return done


def announce_to_attached(
    desk: DeskSession, incident: int, text: str, *, status: str | None = None, now: datetime
) -> CommandResult:
    """Say one thing on an incident and on all open tickets that are attached to it, as one act. Everybody gets one
    letter, however many of the tickets are theirs. status: where the tickets go that may, so that all are solved with
    the incident; those that may not are named."""
    if not text.strip():
        raise UsageError("There is nothing to say yet: write a few words first.")
    numbers = find_open_attached(desk, incident)
    reached: set[int] = set()
    left: list[str] = []
    with desk.tickets([incident, *numbers], "reply", now, doing="announce anything") as works:
        wanted = None if status is None else chosen("status", status, works[0].procedure.definition.statuses)
        if wanted is not None:
            desk.require("move")
        told = [work for work in works if work.state.is_open]
        if works[0] not in told:
            raise DeskError(f"Incident {incident} is over: reopen it first.")
        for work in told:
            left += _say(work, text.rstrip(), wanted, incident, reached)
            if work.number != incident:
                work.done("")
        people = "1 person" if len(reached) == 1 else f"{len(reached)} people"
        where = "1 ticket" if len(told) == 1 else f"{len(told)} tickets"
        done = works[0].done("; ".join([f"{incident}: said on {where}, to {people}", *left]))
    return done


def resolve_incident(
    desk: DeskSession,
    incident: int,
    note: str,
    *,
    resolution: ResolutionKind | None = None,
    code: str | None = None,
    status: str | None = None,
    channel: str = "email",
    strict: bool = False,
    now: datetime,
) -> CommandResult:
    """Resolve an incident, unless it is done already, and all open tickets that are attached to it, as one act with one
    message (S4-17); everybody gets one letter, however many of the tickets are theirs. Tickets that may not go where a
    resolution leads are left as they are and named, with the reason. The rest as in `closing.resolve`."""
    words = require_message_text(note)
    if strict:
        require_complete_letter(desk.procedure.definition, words)
    numbers = find_open_attached(desk, incident)
    reached: set[int] = set()
    left: list[str] = []
    count = 0
    with desk.tickets([*_if_open(desk, incident), *numbers], "reply", now, doing="resolve tickets") as works:
        if not works:
            raise DeskError(f"Incident {incident} is over, and no ticket attached to it is open.")
        said = ""
        for work in works:
            given = {"channel": channel, "incident": incident}
            try:
                event, done_so = closing.record_resolution(work, words, resolution, code, status, **given)
            except DeskError as refused:
                if work.number == incident or isinstance(refused, UsageError):
                    raise
                left.append(f"{work.number} is not resolved: {_clause(refused)}")
                continue
            if work.number == incident:
                said = f"{done_so}; "
            elif work.state.category in ("new", "open"):
                left.append(f"{work.number}: {done_so}")
            else:
                count += 1
            _letter(work, event, channel, reached)
        for work in works[1:]:
            work.done("")
        tickets = "1 attached ticket" if count == 1 else f"{count} attached tickets"
        people = "1 person" if len(reached) == 1 else f"{len(reached)} people"
        told = f"{incident}: {said}{tickets} resolved with it, {people} written to"
        done = works[0].done("; ".join([told, *left]))
    return replace(done, lacks=format_missing_parts(find_missing_parts(desk.procedure.definition, words)))


def list_attached(work: TicketTransaction) -> list[int]:
    """The numbers of the tickets that belong to an incident."""
    return [int(number) for number in _fields(work).get(ATTACHED) or ()]


def _say(work: TicketTransaction, words: str, wanted: Status | None, incident: int, reached: set[int]) -> list[str]:
    """Say it on one ticket; where it could not be moved, its number and why."""
    changes, left = {}, []
    if wanted is not None and wanted.key != work.state.status:
        try:
            changes = {"status": (work.state.status, check_transition(work, wanted.key, with_message=True).key)}
        except DeskError as refused:
            left.append(f"{work.number} is not moved: {_clause(refused)}")
    event = work.append(
        "replied", changes, {"body": words},
        author_kind="agent", author=work.context.agent.name, channel="email", incident=incident,
    )  # fmt: skip
    _letter(work, event, "email", reached)
    return left


def _clause(refused: DeskError) -> str:
    """A refusal as part of a longer sentence."""
    return str(refused).removesuffix(".")


def _letter(work: TicketTransaction, event: Event, channel: str, reached: set[int]) -> None:
    """The message is the letter of those who have not got it on another ticket."""
    to = [person for person in list_people_outside(work) if person not in reached]
    reached.update(to)
    if to and channel != "phone":
        letters.queue_covering_letter(work, _NEWS, to, event)


def _fields(work: TicketTransaction) -> dict[str, Any]:
    return {name: value for name, value in work.state.fields.items() if value is not None}


def _list(parent: TicketTransaction, numbers: set[int], number: int) -> None:
    before = parent.state.fields.get(ATTACHED)
    parent.append("linked", {f"fields.{ATTACHED}": (before, sorted(numbers))}, ticket=number)


def find_open_attached(desk: DeskSession, incident: int) -> list[int]:
    """The numbers of the open tickets that are attached to an incident, which may be none."""
    with desk.store.reading() as session:
        return open_tickets(session, _state(desk, session, incident).fields.get(ATTACHED) or ())


def _if_open(desk: DeskSession, incident: int) -> list[int]:
    with desk.store.reading() as session:
        require_ticket(session, incident)
        return [incident] if _state(desk, session, incident).is_open else []


def _incident_of(desk: DeskSession, number: int) -> int:
    with desk.store.reading() as session:
        require_ticket(session, number)
        found = _state(desk, session, number).fields.get(INCIDENT)
    if found is None:
        raise DeskError(f"Ticket {number} is attached to no incident.")
    return int(found)


def _state(desk: DeskSession, session: Session, number: int) -> State:
    return folded(events_of(session, number), desk.editions(session)).state

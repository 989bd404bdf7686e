"""Incidents: tickets about the same disturbance are attached to one, and get its messages and its resolution
(S4-17)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.ticket_lookup import require_ticket, select_open_tickets
from deskterm.desk.core.transaction import CommandResult, TicketTransaction, load_events
from deskterm.desk.directory.participants import is_unreachable, list_people_outside
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.fold import fold_events
from deskterm.desk.domain.links import ATTACHED, INCIDENT
from deskterm.desk.domain.state import State
from deskterm.desk.notify import letters
from deskterm.desk.notify.letter_checks import find_missing_parts, format_missing_parts, require_complete_letter
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.tickets import resolution as closing
from deskterm.desk.tickets.message_input import require_message_text
from deskterm.desk.tickets.resolution import ResolutionKind
from deskterm.desk.workflow.transition_rules import check_transition
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.channels import MAIL
from deskterm.procedure.schema import Status


def attach_ticket(desk: DeskSession, number: int, incident: int, *, now: datetime) -> CommandResult:
    """Attach a ticket to an incident, which is a ticket itself. Raises DeskError when either is attached to another
    incident, the ticket has tickets attached, or the incident is not open."""
    if number == incident:
        raise UsageError("A ticket is not attached to itself: name the incident.")
    with desk.tickets([number, incident], "link", now, action="attach tickets") as (work, parent):
        if INCIDENT in _nonempty_fields(work):
            raise DeskError(f"Ticket {number} is attached to {work.state.fields[INCIDENT]} already: detach it first.")
        if _nonempty_fields(work).get(ATTACHED):
            raise DeskError(f"Ticket {number} is an incident itself, with tickets attached: attach those.")
        if INCIDENT in _nonempty_fields(parent):
            raise DeskError(f"Ticket {incident} is attached to {parent.state.fields[INCIDENT]}: name that.")
        if not parent.state.is_open:
            raise DeskError(f"Incident {incident} is over: reopen it first.")
        work.append("linked", {f"fields.{INCIDENT}": (None, incident)}, ticket=incident)
        _update_attached(parent, {*list_attached(parent), number}, number)
        parent.build_result("")  # runs the reactions of the incident, whose summary nobody reads here
        result = work.build_result(f"{number} attached to incident {incident}")
    return result


def detach_ticket(desk: DeskSession, number: int, *, now: datetime) -> CommandResult:
    """Detach a ticket from its incident. Raises DeskError when it is attached to none."""
    incident = _find_incident(desk, number)  # looked up first: both tickets are locked in the order of their numbers
    with desk.tickets([number, incident], "link", now, action="detach tickets") as (work, parent):
        work.append("linked", {f"fields.{INCIDENT}": (work.state.fields.get(INCIDENT), None)}, ticket=incident)
        _update_attached(parent, {*list_attached(parent)} - {number}, number)
        parent.build_result("")
        result = work.build_result(f"{number} detached from incident {incident}")
    return result


def announce_to_attached(
    desk: DeskSession, incident: int, text: str, *, status: str | None = None, now: datetime
) -> CommandResult:
    """Send a message on an incident and on all open tickets attached to it, as one command.

    A person gets one letter, however many of the tickets are theirs. status: the status that the tickets move to, by
    key or label; the summary names those that may not go there. Raises DeskError when the incident is not open."""
    if not text.strip():
        raise UsageError("There is nothing to say yet: write a few words first.")
    numbers = find_open_attached(desk, incident)
    # The incident comes first, so that people on several of the tickets get the letter about the incident itself.
    reached: set[int] = set()
    remarks: list[str] = []
    with desk.tickets([incident, *numbers], "reply", now, action="announce anything") as works:
        target = None if status is None else resolve_choice("status", status, works[0].procedure.definition.statuses)
        if target is not None:
            # The command as a whole has asked for `reply` only
            desk.require("move")
        open_works = [work for work in works if work.state.is_open]
        if works[0] not in open_works:
            raise DeskError(f"Incident {incident} is over: reopen it first.")
        unaddressed = _find_unaddressed(open_works, incident, MAIL)
        for work in open_works:
            remarks += _append_announcement(work, text.rstrip(), target, incident, work.number in unaddressed, reached)
            if work.number != incident:
                work.build_result("")
        tickets = "1 ticket" if len(open_works) == 1 else f"{len(open_works)} tickets"
        result = works[0].build_result(
            "; ".join([f"{incident}: said on {tickets}, {_format_reached(reached)} written to", *remarks])
        )
    return result


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
    files: Sequence[NewFile] = (),
    now: datetime,
) -> CommandResult:
    """Resolve an incident, unless it is resolved already, and all open tickets attached to it, with one message
    (S4-17).

    A person gets one letter, however many of the tickets are theirs. Attached tickets that cannot be resolved from
    where they are stay there, and the summary gives the reason for each. The other parameters and errors are those of
    `resolution.resolve`."""
    text = require_message_text(note)
    # No template wraps the note: it is the letter, and can be checked before anything is locked
    if strict:
        require_complete_letter(desk.procedure.definition, text)
    numbers = find_open_attached(desk, incident)
    reached: set[int] = set()
    remarks: list[str] = []
    resolved = 0
    with desk.tickets([*_if_open(desk, incident), *numbers], "reply", now, action="resolve tickets") as works:
        if not works:
            raise DeskError(f"Incident {incident} is over, and no ticket attached to it is open.")
        own_outcome = ""
        unaddressed = _find_unaddressed(works, incident, channel)
        for work in works:
            data: dict[str, Any] = {
                "channel": channel,
                "incident": incident,
                "unaddressed": work.number in unaddressed,
                "files": files,
            }
            try:
                event, outcome = closing.record_resolution(work, text, resolution, code, status, **data)
            except DeskError as error:
                # A wrong option would fail on every ticket, and the incident itself must not stay behind.
                if work.number == incident or isinstance(error, UsageError):
                    raise
                remarks.append(f"{work.number} is not resolved: {_as_clause(error)}")
                continue
            if work.number == incident:
                own_outcome = f"{outcome}; "
            elif work.state.category in ("new", "open"):
                remarks.append(f"{work.number}: {outcome}")
            else:
                resolved += 1
            _queue_letter(work, event, channel, reached)
        # Runs the reactions of the attached tickets; their summaries are not read
        for work in works[1:]:
            work.build_result("")
        tickets = "1 attached ticket" if resolved == 1 else f"{resolved} attached tickets"
        summary = f"{incident}: {own_outcome}{tickets} resolved with it, {_format_reached(reached)} written to"
        result = works[0].build_result("; ".join([summary, *remarks]))
    return replace(result, missing_in_letter=format_missing_parts(find_missing_parts(desk.procedure.definition, text)))


def _format_reached(reached: Set[int]) -> str:
    """Format how many people a letter was queued for."""
    return "nobody" if not reached else "1 person" if len(reached) == 1 else f"{len(reached)} people"


def list_attached(work: TicketTransaction) -> list[int]:
    """Return the numbers of all tickets attached to an incident, closed ones too."""
    return [int(number) for number in _nonempty_fields(work).get(ATTACHED) or ()]


def _append_announcement(
    work: TicketTransaction, text: str, target: Status | None, incident: int, unaddressed: bool, reached: set[int]
) -> list[str]:
    """Append the message to one ticket and move it. Return a remark with the reason when it could not be moved."""
    changes, remarks = {}, []
    if target is not None and target.key != work.state.status:
        try:
            changes = {"status": (work.state.status, check_transition(work, target.key, with_message=True).key)}
        except DeskError as error:
            remarks.append(f"{work.number} is not moved: {_as_clause(error)}")
    event = work.append(
        "replied", changes, {"body": text},
        author_kind="agent", author=work.context.agent.name, channel=MAIL, incident=incident,
        unaddressed=unaddressed,
    )  # fmt: skip
    _queue_letter(work, event, MAIL, reached)
    return remarks


def _find_unaddressed(works: Sequence[TicketTransaction], incident: int, channel: str) -> frozenset[int | None]:
    """Return the numbers of the tickets on which a message of an incident is no answer (D-13), because nobody outside
    has an address. The incident itself has answered as soon as the message reaches somebody on an attached ticket."""
    without = frozenset(work.number for work in works if is_unreachable(work, channel))
    return without if len(without) == len(works) else without - {incident}


def _as_clause(error: DeskError) -> str:
    """Return the sentence of an error without its full stop, as a part of a longer sentence."""
    return str(error).removesuffix(".")


def _queue_letter(work: TicketTransaction, event: Event, channel: str, reached: set[int]) -> None:
    """Queue the message as a letter to the people who did not get it on another ticket, and add them to `reached`."""
    recipients = [person for person in list_people_outside(work) if person not in reached]
    notice = letters.build_reply_notice(work.procedure.definition)
    if recipients and channel == MAIL and notice is not None:
        letters.queue_covering_letter(work, notice, recipients, event)
        reached.update(recipients)


def _nonempty_fields(work: TicketTransaction) -> dict[str, Any]:
    """Return the fields that have a value: a link that was removed leaves None behind."""
    return {name: value for name, value in work.state.fields.items() if value is not None}


def _update_attached(parent: TicketTransaction, numbers: set[int], number: int) -> None:
    """Replace the list of attached tickets of an incident. number: the ticket that was added or removed."""
    before = parent.state.fields.get(ATTACHED)
    parent.append("linked", {f"fields.{ATTACHED}": (before, sorted(numbers))}, ticket=number)


def find_written_to(desk: DeskSession, incident: int) -> list[int]:
    """Load the numbers of the tickets to whose people a message on an incident is sent: the incident itself, unless it
    is closed, and the open tickets that are attached to it."""
    return [*_if_open(desk, incident), *find_open_attached(desk, incident)]


def find_open_attached(desk: DeskSession, incident: int) -> list[int]:
    """Load the numbers of the open tickets attached to an incident; an empty list for any other ticket."""
    with desk.store.reading() as session:
        return select_open_tickets(session, _load_state(desk, session, incident).fields.get(ATTACHED) or ())


def _if_open(desk: DeskSession, incident: int) -> list[int]:
    """Return the incident alone while it is open, and nothing otherwise."""
    with desk.store.reading() as session:
        require_ticket(session, incident)
        return [incident] if _load_state(desk, session, incident).is_open else []


def _find_incident(desk: DeskSession, number: int) -> int:
    with desk.store.reading() as session:
        require_ticket(session, number)
        found = _load_state(desk, session, number).fields.get(INCIDENT)
    if found is None:
        raise DeskError(f"Ticket {number} is attached to no incident.")
    return int(found)


def _load_state(desk: DeskSession, session: Session, number: int) -> State:
    return fold_events(load_events(session, number), desk.build_procedure_lookup(session)).state

"""Handling a ticket: its status, who has it, how severe it is, and its tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from deskterm.desk.core.people import organisation_of, worker
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.directory.assignment_warnings import find_assignment_warnings
from deskterm.desk.domain.changes import Changes
from deskterm.desk.domain.due_changes import due_times, promises_moved
from deskterm.desk.domain.state import State
from deskterm.desk.policy.departments import require_open, team_of
from deskterm.desk.policy.permissions import require_named
from deskterm.desk.policy.request_fields import named_with_kind
from deskterm.desk.policy.status_graph import chosen
from deskterm.desk.tickets.missing_fields import recheck_missing_fields
from deskterm.desk.tickets.register import normalise_subject, normalise_tags
from deskterm.desk.tickets.resolution import build_closing_changes
from deskterm.desk.workflow.checklists import build_type_checklist_change
from deskterm.desk.workflow.impact_urgency import set_impact_urgency
from deskterm.desk.workflow.transition_rules import check_transition
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import RequestType, Severity
from deskterm.store.db.tables import Organisation


class Unchanged(DeskError):
    """The ticket is already what it was to become."""


def move(
    desk: DeskSession,
    number: int,
    status: str,
    *,
    reason: str = "",
    anyway: bool = False,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Change the status, by key or label, along the procedure's graph; DeskError lists the legal ones, or says what the
    status asks for first. reason: the key of a closing reason will do where a resolution is asked for; anyway: without
    the message to the requester that the status asks for."""
    return update_ticket(desk, number, status=status, reason=reason, anyway=anyway, now=now, version=version)


def set_severity(
    desk: DeskSession, number: int, severity: str, *, reason: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Correct the severity (S1-05): the requester's choice stays on record, the target changes over the same
    history (rule 17)."""
    return update_ticket(desk, number, severity=severity, reason=reason, now=now, version=version)


def tag(
    desk: DeskSession,
    number: int,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    *,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Add and remove tags."""
    return update_ticket(desk, number, add_tags=tuple(add), remove_tags=tuple(remove), now=now, version=version)


def update_ticket(
    desk: DeskSession,
    number: int,
    *,
    status: str | None = None,
    severity: str | None = None,
    priority: str | None = None,
    impact: str | None = None,
    urgency: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's word
    organisation: str | None = None,
    subject: str | None = None,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    reason: str = "",
    anyway: bool = False,
    now: datetime,
    version: int | None = None,
    rehearse: bool = False,
) -> CommandResult:
    """Several changes as one act: all of them happen, or none; with what became of the clocks that another severity,
    priority, type or client moves. organisation: the client's key or name. rehearse: say what would happen, and write
    nothing. UsageError when nothing is asked for."""
    tags = normalise_tags(add_tags), normalise_tags(remove_tags)
    edits = type or organisation or subject
    weighed = None if impact is None and urgency is None else True
    asked = {"edit": edits, "severity": severity, "priority": priority or weighed, "move": status, "tag": any(tags)}
    acts = [act for act, wanted in asked.items() if wanted is not None and wanted is not False]
    if not acts:
        raise UsageError(
            "Say what to change: a status, a severity, a priority, impact, urgency, type, client, subject or tags."
        )
    for act in acts:
        desk.require(act)  # type: ignore[arg-type]
    said = []
    retargets = any(wanted is not None for wanted in (severity, priority, weighed, type, organisation))
    with desk.ticket(number, acts[0], now, version, rehearse=rehearse) as work:  # type: ignore[arg-type]
        before = due_times(work.fold, work.at) if retargets else {}
        if subject is not None:
            said.append(_edit_subject(work, subject))
        if organisation is not None:
            said.append(_rehome(work, organisation, reason))
        if type is not None:
            said.append(_retype(work, type, reason))
        if weighed:
            said.append(set_impact_urgency(work, impact, urgency, reason))
        if severity is not None:
            said.append(_set_severity(work, severity, reason))
        if priority is not None:
            said.append(_set_priority(work, priority, reason))
        if status is not None:
            said.append(_move(work, status, reason, anyway))
        if any(tags):
            said.append(_tag(work, *tags))
        due_changes = promises_moved(before, work.fold, work.at, work.procedure, number) if retargets else []
        done = work.done(f"{number}: {'; '.join(said)}", due_changes)
    return done


def assign(
    desk: DeskSession,
    number: int,
    login: str | None,
    *,
    team: str | None = None,
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Give a ticket to an agent, or to nobody. team: hand it to that team too; left out, a ticket without a team
    goes to the agent's. Customer clocks are untouched (rule 16). The answer says what speaks against it."""
    with desk.ticket(number, "assign", now, version) as work:
        state = work.state
        changes: dict[str, tuple[str | None, str | None]] = {}
        words = "with nobody now"
        speaks_against: list[str] = []
        if login is not None:
            agent = worker(work.session, login)
            words = f"assigned to {agent.login}"
            speaks_against = list(find_assignment_warnings(work, agent))
            if team is None and state.team is None and agent.team:
                changes["team"] = (None, agent.team)
        changes["assignee"] = (state.assignee, login)
        if team is not None:
            wanted = team_of(work.procedure.definition, team)
            changes["team"] = (state.team, wanted)
            words += f", team {wanted}"
        if all(before == after for before, after in changes.values()):
            raise DeskError(f"Ticket {number} is with {login or 'nobody'} already.")
        work.append("assigned", changes)
        done = work.done("; ".join((f"{number} {words}", *speaks_against)))
    return done


def build_client_changes(state: State, client: Organisation) -> dict[str, tuple[int | str | None, int | str | None]]:
    """What changes when a ticket becomes another client's."""
    return {
        "organisation_id": (state.organisation_id, client.id),
        "organisation_key": (state.organisation_key, client.key),
        "tenant": (state.tenant, client.tenant or None),
    }


def edit(
    desk: DeskSession,
    number: int,
    *,
    subject: str | None = None,
    type: str | None = None,  # noqa: A002 - the field's word
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Correct the subject (S5-17) or the type of a request (S1-03)."""
    return update_ticket(desk, number, subject=subject, type=type, now=now, version=version)


def _move(work: TicketTransaction, status: str, reason: str, anyway: bool) -> str:
    before = work.state.status
    closing = work.procedure.definition.closing
    word = reason.strip().casefold()
    because = next((r for r in closing.reasons if word in (r.key.casefold(), r.label.casefold())), None)
    target = check_transition(work, status, with_closing_reason=because is not None, anyway=anyway)
    ends = because is not None and target.category == "closed"
    if because is not None and not ends:
        target = check_transition(work, status, anyway=anyway)
    changes = build_closing_changes(work, because.key) if because is not None and ends else {}
    changes = {**changes, "status": (before, target.key)}
    work.append("moved", changes, reason=reason, because=because.key if because is not None and ends else None)
    here = work.procedure.statuses[before].label if before in work.procedure.statuses else before
    return f"{here} → {target.label}"


def _set_severity(work: TicketTransaction, severity: str, reason: str) -> str:
    kind = work.procedure.types.get(work.state.type)
    if kind is not None and not kind.has_severity:
        raise DeskError(f"A {kind.label} has no severity.")
    before = work.state.severity
    step = chosen("severity", severity, work.procedure.definition.severities)
    if step.key == before:
        raise Unchanged(f"The severity is {step.label} already.")
    work.append("severity_set", {"severity": (before, step.key)}, reason=reason)
    return f"severity {_label(work.procedure.severities, before)} → {step.label}"


def _set_priority(work: TicketTransaction, priority: str, reason: str) -> str:
    scale = work.procedure.definition.priority.scale
    if not scale:
        raise DeskError("This procedure has no priorities beside its severities: set the severity.")
    before = work.state.priority
    step = chosen("priority", priority, scale)
    if step.key == before:
        raise Unchanged(f"The priority is {step.label} already.")
    work.append("priority_set", {"priority": (before, step.key)}, reason=reason)
    return f"priority {_label(work.procedure.priorities, before)} → {step.label}"


def _tag(work: TicketTransaction, add: Sequence[str], remove: Sequence[str]) -> str:
    before = list(work.state.tags)
    missing = sorted(set(remove) - set(before) - set(add))
    after = sorted((set(before) | set(add)) - set(remove))
    if before == after and missing:
        raise Unchanged(f"Ticket {work.number} has no tag {_listed(missing)}: its tags are {_listed(before)}.")
    if before == after:
        raise Unchanged(f"The tags of {work.number} are {_listed(before)} already.")
    work.append("tagged", {"tags": (before, after)})
    return f"tags {_listed(after)}" + (f" ({_listed(missing)} was not there)" if missing else "")


def _edit_subject(work: TicketTransaction, subject: str) -> str:
    heading = normalise_subject(subject)
    if not heading:
        raise UsageError("A ticket needs a subject: say in a few words what is wanted.")
    work.append("edited", {}, {"subject": heading})
    return f"now called {heading}"


def _retype(work: TicketTransaction, wanted: str, reason: str) -> str:
    """A type that does not know the present status starts again in its own first one; one without severities keeps
    none (S1-07)."""
    procedure, state = work.procedure, work.state
    kind = chosen("type", wanted, procedure.definition.types)
    if kind.key == state.type:
        raise Unchanged(f"The type is {kind.label} already.")
    if state.organisation_id is None:
        require_open(procedure, kind, None)
    require_named(procedure.definition, work.context.agent, "retype")
    changes: Changes = {
        **build_type_changes(procedure, state, kind),
        **build_type_checklist_change(procedure, state.records, kind),
    }
    asked = recheck_missing_fields(work, kind, changes)
    work.append("edited", {**changes, **asked}, reason=reason)
    left = [key for _, after in asked.values() for key in after.get("fields", ())]
    named = ", ".join(named_with_kind(procedure, key) for key in left)
    return f"now a {kind.label}" + (f", without {named}" if named else "")


def _rehome(work: TicketTransaction, organisation: str, reason: str) -> str:
    client = organisation_of(work.session, organisation, None)
    if client is None or client.id == work.state.organisation_id:
        raise Unchanged(f"Ticket {work.number} is of {organisation} already.")
    work.append("edited", build_client_changes(work.state, client), reason=reason)
    return f"of {client.name} now"


def build_type_changes(
    procedure: CompiledProcedure, state: State, kind: RequestType
) -> dict[str, tuple[str | None, str | None]]:
    """What changes when a ticket becomes one of another type."""
    changes: dict[str, tuple[str | None, str | None]] = {"type": (state.type, kind.key)}
    if state.status in procedure.statuses and not procedure.knows(kind.key, procedure.statuses[state.status]):
        changes["status"] = (state.status, procedure.initial_status(kind.key).key)
    if not kind.has_severity:
        changes["severity"] = (state.severity, None)
    elif state.severity is None:
        changes["severity"] = (None, kind.default_severity)
    return changes


def _label(scale: Mapping[str, Severity], key: str | None) -> str:
    if key is None:
        return "none"
    return scale[key].label if key in scale else key


def _listed(tags: Sequence[str]) -> str:
    return ", ".join(tags) if tags else "none"

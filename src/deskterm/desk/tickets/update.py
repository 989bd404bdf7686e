"""Updates of a ticket: status, severity, priority, impact and urgency, type, client, subject and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.due_changes import compute_due_times, find_due_changes
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.tickets.closing import build_closing_changes
from deskterm.desk.tickets.reclassification import change_organisation, change_type
from deskterm.desk.tickets.register import normalise_subject, normalise_tags
from deskterm.desk.workflow.impact_urgency import set_impact_urgency
from deskterm.desk.workflow.transition_rules import check_transition
from deskterm.errors import DeskError, Unchanged, UsageError
from deskterm.procedure.schema import Severity


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
    """Change the status, by key or label, along the procedure's graph.

    reason: free text, or the key of a closing reason, which then stands in for a resolution. anyway: skip the message
    to the requester that the status asks for. Raises DeskError that lists the legal statuses, or says what the status
    requires first.
    """
    return update_ticket(desk, number, status=status, reason=reason, anyway=anyway, now=now, version=version)


def set_severity(
    desk: DeskSession, number: int, severity: str, *, reason: str = "", now: datetime, version: int | None = None
) -> CommandResult:
    """Correct the severity (S1-05): the requester's choice stays on record, and the target is recalculated over the
    same history (rule 17)."""
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
    dry_run: bool = False,
) -> CommandResult:
    """Apply several changes as one act: all of them happen, or none. The result lists the due times that they move.

    organisation: key or name of the client. dry_run: return what would happen, and write nothing. Raises UsageError
    when no change is given, and Unchanged when the ticket already has a given value.
    """
    tags = normalise_tags(add_tags), normalise_tags(remove_tags)
    is_edit = type or organisation or subject
    # None and not False: acts are chosen by what was given, and an empty impact is given too
    is_rated = None if impact is None and urgency is None else True
    requested = {
        "edit": is_edit,
        "severity": severity,
        "priority": priority or is_rated,
        "move": status,
        "tag": any(tags),
    }
    acts = [act for act, value in requested.items() if value is not None and value is not False]
    if not acts:
        raise UsageError(
            "Say what to change: a status, a severity, a priority, impact, urgency, type, client, subject or tags."
        )
    # The transaction asks for the first act only; the others must be allowed as well
    for act in acts:
        desk.require(act)  # type: ignore[arg-type]
    phrases = []
    retargets = any(value is not None for value in (severity, priority, is_rated, type, organisation))
    with desk.ticket(number, acts[0], now, version, dry_run=dry_run) as work:  # type: ignore[arg-type]
        # Only these changes can move due times; for others, two forecasts would be waste
        before = compute_due_times(work.fold, work.at) if retargets else {}
        if subject is not None:
            phrases.append(_set_subject(work, subject))
        # Client and type first: they decide whether the ticket has a severity and which values hold
        if organisation is not None:
            phrases.append(change_organisation(work, organisation, reason))
        if type is not None:
            phrases.append(change_type(work, type, reason))
        if is_rated:
            phrases.append(set_impact_urgency(work, impact, urgency, reason))
        if severity is not None:
            phrases.append(_set_severity(work, severity, reason))
        if priority is not None:
            phrases.append(_set_priority(work, priority, reason))
        # After the type, which decides which statuses there are
        if status is not None:
            phrases.append(_move(work, status, reason, anyway))
        if any(tags):
            phrases.append(_set_tags(work, *tags))
        due_changes = find_due_changes(before, work.fold, work.at, work.procedure, number) if retargets else []
        result = work.build_result(f"{number}: {'; '.join(phrases)}", due_changes)
    return result


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
    wanted_reason = reason.strip().casefold()
    closing_reason = next(
        (
            candidate
            for candidate in closing.reasons
            if wanted_reason in (candidate.key.casefold(), candidate.label.casefold())
        ),
        None,
    )
    # A closing reason only counts if the move closes the ticket; for any other it is free text, and all checks apply.
    target = check_transition(work, status, with_closing_reason=closing_reason is not None, anyway=anyway)
    is_closing = closing_reason is not None and target.category == "closed"
    if closing_reason is not None and not is_closing:
        target = check_transition(work, status, anyway=anyway)
    changes = build_closing_changes(work, closing_reason.key) if closing_reason is not None and is_closing else {}
    changes = {**changes, "status": (before, target.key)}
    work.append(
        "moved",
        changes,
        reason=reason,
        because=closing_reason.key if closing_reason is not None and is_closing else None,
    )
    label_before = work.procedure.statuses[before].label if before in work.procedure.statuses else before
    return f"{label_before} → {target.label}"


def _set_severity(work: TicketTransaction, severity: str, reason: str) -> str:
    request_type = work.procedure.types.get(work.state.type)
    if request_type is not None and not request_type.has_severity:
        raise DeskError(f"A {request_type.label} has no severity.")
    before = work.state.severity
    step = resolve_choice("severity", severity, work.procedure.definition.severities)
    if step.key == before:
        raise Unchanged(f"The severity is {step.label} already.")
    work.append("severity_set", {"severity": (before, step.key)}, reason=reason)
    return f"severity {_step_label(work.procedure.severities, before)} → {step.label}"


def _set_priority(work: TicketTransaction, priority: str, reason: str) -> str:
    scale = work.procedure.definition.priority.scale
    if not scale:
        raise DeskError("This procedure has no priorities beside its severities: set the severity.")
    before = work.state.priority
    step = resolve_choice("priority", priority, scale)
    if step.key == before:
        raise Unchanged(f"The priority is {step.label} already.")
    work.append("priority_set", {"priority": (before, step.key)}, reason=reason)
    return f"priority {_step_label(work.procedure.priorities, before)} → {step.label}"


def _set_tags(work: TicketTransaction, add: Sequence[str], remove: Sequence[str]) -> str:
    before = list(work.state.tags)
    absent = sorted(set(remove) - set(before) - set(add))
    after = sorted((set(before) | set(add)) - set(remove))
    if before == after and absent:
        raise Unchanged(f"Ticket {work.number} has no tag {_format_tags(absent)}: its tags are {_format_tags(before)}.")
    if before == after:
        raise Unchanged(f"The tags of {work.number} are {_format_tags(before)} already.")
    work.append("tagged", {"tags": (before, after)})
    return f"tags {_format_tags(after)}" + (f" ({_format_tags(absent)} was not there)" if absent else "")


def _set_subject(work: TicketTransaction, subject: str) -> str:
    heading = normalise_subject(subject)
    if not heading:
        raise UsageError("A ticket needs a subject: say in a few words what is wanted.")
    work.append("edited", {}, {"subject": heading})
    return f"now called {heading}"


def _step_label(scale: Mapping[str, Severity], key: str | None) -> str:
    if key is None:
        return "none"
    return scale[key].label if key in scale else key


def _format_tags(tags: Sequence[str]) -> str:
    return ", ".join(tags) if tags else "none"

"""How pressing a ticket is, by decision: a priority out of the order with its reason, a severity confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.due_changes import due_times, moved
from deskterm.desk.domain.event_kinds import EventKind
from deskterm.desk.domain.records import change, next_key
from deskterm.desk.policy.status_graph import chosen
from deskterm.errors import DeskError, UsageError
from deskterm.sla.terms import TIMER

OVERRIDE = "override"
SEVERITY_RECORD = "severity"


def override_priority(
    desk: DeskSession,
    number: int,
    priority: str,
    *,
    override: str,
    affected: int | None = None,
    note: str = "",
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Lift a ticket out of its order (S2-10). override: one of the procedure's reasons, by key or label; affected: how
    many people are, where the procedure asks for it and the ticket does not say yet. The reasons stay on the ticket,
    the last one last."""
    with desk.ticket(number, "priority", now, version) as work:
        part, state = work.procedure.definition.priority, work.state
        if not part.overrides or not part.scale:
            raise DeskError("This procedure has no reasons that lift a ticket out of its order: set the priority.")
        reason = chosen("reason", override, part.overrides)
        step = chosen("priority", priority, part.scale)
        said = state.fields.get(part.affected_field or "")
        known = affected if affected is not None else said if isinstance(said, int) else None
        if part.asks_number_affected and known is None:
            raise UsageError("Say how many people are affected: it is part of the reason.")
        if known is not None and known < 0:
            raise UsageError("The number of people affected cannot be negative.")
        records = state.records
        changes: dict[str, tuple[Any, Any]] = dict(
            change(
                records,
                OVERRIDE,
                next_key(records, OVERRIDE),
                state=reason.key,
                who=desk.agent.login,
                priority=step.key,
                affected=known,
                note=note.strip(),
            )
        )
        if part.affected_field is not None:
            changes[f"fields.{part.affected_field}"] = (said, known)
        before = due_times(work.fold, work.at)
        kind: EventKind = "priority_set" if state.priority != step.key else "prioritised"
        work.append(kind, {**changes, "priority": (state.priority, step.key)}, reason=reason.label)
        shifted = moved(before, due_times(work.fold, work.at), work.procedure, number)
        done = work.done(
            f"{number}: priority {step.label}, {reason.label}",
            [one for one in shifted if not one.metric.startswith(TIMER)],
        )
    return done


def confirm_severity(
    desk: DeskSession,
    number: int,
    severity: str | None = None,
    *,
    reason: str = "",
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Confirm the severity that the requester chose, or correct it (S1-05): what they chose stays on record, and who
    confirmed what, and when, beside it. severity: left out, the one that holds."""
    with desk.ticket(number, "severity", now, version, doing="confirm a severity") as work:
        state, procedure = work.state, work.procedure
        kind = procedure.types.get(state.type)
        if kind is not None and not kind.has_severity:
            raise DeskError(f"A {kind.label} has no severity.")
        if severity is None and state.severity is None:
            raise UsageError("Nobody has said how severe it is: name the severity.")
        step = chosen("severity", severity or state.severity or "", procedure.definition.severities)
        record = state.records.get((SEVERITY_RECORD, "1"))
        if record is not None and record.values["severity"] == step.key == state.severity:
            raise DeskError(f"{step.label} is confirmed already, by {record.who}.")
        changes = change(
            state.records,
            SEVERITY_RECORD,
            "1",
            state="confirmed" if step.key == state.severity_requested else "corrected",
            who=desk.agent.login,
            severity=step.key,
            requested=state.severity_requested,
        )
        before = due_times(work.fold, work.at)
        work.append("severity_set", {**changes, "severity": (state.severity, step.key)}, reason=reason)
        shifted = moved(before, due_times(work.fold, work.at), procedure, number)
        asked = procedure.severities.get(state.severity_requested or "")
        as_asked = asked is None or asked.key == step.key
        said = f"severity {step.label} confirmed" if as_asked else f"severity {step.label}, {asked.label} was asked for"  # type: ignore[union-attr]
        done = work.done(f"{number}: {said}", [one for one in shifted if not one.metric.startswith(TIMER)])
    return done

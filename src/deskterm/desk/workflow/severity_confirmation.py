"""Confirmation of a severity: an agent confirms or corrects what the requester chose (S1-05)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.due_changes import compute_due_times, find_due_changes
from deskterm.desk.domain.records import build_record_change
from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError, UsageError

SEVERITY_RECORD = "severity"
"""Kind of the record of a confirmed severity: `state` (`confirmed` or `corrected`), `who`, `severity` and
`requested`."""


def confirm_severity(
    desk: DeskSession,
    number: int,
    severity: str | None = None,
    *,
    reason: str = "",
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Confirm the severity that the requester chose, or correct it (S1-05). Their choice stays on record, with who
    confirmed what and when.

    severity: key or label; left out, the present one. Raises UsageError when there is none to confirm, and DeskError
    for a request type without severities or a severity that is confirmed already.
    """
    with desk.ticket(number, "severity", now, version, action="confirm a severity") as work:
        state, procedure = work.state, work.procedure
        request_type = procedure.types.get(state.type)
        if request_type is not None and not request_type.has_severity:
            raise DeskError(f"A {request_type.label} has no severity.")
        if severity is None and state.severity is None:
            raise UsageError("Nobody has said how severe it is: name the severity.")
        step = resolve_choice("severity", severity or state.severity or "", procedure.definition.severities)
        record = state.records.get((SEVERITY_RECORD, "1"))
        if record is not None and record.values["severity"] == step.key == state.severity:
            raise DeskError(f"{step.label} is confirmed already, by {record.who}.")
        changes = build_record_change(
            state.records,
            SEVERITY_RECORD,
            "1",  # one record only: the last confirmation replaces those before, which the events keep
            state="confirmed" if step.key == (state.severity_requested or state.severity) else "corrected",
            who=desk.agent.login,
            severity=step.key,
            requested=state.severity_requested,
        )
        before = compute_due_times(work.fold, work.at)
        work.append("severity_set", {**changes, "severity": (state.severity, step.key)}, reason=reason)
        requested = procedure.severities.get(state.severity_requested or "")
        phrase = f"severity {step.label} confirmed"
        if requested is not None and requested.key != step.key:
            phrase = f"severity {step.label}, {requested.label} was asked for"
        result = work.build_result(
            f"{number}: {phrase}", find_due_changes(before, work.fold, work.at, procedure, number)
        )
    return result

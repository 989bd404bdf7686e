"""Priority overrides: a ticket gets a priority outside its regular order, for a reason that stays on record (S2-10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.domain.due_changes import compute_due_times, find_due_changes
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.records import build_record_change, find_next_key
from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError, UsageError

OVERRIDE = "override"
"""Kind of the records that say why a priority was overridden; the last one holds."""


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
    """Set a priority outside the ticket's regular order (S2-10).

    override: key or label of one of the procedure's reasons. affected: number of affected people, where the procedure
    requires it and the ticket does not state it yet. All reasons stay on the ticket.

    Raises UsageError when the number is required and missing, or negative, and DeskError where the procedure has no
    such reasons.
    """
    with desk.ticket(number, "priority", now, version) as work:
        scheme, state = work.procedure.definition.priority, work.state
        if not scheme.overrides or not scheme.scale:
            raise DeskError("This procedure has no reasons that lift a ticket out of its order: set the priority.")
        reason = resolve_choice("reason", override, scheme.overrides)
        step = resolve_choice("priority", priority, scheme.scale)
        recorded = state.fields.get(scheme.affected_field or "")
        affected_count = affected if affected is not None else recorded if isinstance(recorded, int) else None
        if scheme.asks_number_affected and affected_count is None:
            raise UsageError("Say how many people are affected: it is part of the reason.")
        if affected_count is not None and affected_count < 0:
            raise UsageError("The number of people affected cannot be negative.")
        records = state.records
        changes: dict[str, tuple[Any, Any]] = dict(
            build_record_change(
                records,
                OVERRIDE,
                find_next_key(records, OVERRIDE),
                state=reason.key,
                who=desk.agent.login,
                priority=step.key,
                affected=affected_count,
                note=note.strip(),
            )
        )
        if scheme.affected_field is not None:
            changes[f"fields.{scheme.affected_field}"] = (recorded, affected_count)
        before = compute_due_times(work.fold, work.at)
        # An override that keeps the priority is an event all the same: the reason is what is put on record.
        kind: EventKind = "priority_set" if state.priority != step.key else "prioritised"
        work.append(kind, {**changes, "priority": (state.priority, step.key)}, reason=reason.label)
        result = work.build_result(
            f"{number}: priority {step.label}, {reason.label}",
            find_due_changes(before, work.fold, work.at, work.procedure, number),
        )
    return result

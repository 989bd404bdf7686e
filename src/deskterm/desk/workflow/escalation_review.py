"""Review of an escalation: the role that was asked goes through the ladder's checklist and decides (S4-22)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.due_changes import compute_due_times, find_due_changes
from deskterm.desk.domain.event_kinds.table import LEVEL_EVENTS
from deskterm.desk.domain.records import Record, build_record_change, records_of_kind
from deskterm.desk.policy.choices import resolve_choice
from deskterm.desk.workflow import checklists
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.schema import Ladder, Severity


def review_escalation(
    desk: DeskSession,
    number: int,
    key: str | None = None,
    *,
    decision: str,
    severity: str | None = None,
    priority: str | None = None,
    note: str = "",
    now: datetime,
    version: int | None = None,
) -> CommandResult:
    """Decide on an escalation after its impact was looked at (S4-22), which may raise severity and priority.

    decision: an outcome of the ladder's checklist, whose required items are done first; free text where it has none.
    key: which escalation; left out, the open one. For the role that is asked, and for leads.

    Raises UsageError when several escalations are open, and DeskError while required items are left.
    """
    with desk.ticket(number, "escalate", now, version, allow_closed=True, action="decide on an escalation") as work:
        before = compute_due_times(work.fold, work.at)
        record = _find_open_escalation(work, key)
        if not work.state.is_open and (severity or priority):
            raise DeskError(f"Ticket {number} is not open: its severity and priority stay as they are.")
        if record.who not in desk.agent.roles.split(","):
            desk.require("review")
        if not decision.strip():
            raise UsageError("Say what was decided.")
        ladder = next(
            (candidate for candidate in work.procedure.definition.ladders if candidate.key == record.values["ladder"]),
            None,
        )
        changes, decision_label = _apply_review_checklist(work, ladder, decision.strip())
        changes |= build_record_change(
            work.state.records, "escalation", record.key,
            state="reviewed", flag=None, decision=decision_label, decided_by=desk.agent.login,
        )  # fmt: skip
        texts = {"body": note.rstrip()} if note.strip() else {}
        work.append("reviewed", changes, texts, author_kind="agent", author=desk.agent.name)
        phrases = [f"{number}: escalation reviewed: {decision_label}"]
        if severity is not None:
            phrases += _set_scale(work, "severity", severity, work.procedure.definition.severities)
        if priority is not None:
            phrases += _set_scale(work, "priority", priority, work.procedure.definition.priority.scale)
        result = work.build_result(
            ", ".join(phrases), find_due_changes(before, work.fold, work.at, work.procedure, number)
        )
    return result


def _find_open_escalation(work: TicketTransaction, key: str | None) -> Record:
    open_steps = [record for record in records_of_kind(work.state.records, "escalation") if record.state == "open"]
    matching = [record for record in open_steps if key in (None, record.key)]
    if not matching:
        raise DeskError(f"Ticket {work.number} has no open escalation{f' {key}' if key else ''}: nothing to decide.")
    if len(matching) > 1:
        names = ", ".join(f"{record.key} ({record.values.get('label', '')})" for record in matching)
        raise UsageError(f"Say which escalation was decided on: {names}.")
    return matching[0]


def _apply_review_checklist(
    work: TicketTransaction, ladder: Ladder | None, decision: str
) -> tuple[dict[str, tuple[Any, Any]], str]:
    """Return the change that ends the ladder's checklist with the decision, and the decision as a label. Raises
    DeskError while required items are left."""
    checklist = None
    if ladder is not None and ladder.checklist is not None:
        checklist = next(
            (candidate for candidate in work.procedure.definition.checklists if candidate.key == ladder.checklist), None
        )
    if checklist is None:
        return {}, decision
    outcome = resolve_choice("outcome", decision, checklist.outcomes) if checklist.outcomes else None
    record = work.state.records.get((checklists.CHECKLIST, checklist.key))
    missing = (
        [item.text for item in checklist.items if item.required]
        if record is None
        else checklists.list_open_items(record)
    )
    if missing:
        hint = checklists.format_tick_hint(work.procedure, work.number, checklist, record, with_outcome=False)
        remaining = " · ".join(text.rstrip(".") for text in missing)
        raise DeskError(f"The review goes through the list “{checklist.label}” first; left: {remaining}. {hint}")
    if outcome is None:
        return {}, decision
    changes = build_record_change(
        work.state.records, checklists.CHECKLIST, checklist.key, state="done", outcome=outcome.key
    )
    return changes, outcome.label


def _set_scale(work: TicketTransaction, name: str, value: str, scale: tuple[Severity, ...]) -> list[str]:
    """Set severity or priority to a step of its scale, and describe the change; nothing where it is that already."""
    step, before = resolve_choice(name, value, scale), getattr(work.state, name)
    if step.key == before:
        return []
    work.append(LEVEL_EVENTS[name], {name: (before, step.key)}, reason="escalation reviewed")
    return [f"{name} {step.label}"]

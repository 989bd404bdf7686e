"""Weighing a ticket anew: how many it touches and how pressing it is, from which the procedure's table makes its
priority or its severity (S3-05)."""

from __future__ import annotations

from typing import Any

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.policy.classification import key_of
from deskterm.errors import DeskError


def set_impact_urgency(work: TicketTransaction, impact: str | None, urgency: str | None, reason: str) -> str:
    """Set impact, urgency or both, by key or label, and what the table says of the two; in a few words. DeskError where
    the procedure weighs neither, or where nothing would be other than it is."""
    state, procedure = work.state, work.procedure
    part = procedure.definition.priority
    if not part.impacts and not part.urgencies:
        raise DeskError("This procedure does not weigh impact and urgency: set the priority or the severity.")
    now = {
        "impact": key_of("impact", impact, part.impacts) or state.impact,
        "urgency": key_of("urgency", urgency, part.urgencies) or state.urgency,
    }
    changes: dict[str, tuple[Any, Any]] = {name: (getattr(state, name), value) for name, value in now.items()}
    kind = "edited"
    reckoned = part.matrix.get(now["impact"] or "", {}).get(now["urgency"] or "")
    if reckoned in procedure.priorities and reckoned != state.priority:
        kind, changes["priority"] = "priority_set", (state.priority, reckoned)
    elif reckoned in procedure.severities and reckoned != state.severity and procedure.types[state.type].has_severity:
        kind, changes["severity"] = "severity_set", (state.severity, reckoned)
    real = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not real:
        raise DeskError(f"Ticket {work.number} is weighed so already.")
    work.append(kind, real, reason=reason)
    labels = {
        "impact": {one.key: one.label for one in part.impacts},
        "urgency": {one.key: one.label for one in part.urgencies},
        "priority": {key: one.label for key, one in procedure.priorities.items()},
        "severity": {key: one.label for key, one in procedure.severities.items()},
    }
    return ", ".join(
        f"{name} {labels[name].get(before, before or 'none')} → {labels[name].get(after, after)}"
        for name, (before, after) in real.items()
    )

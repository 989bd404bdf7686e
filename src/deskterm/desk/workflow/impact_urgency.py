"""Impact and urgency of a ticket: how many people it affects and how pressing it is. The procedure's matrix derives its
priority or its severity from the two (S3-05)."""

from __future__ import annotations

from typing import Any

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.policy.classification import resolve_key
from deskterm.errors import DeskError


def set_impact_urgency(work: TicketTransaction, impact: str | None, urgency: str | None, reason: str) -> str:
    """Set impact, urgency or both, by key or label, and the priority or severity that the matrix derives; describe the
    changes. Raises DeskError when the procedure rates neither, or when nothing would change."""
    state, procedure = work.state, work.procedure
    scheme = procedure.definition.priority
    if not scheme.impacts and not scheme.urgencies:
        raise DeskError("This procedure does not weigh impact and urgency: set the priority or the severity.")
    ratings = {
        "impact": resolve_key("impact", impact, scheme.impacts) or state.impact,
        "urgency": resolve_key("urgency", urgency, scheme.urgencies) or state.urgency,
    }
    changes: dict[str, tuple[Any, Any]] = {name: (getattr(state, name), value) for name, value in ratings.items()}
    kind: EventKind = "edited"
    # A cell of the matrix names a priority or a severity: the scale that knows the key decides which field is set.
    derived = scheme.matrix.get(ratings["impact"] or "", {}).get(ratings["urgency"] or "")
    if derived in procedure.priorities and derived != state.priority:
        kind, changes["priority"] = "priority_set", (state.priority, derived)
    elif derived in procedure.severities and derived != state.severity and procedure.types[state.type].has_severity:
        kind, changes["severity"] = "severity_set", (state.severity, derived)
    effective = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not effective:
        raise DeskError(f"Ticket {work.number} is weighed so already.")
    work.append(kind, effective, reason=reason)
    labels = {
        "impact": {step.key: step.label for step in scheme.impacts},
        "urgency": {step.key: step.label for step in scheme.urgencies},
        "priority": {key: step.label for key, step in procedure.priorities.items()},
        "severity": {key: step.label for key, step in procedure.severities.items()},
    }
    return ", ".join(
        f"{name} {labels[name].get(before, before or 'none')} → {labels[name].get(after, after)}"
        for name, (before, after) in effective.items()
    )

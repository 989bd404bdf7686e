"""Whose a ticket is: who answers first has it where the department says so (S5-02)."""

from __future__ import annotations

from deskterm.desk.core.session import SYSTEM_ACTOR
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event


def assign_first_responder(work: TicketTransaction, event: Event) -> list[str]:
    """Give a ticket of nobody to whoever answered it, where its department wants that; what was done."""
    data, state = event.data, work.state
    if event.kind != "replied" or data.get("author_kind") != "agent" or data.get("automatic") or "incident" in data:
        return []
    home = next((part for part in work.procedure.definition.departments if part.key == state.department), None)
    if home is None or not home.first_answer_owns or state.assignee is not None or event.actor == SYSTEM_ACTOR:
        return []
    changes: dict[str, tuple[str | None, str | None]] = {"assignee": (None, event.actor)}
    if state.team is None and work.context.agent.team:
        changes["team"] = (None, work.context.agent.team)
    work.append("assigned", changes, reason="answered first")
    return ["yours now"]

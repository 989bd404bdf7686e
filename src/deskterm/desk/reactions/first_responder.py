"""First responder: the agent who answers first gets the ticket, where the department says so (S5-02)."""

from __future__ import annotations

from deskterm.desk.core.context import SYSTEM_ACTOR
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event


def assign_first_responder(work: TicketTransaction, event: Event) -> list[str]:
    """Assign a ticket without an assignee to the agent who answered it, where its department wants that; describe it in
    a few words."""
    data, state = event.data, work.state
    # One answer to an incident goes to many tickets: that makes nobody their owner
    if event.kind != "replied" or data.get("author_kind") != "agent" or data.get("automatic") or "incident" in data:
        return []
    department = next(
        (candidate for candidate in work.procedure.definition.departments if candidate.key == state.department), None
    )
    if (
        department is None
        or not department.first_answer_owns
        or state.assignee is not None
        or event.actor == SYSTEM_ACTOR
    ):
        return []
    changes: dict[str, tuple[str | None, str | None]] = {"assignee": (None, event.actor)}
    if state.team is None and work.context.agent.team:
        changes["team"] = (None, work.context.agent.team)
    work.append("assigned", changes, reason="answered first")
    return ["yours now"]

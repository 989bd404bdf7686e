"""Reviews of escalations: who decides, after which checklist, and what may follow."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import confirmation
from deskterm.desk.workflow import checklists, escalation, escalation_review
from deskterm.errors import DeskError
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import escalation_steps, letters_about, open_ticket, read_ticket


def letter_topics(desk: DeskSession, number: int) -> list[str]:
    return [letter.on for letter in letters_about(desk, number)]


@pytest.mark.requirement("S4-22")
def test_the_review_of_a_customer_escalation_may_raise_the_priority(saas: DeskSession) -> None:
    number = open_ticket(saas, type="issue", organisation="larch", priority="low")
    escalation.escalate(saas, number, impact="Two hundred invoices wait.", by_customer=True, now=at(1))
    (step,) = escalation_steps(saas, number)
    assert (step.values["by_customer"], step.values["level"]) == (True, 1)
    assert (read_ticket(saas, number).messages[-2].kind, read_ticket(saas, number).messages[-2].body) == (
        "internal", "Two hundred invoices wait.",
    )  # fmt: skip
    with pytest.raises(
        DeskError, match="goes through the list “Review of a customer escalation” first; left: The impact"
    ):
        escalation_review.review_escalation(saas, number, decision="priority-raised", now=at(2))
    checklists.tick_items(saas, number, [1, 2, 3, 4], checklist="escalation-review", now=at(3))
    with pytest.raises(DeskError, match="There is no outcome 'perhaps'"):
        escalation_review.review_escalation(saas, number, decision="perhaps", now=at(4))
    with pytest.raises(DeskError, match="An agent may not decide on an escalation"):
        escalation_review.review_escalation(as_agent(saas, "sam"), number, decision="priority-raised", now=at(4))
    escalation_review.review_escalation(
        saas, number, decision="priority-raised", priority="urgent", note="It is month's end.", now=at(5)
    )
    (step,) = escalation_steps(saas, number)
    assert (step.state, step.values["decision"]) == ("reviewed", "Priority raised")
    assert (read_ticket(saas, number).row.priority, "escalated" in read_ticket(saas, number).flags) == ("urgent", False)
    assert letter_topics(saas, number) == ["registered", "escalated", "priority-changed"]
    with pytest.raises(DeskError, match="has no open escalation"):
        escalation_review.review_escalation(saas, number, decision="unchanged", now=at(6))


@pytest.mark.requirement("S4-21")
def test_an_escalation_after_the_end_waits_for_its_review_even_on_a_closed_ticket(
    saas: DeskSession,
) -> None:
    number = open_ticket(saas, type="issue", organisation="larch")
    with saas.ticket(number, "escalate", at(1)) as work:
        work.append("moved", {"status": (work.state.status, "pending-closure")})
        work.build_result("")
    confirmation.confirm(saas, number, now=at(1))
    with saas.ticket(number, "escalate", at(2), allow_closed=True) as work:
        escalation.begin_ladder(work, "customer-escalation", reason="a low score", afterwards=True)
        work.build_result("")
    assert escalation_steps(saas, number)[0].state == "open"

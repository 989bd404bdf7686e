"""Escalation by the words of a customer's message."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.workflow import escalation_review
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.oversight import load_escalations
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import escalation_steps, notices_to, open_ticket, read_ticket


@pytest.mark.requirement("S1-34")
def test_a_message_that_asks_for_escalation_starts_the_ladder_and_notifies_its_role(vendor: DeskSession) -> None:
    number = open_ticket(vendor, type="support-query", organisation="larch")
    messages.record_customer_message(
        vendor, number, "Please ESCALATE this to the customer\nexcellence  manager.", now=at(5)
    )
    (step,) = escalation_steps(vendor, number)
    assert (step.state, step.who, step.values["by_customer"], step.values["message"]) == (
        "open", "customer-excellence-manager", True, 3,
    )  # fmt: skip
    assert notices_to(vendor, "customer-excellence-manager") == ["escalated to Customer Excellence Manager"]
    with open_reader(vendor.store.url) as reader:
        (waiting,) = load_escalations(reader)
        assert load_escalations(reader, ["customer-excellence-manager"]) == [waiting]
        assert load_escalations(reader, ["customer-support-agent"]) == []
    assert (waiting.number, waiting.by_customer, waiting.role) == (number, True, "customer-excellence-manager")
    messages.record_customer_message(vendor, number, "Escalate it, I said.", now=at(6))
    assert len(escalation_steps(vendor, number)) == 1
    cem = as_agent(vendor, "customer-excellence-manager")
    escalation_review.review_escalation(cem, number, decision="Called them; a fix comes on Friday.", now=at(7))
    assert "escalated" not in read_ticket(vendor, number).flags


@pytest.mark.requirement("S1-34")
def test_a_message_that_says_there_is_no_need_to_escalate_starts_no_ladder(vendor: DeskSession) -> None:
    """D-06."""
    number = open_ticket(vendor, type="support-query", organisation="larch")
    for minute, words in enumerate(
        (
            "There is no need to escalate this.",
            "How do I escalate?",
            "> escalate",
            "Well done.\n\nSam Reed\nHead of Escalation",
        )
    ):
        messages.record_customer_message(vendor, number, words, now=at(5 + minute))
    assert escalation_steps(vendor, number) == []
    messages.record_customer_message(vendor, number, "Bitte eskalieren Sie das.", now=at(20))
    assert [step.state for step in escalation_steps(vendor, number)] == ["open"]

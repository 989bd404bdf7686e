"""Disputes of a priority by the customer, and how they are settled."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.workflow import priority_dispute
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import letters_about, open_ticket, read_ticket


@pytest.mark.requirement("S3-05")
def test_a_disputed_priority_is_flagged_until_it_is_settled(services: DeskSession) -> None:
    number = open_ticket(services, priority="low")
    assert "Its priority is Low" in letters_about(services, number)[-1].body
    with pytest.raises(UsageError, match="how it affects them"):
        priority_dispute.dispute_priority(services, number, " ", now=at(1))
    priority_dispute.dispute_priority(
        services, number, "Nobody at the clinic can read mail.", requested_priority="high", now=at(1)
    )
    assert read_ticket(services, number).flags[:1] == ("disputed",)
    with pytest.raises(DeskError, match="is disputed already"):
        priority_dispute.dispute_priority(services, number, "Again", now=at(2))
    with pytest.raises(UsageError, match="why the priority stays"):
        priority_dispute.settle_dispute(services, number, now=at(3))
    priority_dispute.settle_dispute(services, number, priority="high", now=at(4))
    assert (read_ticket(services, number).row.priority, "disputed" in read_ticket(services, number).flags) == (
        "high",
        False,
    )
    assert "priority of your request is now High" in letters_about(services, number)[-1].body
    with pytest.raises(DeskError, match="Nobody disputes"):
        priority_dispute.settle_dispute(services, number, note="no", now=at(5))


@pytest.mark.requirement("S3-05")
def test_settling_a_dispute_lists_the_due_times_it_moves_also_as_a_rehearsal(services: DeskSession) -> None:
    number = open_ticket(services, priority="low")
    priority_dispute.dispute_priority(
        services, number, "Nobody at the clinic can read mail.", requested_priority="high", now=at(1)
    )
    before = read_ticket(services, number)
    tried = priority_dispute.settle_dispute(
        services, number, priority="high", note="They are right.", now=at(2), dry_run=True
    )
    assert read_ticket(services, number) == before
    done = priority_dispute.settle_dispute(services, number, priority="high", note="They are right.", now=at(2))
    assert [one.metric for one in done.due_changes] == ["response", "resolution"]
    assert all(
        one.old_due is not None and one.new_due is not None and one.new_due < one.old_due for one in done.due_changes
    )
    assert tried.due_changes == done.due_changes


def test_a_dispute_may_leave_the_priority_for_a_reason(services: DeskSession) -> None:
    number = open_ticket(services, priority="low")
    priority_dispute.dispute_priority(services, number, "It is urgent.", now=at(1))
    priority_dispute.settle_dispute(services, number, note="One person, and there is another printer.", now=at(2))
    ticket = read_ticket(services, number)
    assert (ticket.row.priority, len(letters_about(services, number))) == ("low", 1)
    assert ticket.messages[-1].body == "One person, and there is another printer."


def test_a_priority_is_disputed_only_where_the_procedure_allows_it(campus: DeskSession) -> None:
    with pytest.raises(DeskError, match="does not let customers dispute"):
        priority_dispute.dispute_priority(campus, open_ticket(campus), "It is urgent.", now=at(1))

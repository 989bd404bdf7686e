"""Changes of a ticket's request type."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from shipped_desk import shipped_desk
from small_desk import MONDAY, at
from ticket_reads import clock_state, read_ticket


@pytest.mark.requirement("S1-03")
def test_a_corrected_type_has_the_targets_of_its_policy(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    number = register(desk, subject="How?", product="platform", body="How do I?", severity="high", now=MONDAY).number
    done = update.update_ticket(desk, number, type="service-task", reason="a task", now=MONDAY)
    assert {moved.metric for moved in done.due_changes} >= {"review", "resolution"}
    ticket = read_ticket(desk, number)
    assert (ticket.type, ticket.row.severity) == ("service-task", None)


def test_a_ticket_of_another_type_follows_the_policy_of_that_type(desk: DeskSession) -> None:
    register(desk, subject="x", type="question", now=at(0))
    update.edit(desk, 1001, type="fault", subject="It is broken", now=at(10))
    found = read_ticket(desk, 1001)
    assert (found.row.subject, found.row.severity) == ("It is broken", "low")
    assert clock_state(desk, 1001, "response") == ("running", int(at(60).timestamp()))

"""Changes of a ticket's request type."""

from __future__ import annotations

import pytest

from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from one_ticket import seen
from shipped_desk import shipped_desk
from small_desk import MONDAY


@pytest.mark.requirement("S1-03")
def test_a_wrong_type_is_corrected_and_promises_what_the_right_one_does(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    number = register(desk, subject="How?", product="platform", body="How do I?", severity="high", now=MONDAY).number
    done = update.update_ticket(desk, number, type="service-task", reason="a task", now=MONDAY)
    assert {moved.metric for moved in done.moved} >= {"review", "resolution"}
    ticket = seen(desk, number)
    assert (ticket.type, ticket.row.severity) == ("service-task", None)

"""Exemption of tickets from all service levels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.exemption import exempt, unexempt
from deskterm.errors import DeskError
from shipped_desk import as_agent, open_campus_issue, shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket


@pytest.mark.requirement("S2-14", "S2-13")
def test_an_exempt_ticket_has_no_clocks_until_the_exemption_ends(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    number = register(desk, subject="Down", product="platform", body="Down", severity="high", now=MONDAY).number
    before = {clock.metric: clock.due for clock in read_ticket(desk, number).clocks}
    with pytest.raises(DeskError, match="exempt a ticket"):
        exempt(as_agent(desk, "sam"), number, "the power is off", now=MONDAY)
    done = exempt(as_agent(desk, "lea"), number, "the power is off", now=MONDAY + timedelta(minutes=5))
    assert {moved.new_due for moved in done.due_changes} == {None}
    ticket = read_ticket(desk, number)
    assert ticket.exempt == "the power is off"
    assert {clock.state for clock in ticket.clocks} == {"cancelled"}
    assert ticket.row.next_due is None
    unexempt(as_agent(desk, "lea"), number, now=MONDAY + timedelta(minutes=10))
    assert {clock.metric: clock.due for clock in read_ticket(desk, number).clocks} == before
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S2-14")
def test_only_reasons_of_the_procedure_exempt_a_ticket(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = open_campus_issue(desk)
    with pytest.raises(DeskError, match="There is no reason"):
        exempt(desk, number, "no time", now=MONDAY)
    key = desk.procedure.definition.sla.exempt_reasons[0].key
    exempt(desk, number, key, now=MONDAY)
    assert read_ticket(desk, number).exempt == key

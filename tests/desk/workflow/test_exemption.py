"""Exemption of tickets from all service levels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.exemption import exempt, unexempt
from deskterm.errors import DeskError
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket

ISSUE: dict[str, Any] = {
    "occurred-at": "2026-11-20 14:00",
    "caller": "Ada Byron <ada@example.org> 022 3131",
    "notify": "requester; Bo Quill <bo@example.org>",
    "resource": "printer on the second floor",
    "first-time": "yes",
    "building": "Main",
    "room": "204",
    "number-affected": "3",
}


def issue(desk: DeskSession, **more: Any) -> int:
    given: dict[str, Any] = {"subject": "It jams", "requester": "Kim Roe", "body": "Paper jam 42", "fields": ISSUE}
    return register(desk, **{**given, "now": MONDAY, **more}).number


@pytest.mark.requirement("S2-14", "S2-13")
def test_an_exempt_ticket_has_no_clocks_until_it_is_taken_back(store_url: str) -> None:
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
def test_the_reasons_of_an_exemption_are_the_procedures(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    number = issue(desk)
    with pytest.raises(DeskError, match="There is no reason"):
        exempt(desk, number, "no time", now=MONDAY)
    key = desk.procedure.definition.sla.exempt_reasons[0].key
    exempt(desk, number, key, now=MONDAY)
    assert read_ticket(desk, number).exempt == key

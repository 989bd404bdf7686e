"""Suggestions of rules, which an agent accepts or dismisses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.admin.rule_settings import switch_rule
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.reactions.suggestions import accept_suggestion, dismiss_suggestion
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from deskterm.errors import DeskError
from shipped_desk import SERVICE_CALL, as_agent, tiered_services_desk
from small_desk import MONDAY
from ticket_reads import read_ticket, records_of, routing_of


@pytest.mark.requirement("S3-06")
def test_after_half_an_hour_of_work_the_agent_accepts_or_dismisses_a_suggestion(store_url: str) -> None:
    desk = tiered_services_desk(store_url)
    number = register(desk, subject="Odd", **SERVICE_CALL, now=MONDAY).number
    assignment.assign(desk, number, "gil", now=MONDAY)
    work_sessions.start_work(as_agent(desk, "gil"), number, now=MONDAY)
    runner = Runner(desk.store)
    list(runner.step(MONDAY + timedelta(minutes=26)))
    first = records_of(desk, number, "suggestion")
    assert [record.values["rule"] for record in first] == ["nearly-half-an-hour"]
    assert read_ticket(desk, number).flags == ("suggested",)
    dismiss_suggestion(as_agent(desk, "gil"), number, now=MONDAY + timedelta(minutes=27))
    assert read_ticket(desk, number).flags == ()
    list(runner.step(MONDAY + timedelta(minutes=31)))
    rules = {record.values["rule"]: record.state for record in records_of(desk, number, "suggestion")}
    assert rules == {"nearly-half-an-hour": "left", "half-an-hour": "open"}
    accept_suggestion(as_agent(desk, "gil"), number, now=MONDAY + timedelta(minutes=32))
    assert routing_of(desk, number) == ("escalated-l2", "second-line", 2)
    with pytest.raises(DeskError, match="Nothing is suggested"):
        accept_suggestion(desk, number, now=MONDAY + timedelta(minutes=33))
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S3-08")
def test_a_raise_near_the_limit_is_suggested_to_a_lead_and_keeps_the_due_time(store_url: str) -> None:
    desk = tiered_services_desk(store_url)
    asked = register(desk, subject="A", **SERVICE_CALL, now=MONDAY).number
    due = {clock.metric: clock.due for clock in read_ticket(desk, asked).clocks}
    runner = Runner(desk.store)
    near = MONDAY + timedelta(seconds=((due["response"] or 0) - int(MONDAY.timestamp())) * 0.8)
    list(runner.step(near))
    (suggestion,) = records_of(desk, asked, "suggestion")
    assert (suggestion.values["rule"], read_ticket(desk, asked).row.priority) == ("response-near", "medium")
    with pytest.raises(DeskError, match="lead or admin"):
        switch_rule(as_agent(desk, "gil"), "response-near", True, now=near)
    with pytest.raises(DeskError, match="not for leads"):
        switch_rule(desk, "critical", True, now=near)
    switch_rule(as_agent(desk, "lea"), "response-near", True, now=near)
    raised = register(desk, subject="B", **SERVICE_CALL, now=near).number
    before = {clock.metric: clock.due for clock in read_ticket(desk, raised).clocks}
    list(runner.step(near + (near - MONDAY)))
    ticket = read_ticket(desk, raised)
    assert ticket.row.priority == "high"
    assert {clock.metric: clock.due for clock in ticket.clocks} == before
    assert records_of(desk, raised, "suggestion") == []
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S3-08")
def test_a_rule_raises_a_ticket_by_levels_from_the_one_it_is_at(store_url: str) -> None:
    desk = tiered_services_desk(store_url)
    number = register(desk, subject="A", **SERVICE_CALL, now=MONDAY).number
    due = next(clock.due for clock in read_ticket(desk, number).clocks if clock.metric == "resolution")
    near = MONDAY + timedelta(seconds=((due or 0) - int(MONDAY.timestamp())) * 0.8)
    list(Runner(desk.store).step(near))
    suggested = next(one for one in records_of(desk, number, "suggestion") if one.values["rule"] == "resolution-near")
    done = accept_suggestion(desk, number, suggested.key, now=near)
    assert "priority" in done.summary.casefold()
    ticket = read_ticket(desk, number)
    assert (ticket.values["tier"], ticket.row.priority) == (2, "high")

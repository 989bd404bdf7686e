"""Suggestions of rules, which an agent accepts or dismisses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.admin.rule_settings import switch_rule
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.reactions.suggestions import accept_suggestion, dismiss_suggestion
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from deskterm.errors import DeskError
from deskterm.store.queries.ticket_detail import RecordView
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY
from ticket_reads import read_ticket

CALL: dict[str, Any] = {"fields": {"contact-phone": "02 9999 1234"}}


def place(desk: DeskSession, number: int) -> tuple[str, str | None, int | None]:
    ticket = read_ticket(desk, number)
    return ticket.row.status, ticket.row.team, ticket.values["tier"]


def of_kind(desk: DeskSession, number: int, kind: str) -> list[RecordView]:
    return [record for record in read_ticket(desk, number).records if record.kind == kind]


def managed(url: str) -> DeskSession:
    desk = shipped_desk(url, "managed-services")
    rows: list[dict[str, Any]] = [
        {"login": "aus", "name": "Aus", "team": "australia", "tier": 1},
        {"login": "gil", "name": "Gil", "team": "global", "tier": 1},
        {"login": "two", "name": "Two", "team": "second-line", "tier": 2},
        {"login": "tri", "name": "Tri", "team": "third-line", "tier": 3, "certified": True},
    ]
    seed_agents(desk, rows, now=MONDAY)
    clients = [
        {"key": "larch", "name": "Larch Ltd", "coverage": "2,3", "handoff": "desk@larch.example"},
        {"key": "birch", "name": "Birch Ltd", "coverage": "1,2", "handoff": "Birch's engineers"},
    ]
    seed_clients(desk, clients, now=MONDAY)
    return desk


@pytest.mark.requirement("S3-06")
def test_after_half_an_hour_of_work_the_agent_is_asked_and_takes_it_or_leaves_it(store_url: str) -> None:
    desk = managed(store_url)
    number = register(desk, subject="Odd", **CALL, now=MONDAY).number
    assignment.assign(desk, number, "gil", now=MONDAY)
    work_sessions.start_work(as_agent(desk, "gil"), number, now=MONDAY)
    runner = Runner(desk.store)
    list(runner.step(MONDAY + timedelta(minutes=26)))
    first = of_kind(desk, number, "suggestion")
    assert [record.values["rule"] for record in first] == ["nearly-half-an-hour"]
    assert read_ticket(desk, number).flags == ("suggested",)
    dismiss_suggestion(as_agent(desk, "gil"), number, now=MONDAY + timedelta(minutes=27))
    assert read_ticket(desk, number).flags == ()
    list(runner.step(MONDAY + timedelta(minutes=31)))
    rules = {record.values["rule"]: record.state for record in of_kind(desk, number, "suggestion")}
    assert rules == {"nearly-half-an-hour": "left", "half-an-hour": "open"}
    accept_suggestion(as_agent(desk, "gil"), number, now=MONDAY + timedelta(minutes=32))
    assert place(desk, number) == ("escalated-l2", "second-line", 2)
    with pytest.raises(DeskError, match="Nothing is suggested"):
        accept_suggestion(desk, number, now=MONDAY + timedelta(minutes=33))
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S3-08")
def test_near_its_limit_a_ticket_is_raised_when_a_lead_wants_it_and_keeps_its_time(store_url: str) -> None:
    desk = managed(store_url)
    asked = register(desk, subject="A", **CALL, now=MONDAY).number
    due = {clock.metric: clock.due for clock in read_ticket(desk, asked).clocks}
    runner = Runner(desk.store)
    near = MONDAY + timedelta(seconds=((due["response"] or 0) - int(MONDAY.timestamp())) * 0.8)
    list(runner.step(near))
    (suggestion,) = of_kind(desk, asked, "suggestion")
    assert (suggestion.values["rule"], read_ticket(desk, asked).row.priority) == ("response-near", "medium")
    with pytest.raises(DeskError, match="lead or admin"):
        switch_rule(as_agent(desk, "gil"), "response-near", True, now=near)
    with pytest.raises(DeskError, match="not for leads"):
        switch_rule(desk, "critical", True, now=near)
    switch_rule(as_agent(desk, "lea"), "response-near", True, now=near)
    raised = register(desk, subject="B", **CALL, now=near).number
    before = {clock.metric: clock.due for clock in read_ticket(desk, raised).clocks}
    list(runner.step(near + (near - MONDAY)))
    ticket = read_ticket(desk, raised)
    assert ticket.row.priority == "high"
    assert {clock.metric: clock.due for clock in ticket.clocks} == before
    assert of_kind(desk, raised, "suggestion") == []
    assert check_integrity(desk.store).findings == ()

"""What happens by itself, on the shipped procedures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.admin.rule_settings import switch_rule
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.policy import shifts
from deskterm.desk.reactions.suggestions import accept_suggestion, dismiss_suggestion
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets import update as handling
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from deskterm.errors import DeskError
from deskterm.procedure.load import loads
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import RecordView
from deskterm.store.queries.worklists import load_open_tickets
from one_ticket import seen
from shipped_desk import as_, shipped_desk
from small_desk import MONDAY

SAAS: dict[str, Any] = {"fields": {"business-impact": "nobody can invoice", "steps": "press the button"}}
CALL: dict[str, Any] = {"fields": {"contact-phone": "02 9999 1234"}}


def place(desk: DeskSession, number: int) -> tuple[str, str | None, int | None]:
    ticket = seen(desk, number)
    return ticket.row.status, ticket.row.team, ticket.values["tier"]


def of_kind(desk: DeskSession, number: int, kind: str) -> list[RecordView]:
    return [record for record in seen(desk, number).records if record.kind == kind]


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


def saas(url: str) -> DeskSession:
    desk = shipped_desk(url, "saas-platform")
    people = [("ada", "agents"), ("bob", "agents"), ("dev", "development-triage"), ("pro", "quoting")]
    seed_agents(desk, [{"login": who, "name": who, "team": team} for who, team in people], now=MONDAY)
    return desk


@pytest.mark.requirement("S4-03")
def test_severity_1_goes_to_development_triage_at_once(store_url: str) -> None:
    desk = saas(store_url)
    number = register(desk, subject="All is down", severity="severity-1", **SAAS, now=MONDAY).number
    assert place(desk, number)[:2] == ("escalated-to-dev", "development-triage")
    assert any(",dev," in record.who for record in of_kind(desk, number, "notice"))
    later = register(desk, subject="Slow", **SAAS, now=MONDAY).number
    assert place(desk, later) == ("new", None, None)
    handling.set_severity(desk, later, "severity-1", now=MONDAY + timedelta(minutes=5))
    assert place(desk, later)[:2] == ("escalated-to-dev", "development-triage")
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S4-18", "S4-20")
def test_where_a_status_leads_depends_on_the_type(store_url: str) -> None:
    desk = saas(store_url)
    wish = register(desk, subject="A wish", type="change-request", severity="severity-1", **SAAS, now=MONDAY).number
    assert place(desk, wish)[:2] == ("escalated-to-dev", "product")
    assert [record.values["route"] for record in of_kind(desk, wish, "item")] == ["change-request"]
    paid = register(desk, subject="Training", **SAAS, now=MONDAY).number
    handling.move(desk, paid, "triage", now=MONDAY)
    handling.move(desk, paid, "quote-required", now=MONDAY)
    assert place(desk, paid)[:2] == ("quote-required", "quoting")


@pytest.mark.requirement("S4-16")
def test_what_is_under_review_goes_to_whoever_has_least_of_its_urgency(store_url: str) -> None:
    desk = saas(store_url)

    def reviewed(severity: str) -> str | None:
        number = register(desk, subject="x", severity=severity, **SAAS, now=MONDAY).number
        handling.move(desk, number, "triage", now=MONDAY)
        handling.move(desk, number, "under-review", now=MONDAY)
        return seen(desk, number).row.assignee

    assert [reviewed("severity-3"), reviewed("severity-3"), reviewed("severity-2")] == ["ada", "bob", "ada"]
    assert reviewed("severity-2") == "bob"
    with desk.store.writing() as session:
        from sqlalchemy import update

        from deskterm.store.db.tables import Agent, table_of

        table = table_of(Agent)
        session.execute(update(table).where(table.c.login == "ada").values(away_until=MONDAY + timedelta(days=3)))
    assert [reviewed("severity-3"), reviewed("severity-3")] == ["bob", "bob"]


@pytest.mark.requirement("S3-10", "S3-11")
def test_critical_and_very_technical_tickets_skip_the_first_line(store_url: str) -> None:
    desk = managed(store_url)
    critical = register(desk, subject="Down", priority="critical", **CALL, now=MONDAY).number
    technical = register(desk, subject="Odd", tags=["very-technical"], **CALL, now=MONDAY).number
    plain = register(desk, subject="Mouse", **CALL, now=MONDAY).number
    assert place(desk, critical) == ("escalated-l3", "third-line", 3)
    assert place(desk, technical) == ("escalated-l2", "second-line", 2)
    assert place(desk, plain) == ("new", "global", 1)
    handling.update_ticket(desk, plain, priority="critical", now=MONDAY)
    assert place(desk, plain) == ("escalated-l3", "third-line", 3)
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S3-12")
def test_a_tier_that_is_the_clients_own_is_not_ours_to_give(store_url: str) -> None:
    desk = managed(store_url)
    done = register(desk, subject="Mouse", organisation="larch", **CALL, now=MONDAY)
    assert "First line is the client's own, so Level two takes it" in done.summary
    assert place(desk, done.number) == ("new", "second-line", 2)
    done = register(desk, subject="Down", organisation="birch", priority="critical", **CALL, now=MONDAY)
    assert "pass it to Birch's engineers" in done.summary
    assert place(desk, done.number) == ("new", "global", 1)
    assert seen(desk, done.number).flags == ("handoff",)
    with pytest.raises(DeskError, match="no such tier"):
        seed_clients(desk, [{"key": "larch", "name": "Larch", "coverage": "1,9"}], now=MONDAY)


@pytest.mark.requirement("S3-02")
def test_at_the_change_of_shift_open_tickets_go_to_those_who_come(store_url: str) -> None:
    desk = managed(store_url)  # Monday 09:00 UTC is 20:00 in Sydney: the global team is on
    runner = Runner(desk.store)
    numbers = [register(desk, subject=f"Call {n}", **CALL, now=MONDAY).number for n in range(2)]
    third = register(desk, subject="Down", priority="critical", **CALL, now=MONDAY).number
    assignment.assign(desk, numbers[0], "gil", now=MONDAY)
    list(runner.step(MONDAY))
    assert {seen(desk, number).row.team for number in numbers} == {"global"}
    morning = MONDAY + timedelta(hours=12)  # 08:00 in Sydney
    assert shifts.find_next_handover(desk.procedure, int(MONDAY.timestamp())) == int(morning.timestamp())
    list(runner.step(morning + timedelta(minutes=20)))
    assert [(seen(desk, n).row.team, seen(desk, n).row.assignee) for n in numbers] == [("australia", None)] * 2
    moved = next(event for event in seen(desk, numbers[1]).events if event.kind == "assigned" and event.actor != "ann")
    assert moved.at == int(morning.timestamp())
    assert seen(desk, third).row.team == "third-line"
    assignment.assign(desk, numbers[0], "gil", team="global", now=morning + timedelta(minutes=30))
    list(Runner(desk.store).step(morning + timedelta(minutes=40)))
    assert seen(desk, numbers[0]).row.team == "global"  # said by somebody after the change
    with open_reader(store_url) as reader:
        handed = load_open_tickets(reader, shifts.list_shift_teams(desk.procedure))
    assert {one.number for one in handed} == set(numbers)
    assert [one.due for one in handed] == sorted(one.due or 0 for one in handed)
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S3-06")
def test_after_half_an_hour_of_work_the_agent_is_asked_and_takes_it_or_leaves_it(store_url: str) -> None:
    desk = managed(store_url)
    number = register(desk, subject="Odd", **CALL, now=MONDAY).number
    assignment.assign(desk, number, "gil", now=MONDAY)
    work_sessions.start(as_(desk, "gil"), number, now=MONDAY)
    runner = Runner(desk.store)
    list(runner.step(MONDAY + timedelta(minutes=26)))
    first = of_kind(desk, number, "suggestion")
    assert [record.values["rule"] for record in first] == ["nearly-half-an-hour"]
    assert seen(desk, number).flags == ("suggested",)
    dismiss_suggestion(as_(desk, "gil"), number, now=MONDAY + timedelta(minutes=27))
    assert seen(desk, number).flags == ()
    list(runner.step(MONDAY + timedelta(minutes=31)))
    rules = {record.values["rule"]: record.state for record in of_kind(desk, number, "suggestion")}
    assert rules == {"nearly-half-an-hour": "left", "half-an-hour": "open"}
    accept_suggestion(as_(desk, "gil"), number, now=MONDAY + timedelta(minutes=32))
    assert place(desk, number) == ("escalated-l2", "second-line", 2)
    with pytest.raises(DeskError, match="Nothing is suggested"):
        accept_suggestion(desk, number, now=MONDAY + timedelta(minutes=33))
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S3-08")
def test_near_its_limit_a_ticket_is_raised_when_a_lead_wants_it_and_keeps_its_time(store_url: str) -> None:
    desk = managed(store_url)
    asked = register(desk, subject="A", **CALL, now=MONDAY).number
    due = {clock.metric: clock.due for clock in seen(desk, asked).clocks}
    runner = Runner(desk.store)
    near = MONDAY + timedelta(seconds=((due["response"] or 0) - int(MONDAY.timestamp())) * 0.8)
    list(runner.step(near))
    (suggestion,) = of_kind(desk, asked, "suggestion")
    assert (suggestion.values["rule"], seen(desk, asked).row.priority) == ("response-near", "medium")
    with pytest.raises(DeskError, match="lead or admin"):
        switch_rule(as_(desk, "gil"), "response-near", True, now=near)
    with pytest.raises(DeskError, match="not for leads"):
        switch_rule(desk, "critical", True, now=near)
    switch_rule(as_(desk, "lea"), "response-near", True, now=near)
    raised = register(desk, subject="B", **CALL, now=near).number
    before = {clock.metric: clock.due for clock in seen(desk, raised).clocks}
    list(runner.step(near + (near - MONDAY)))
    ticket = seen(desk, raised)
    assert ticket.row.priority == "high"
    assert {clock.metric: clock.due for clock in ticket.clocks} == before
    assert of_kind(desk, raised, "suggestion") == []
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S2-07")
def test_hardware_and_network_start_with_the_administrator_on_site(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    seed_agents(desk, [{"login": "loc", "name": "Loc", "team": "local-administrators"}], now=MONDAY)
    ticket = register(desk, subject="No network", product="network", incomplete=True, now=MONDAY).number
    assert place(desk, ticket) == ("registered", "local-administrators", 0)
    assert any(",loc," in record.who for record in of_kind(desk, ticket, "notice"))


@pytest.mark.requirement("S5-04")
def test_an_urgent_ticket_is_told_to_everybody_in_its_department(store_url: str) -> None:
    desk = shipped_desk(store_url, "web-agency")
    said = {"page": "https://larch.example", "steps": "opened it"}
    number = register(
        desk,
        subject="Site is down",
        type="problem",
        priority="urgent",
        email="k@larch.example",
        fields=said,
        now=MONDAY,
    ).number
    told = [record for record in of_kind(desk, number, "notice") if record.values["on"] == "urgent"]
    assert len(told) == 1
    assert {"kim", "sam", "lea"} <= set(told[0].who.strip(",").split(","))


ROUND = """
[[rules]]
key = "there"
label = "There"
on = "status"
entered = "working"
status = "waiting"
[[rules]]
key = "back"
label = "And back"
on = "status"
entered = "waiting"
status = "working"
[[rules]]
key = "up"
label = "Up"
on = "severity-change"
raise_severity = 1
"""


def test_rules_that_lead_to_one_another_come_to_an_end(store_url: str) -> None:
    from deskterm.desk.admin.setup import create_desk
    from small_desk import TEXT

    store = create_desk(
        store_url, loads(TEXT + ROUND, "x.toml").procedure, admin_login="ann", admin_name="Ann", now=MONDAY
    )
    desk = open_desk(store, "ann")
    number = register(desk, subject="x", type="fault", severity="high", now=MONDAY).number
    handling.move(desk, number, "working", now=MONDAY)
    events = [event.data.get("by_rule") for event in seen(desk, number).events if event.kind == "moved"]
    assert events == [None, "there", "back"]
    handling.set_severity(desk, number, "low", now=MONDAY)
    assert seen(desk, number).row.severity == "high"
    assert check_integrity(store).findings == ()

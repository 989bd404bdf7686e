"""Routing: tier, team and agent that rules send tickets to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.policy import shifts
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets import update as handling
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.lead.handover import load_open_tickets
from shipped_desk import SAAS_ISSUE, SERVICE_CALL, shipped_desk, staffed_platform_desk, tiered_services_desk
from small_desk import MONDAY
from ticket_reads import read_ticket, records_of, routing_of


@pytest.mark.requirement("S4-16")
def test_a_ticket_under_review_goes_to_the_agent_with_the_fewest_of_its_urgency(store_url: str) -> None:
    desk = staffed_platform_desk(store_url)

    def reviewed(severity: str, priority: str | None = None) -> str | None:
        number = register(
            desk, subject="x", severity=severity, priority=priority, **SAAS_ISSUE, now=MONDAY
        ).number  # fmt: skip
        handling.move(desk, number, "triage", now=MONDAY)
        handling.move(desk, number, "under-review", now=MONDAY)
        return read_ticket(desk, number).row.assignee

    assert [reviewed("severity-3"), reviewed("severity-3"), reviewed("severity-2")] == ["ada", "bob", "ada"]
    assert reviewed("severity-2") == "bob"
    # By the severity alone the last would be ada's: both have two of it and three in all
    assert [reviewed("severity-3", "high"), reviewed("severity-3"), reviewed("severity-3", "high")] == [
        "ada", "bob", "bob",
    ]  # fmt: skip
    with desk.store.writing() as session:
        from sqlalchemy import update

        from deskterm.store.db.tables import Agent, table_of

        table = table_of(Agent)
        session.execute(update(table).where(table.c.login == "ada").values(away_until=MONDAY + timedelta(days=3)))
    assert [reviewed("severity-3"), reviewed("severity-3")] == ["bob", "bob"]


@pytest.mark.requirement("S3-10", "S3-11")
def test_critical_and_very_technical_tickets_skip_the_first_line(store_url: str) -> None:
    desk = tiered_services_desk(store_url)
    critical = register(desk, subject="Down", priority="critical", **SERVICE_CALL, now=MONDAY).number
    technical = register(desk, subject="Odd", tags=["very-technical"], **SERVICE_CALL, now=MONDAY).number
    plain = register(desk, subject="Mouse", **SERVICE_CALL, now=MONDAY).number
    assert routing_of(desk, critical) == ("escalated-l3", "third-line", 3)
    assert routing_of(desk, technical) == ("escalated-l2", "second-line", 2)
    assert routing_of(desk, plain) == ("new", "global", 1)
    handling.update_ticket(desk, plain, priority="critical", now=MONDAY)
    assert routing_of(desk, plain) == ("escalated-l3", "third-line", 3)
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S3-02")
def test_open_tickets_go_to_the_next_shift_when_it_starts(store_url: str) -> None:
    desk = tiered_services_desk(store_url)  # Monday 09:00 UTC is 20:00 in Sydney: the global team is on
    runner = Runner(desk.store)
    numbers = [register(desk, subject=f"Call {n}", **SERVICE_CALL, now=MONDAY).number for n in range(2)]
    third = register(desk, subject="Down", priority="critical", **SERVICE_CALL, now=MONDAY).number
    assignment.assign(desk, numbers[0], "gil", now=MONDAY)
    list(runner.step(MONDAY))
    assert {read_ticket(desk, number).row.team for number in numbers} == {"global"}
    morning = MONDAY + timedelta(hours=12)  # 08:00 in Sydney
    assert shifts.find_next_handover(desk.procedure, int(MONDAY.timestamp())) == int(morning.timestamp())
    list(runner.step(morning + timedelta(minutes=20)))
    assert [(read_ticket(desk, n).row.team, read_ticket(desk, n).row.assignee) for n in numbers] == [
        ("australia", None)
    ] * 2
    moved = next(
        event for event in read_ticket(desk, numbers[1]).events if event.kind == "assigned" and event.actor != "ann"
    )
    assert moved.at == int(morning.timestamp())
    assert read_ticket(desk, third).row.team == "third-line"
    assignment.assign(desk, numbers[0], "gil", team="global", now=morning + timedelta(minutes=30))
    list(Runner(desk.store).step(morning + timedelta(minutes=40)))
    assert read_ticket(desk, numbers[0]).row.team == "global"  # said by somebody after the change
    with open_reader(store_url) as reader:
        handed = load_open_tickets(reader, shifts.list_shift_teams(desk.procedure), int(morning.timestamp()))
    assert {one.number for one in handed} == set(numbers)
    assert [one.due for one in handed] == sorted(one.due or 0 for one in handed)
    assert check_integrity(desk.store).findings == ()


@pytest.mark.requirement("S2-07")
def test_hardware_and_network_start_with_the_administrator_on_site(store_url: str) -> None:
    desk = shipped_desk(store_url, "campus-it")
    seed_agents(desk, [{"login": "loc", "name": "Loc", "team": "local-administrators"}], now=MONDAY)
    ticket = register(desk, subject="No network", product="network", incomplete=True, now=MONDAY).number
    assert routing_of(desk, ticket) == ("registered", "local-administrators", 0)
    assert any(",loc," in record.who for record in records_of(desk, ticket, "notice"))

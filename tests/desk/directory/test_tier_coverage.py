"""Tiers of support that are the client's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import tier_coverage
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation
from deskterm.errors import DeskError
from shipped_desk import SERVICE_CALL, as_agent, open_service_call, shipped_desk, tiered_services_desk
from small_desk import MONDAY, at
from ticket_reads import read_ticket, routing_of


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = shipped_desk(store_url, "managed-services")
    rows: list[dict[str, Any]] = [
        {"login": "vic", "name": "Vic", "role": "viewer"},
        {"login": "gil", "name": "Gil", "team": "global", "tier": 1},
        {"login": "two", "name": "Two", "team": "second-line", "tier": 2},
        {"login": "tri", "name": "Tri", "team": "third-line", "tier": 3, "certified": True},
    ]
    seed_agents(made, rows, now=MONDAY)
    clients = [{"key": "birch", "name": "Birch Ltd", "coverage": "1,2", "handoff": "Birch's engineers"}]
    seed_clients(made, clients, now=MONDAY)
    yield made
    assert check_integrity(made.store).findings == ()
    made.store.close()


@pytest.mark.requirement("S3-12")
def test_an_escalation_to_a_client_tier_flags_the_ticket_for_handoff(desk: DeskSession) -> None:
    number = open_service_call(desk, organisation="birch")
    escalation.escalate(desk, number, reason="complex", now=at(1))
    done = escalation.escalate(desk, number, reason="very complex", now=at(2))
    assert done.summary == f"{number}: Level three is the client's own: pass it to Birch's engineers"
    found = read_ticket(desk, number)
    assert (found.values["tier"], found.row.team, "handoff" in found.flags) == (2, "second-line", True)
    escalation.escalate(desk, number, reason="again", now=at(3))
    assert len([one for one in read_ticket(desk, number).records if one.kind == "handoff"]) == 1, "marked once"
    done = tier_coverage.record_handoff(as_agent(desk, "two"), number, note="Called them; they take it.", now=at(4))
    assert done.summary == f"{number}: passed to Birch's engineers"
    assert "handoff" not in read_ticket(desk, number).flags
    with pytest.raises(DeskError, match="is not to be passed"):
        tier_coverage.record_handoff(desk, number, now=at(5))


@pytest.mark.requirement("S3-12")
def test_a_ladder_started_by_a_rule_stops_at_a_client_tier(desk: DeskSession) -> None:
    number = open_service_call(desk, organisation="birch")
    with desk.ticket(number, "escalate", at(1)) as work:
        assert "pass it to Birch's engineers" in escalation.begin_ladder(work, "tiers", level=2, reason="by itself")
    assert (read_ticket(desk, number).values["tier"], "handoff" in read_ticket(desk, number).flags) == (1, True)


@pytest.mark.requirement("S3-12")
def test_new_tickets_skip_tiers_that_are_the_clients_own(store_url: str) -> None:
    desk = tiered_services_desk(store_url)
    done = register(desk, subject="Mouse", organisation="larch", **SERVICE_CALL, now=MONDAY)
    assert "First line is the client's own, so Level two takes it" in done.summary
    assert routing_of(desk, done.number) == ("new", "second-line", 2)
    done = register(desk, subject="Down", organisation="birch", priority="critical", **SERVICE_CALL, now=MONDAY)
    assert "pass it to Birch's engineers" in done.summary
    assert routing_of(desk, done.number) == ("new", "global", 1)
    assert read_ticket(desk, done.number).flags == ("handoff",)
    with pytest.raises(DeskError, match="no such tier"):
        seed_clients(desk, [{"key": "larch", "name": "Larch", "coverage": "1,9"}], now=MONDAY)

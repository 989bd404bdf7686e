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
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY, at
from ticket_reads import read_ticket


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


def call(desk: DeskSession, **more: Any) -> int:
    facts = {"subject": "Odd", "requester": "Ida", "fields": {"contact-phone": "02 9999 1234"}, **more}
    return register(desk, now=at(0), **facts).number


CALL: dict[str, Any] = {"fields": {"contact-phone": "02 9999 1234"}}


def place(desk: DeskSession, number: int) -> tuple[str, str | None, int | None]:
    ticket = read_ticket(desk, number)
    return ticket.row.status, ticket.row.team, ticket.values["tier"]


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


@pytest.mark.requirement("S3-12")
def test_an_escalation_to_a_level_that_is_the_clients_own_is_to_be_passed_to_them(desk: DeskSession) -> None:
    number = call(desk, organisation="birch")
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
def test_a_ladder_that_begins_by_itself_stops_at_a_level_that_is_the_clients_own(desk: DeskSession) -> None:
    number = call(desk, organisation="birch")
    with desk.ticket(number, "escalate", at(1)) as work:
        assert "pass it to Birch's engineers" in escalation.begin_ladder(work, "tiers", level=2, reason="by itself")
    assert (read_ticket(desk, number).values["tier"], "handoff" in read_ticket(desk, number).flags) == (1, True)


@pytest.mark.requirement("S3-12")
def test_a_tier_that_is_the_clients_own_is_not_ours_to_give(store_url: str) -> None:
    desk = managed(store_url)
    done = register(desk, subject="Mouse", organisation="larch", **CALL, now=MONDAY)
    assert "First line is the client's own, so Level two takes it" in done.summary
    assert place(desk, done.number) == ("new", "second-line", 2)
    done = register(desk, subject="Down", organisation="birch", priority="critical", **CALL, now=MONDAY)
    assert "pass it to Birch's engineers" in done.summary
    assert place(desk, done.number) == ("new", "global", 1)
    assert read_ticket(desk, done.number).flags == ("handoff",)
    with pytest.raises(DeskError, match="no such tier"):
        seed_clients(desk, [{"key": "larch", "name": "Larch", "coverage": "1,9"}], now=MONDAY)

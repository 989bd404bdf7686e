"""Warnings about an assignment, and agents who may not have tickets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence
from deskterm.desk.directory.assignment_warnings import find_support_level
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from shipped_desk import as_agent, open_service_call, shipped_desk
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


@pytest.mark.requirement("S5-03")
def test_assigning_a_ticket_to_an_absent_agent_names_the_return_in_the_desks_time_zone(desk: DeskSession) -> None:
    number = open_service_call(desk)
    absence.set_absence(as_agent(desk, "gil"), "gil", at(600), now=at(1))
    done = assignment.assign(desk, number, "gil", now=at(2))
    assert done.summary.startswith(f"{number} assigned to gil; Gil is away until Tue 24 Nov 2026 06:00 AEDT")
    assert "away" not in assignment.assign(desk, number, "two", now=at(3)).summary
    assert "away" not in assignment.assign(desk, number, "gil", now=at(601)).summary
    again = register(
        desk, subject="Odd", requester="Ida", assignee="two", fields={"contact-phone": "02 9999 1234"}, now=at(602)
    )
    assert "away" not in again.summary


@pytest.mark.requirement("S3-11")
def test_assigning_a_ticket_of_a_certified_level_warns_of_a_missing_certificate(desk: DeskSession) -> None:
    number = open_service_call(desk, priority="critical")
    assert read_ticket(desk, number).values["tier"] == 3
    assert (
        "Two has no certificate, which Level three asks for"
        in assignment.assign(desk, number, "two", now=at(1)).summary
    )
    assert "certificate" not in assignment.assign(desk, number, "tri", now=at(2)).summary


def test_a_ticket_is_not_assigned_to_a_viewer(desk: DeskSession) -> None:
    number = open_service_call(desk)
    with pytest.raises(DeskError, match="Vic only looks on: give"):
        assignment.assign(desk, number, "vic", now=at(1))


def test_the_level_of_support_is_the_tickets_own_before_that_of_its_status(desk: DeskSession) -> None:
    number = open_service_call(desk)
    with desk.ticket(number, "edit", at(1), dry_run=True) as work:
        work.state.tier, work.state.status = 3, "escalated-l2"
        assert find_support_level(work) == 3
        work.state.tier = None
        assert find_support_level(work) == 2
        work.state.status = "of another procedure"
        assert find_support_level(work) is None

"""What speaks against giving a ticket to somebody, and tiers of support that are the client's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence, tier_coverage
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import assignment
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation
from deskterm.errors import DeskError
from one_ticket import seen
from shipped_desk import as_, shipped_desk
from small_desk import MONDAY, at


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


@pytest.mark.requirement("S5-03")
def test_giving_a_ticket_to_somebody_who_is_away_says_until_when_on_the_desks_wall(desk: DeskSession) -> None:
    number = call(desk)
    absence.set_absence(as_(desk, "gil"), "gil", at(600), now=at(1))
    done = assignment.assign(desk, number, "gil", now=at(2))
    assert done.summary.startswith(f"{number} assigned to gil; Gil is away until Tue 24 Nov 2026 06:00 AEDT")
    assert "away" not in assignment.assign(desk, number, "two", now=at(3)).summary
    assert "away" not in assignment.assign(desk, number, "gil", now=at(601)).summary
    again = register(
        desk, subject="Odd", requester="Ida", assignee="two", fields={"contact-phone": "02 9999 1234"}, now=at(602)
    )
    assert "away" not in again.summary


@pytest.mark.requirement("S3-11")
def test_giving_a_ticket_of_a_certified_level_to_somebody_without_a_certificate_says_so(desk: DeskSession) -> None:
    number = call(desk, priority="critical")
    assert seen(desk, number).values["tier"] == 3
    assert (
        "Two has no certificate, which Level three asks for"
        in assignment.assign(desk, number, "two", now=at(1)).summary
    )
    assert "certificate" not in assignment.assign(desk, number, "tri", now=at(2)).summary


def test_a_ticket_is_not_given_to_somebody_who_only_looks_on(desk: DeskSession) -> None:
    number = call(desk)
    with pytest.raises(DeskError, match="Vic only looks on: give"):
        assignment.assign(desk, number, "vic", now=at(1))


@pytest.mark.requirement("S3-12")
def test_an_escalation_to_a_level_that_is_the_clients_own_is_to_be_passed_to_them(desk: DeskSession) -> None:
    number = call(desk, organisation="birch")
    escalation.escalate(desk, number, reason="complex", now=at(1))
    done = escalation.escalate(desk, number, reason="very complex", now=at(2))
    assert done.summary == f"{number}: Level three is the client's own: pass it to Birch's engineers"
    found = seen(desk, number)
    assert (found.values["tier"], found.row.team, "handoff" in found.flags) == (2, "second-line", True)
    escalation.escalate(desk, number, reason="again", now=at(3))
    assert len([one for one in seen(desk, number).records if one.kind == "handoff"]) == 1, "marked once"
    done = tier_coverage.record_handoff(as_(desk, "two"), number, note="Called them; they take it.", now=at(4))
    assert done.summary == f"{number}: passed to Birch's engineers"
    assert "handoff" not in seen(desk, number).flags
    with pytest.raises(DeskError, match="is not to be passed"):
        tier_coverage.record_handoff(desk, number, now=at(5))


@pytest.mark.requirement("S3-12")
def test_a_ladder_that_begins_by_itself_stops_at_a_level_that_is_the_clients_own(desk: DeskSession) -> None:
    number = call(desk, organisation="birch")
    with desk.ticket(number, "escalate", at(1)) as work:
        assert "pass it to Birch's engineers" in escalation.begin_ladder(work, "tiers", level=2, reason="by itself")
    assert (seen(desk, number).values["tier"], "handoff" in seen(desk, number).flags) == (1, True)

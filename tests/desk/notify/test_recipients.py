"""Recipients of notices on tickets that nobody is assigned to."""

from __future__ import annotations

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence
from deskterm.desk.directory.seed_people import seed_clients
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from shipped_desk import as_agent, open_service_call
from small_desk import MONDAY, at
from ticket_reads import notices_to, suggestion_states


@pytest.mark.requirement("S3-06")
def test_whoever_works_on_an_unassigned_ticket_is_notified_after_half_an_hour(staffed_services: DeskSession) -> None:
    number = open_service_call(staffed_services)
    work_sessions.start_work(as_agent(staffed_services, "gil"), number, now=at(0))
    list(Runner(staffed_services.store).step(at(31)))
    assert suggestion_states(staffed_services, number) == {"nearly-half-an-hour": "open", "half-an-hour": "open"}
    asked = [what for what in notices_to(staffed_services, "gil") if "work" in what]
    assert sorted(asked) == [
        "Five minutes of first-line work are left",
        "Half an hour of work and no complete resolution: pass it to the second line?",
    ]
    assert [what for what in notices_to(staffed_services, "gus") if "work" in what] == []


@pytest.mark.requirement("S3-06")
def test_where_nobody_records_work_the_present_team_is_notified(staffed_services: DeskSession) -> None:
    number = open_service_call(staffed_services)
    update.move(staffed_services, number, "in-progress", now=at(0))
    absence.set_absence(as_agent(staffed_services, "gus"), "gus", at(600), now=at(1))
    list(Runner(staffed_services.store).step(at(31)))
    assert "Five minutes of first-line work are left" in notices_to(staffed_services, "gil")
    assert "Five minutes of first-line work are left" not in notices_to(staffed_services, "gus"), "away"


@pytest.mark.requirement("S3-06", "S3-12")
def test_work_of_the_second_line_suggests_no_escalation(staffed_services: DeskSession) -> None:
    clients = [{"key": "own", "name": "Own Desk Ltd", "domain": "own.example", "coverage": "2,3"}]
    seed_clients(staffed_services, clients, now=MONDAY)
    fields = {"contact-phone": "02 9999 1234"}
    number = register(
        staffed_services, subject="Odd", requester="Ida", organisation="own", fields=fields, now=at(0)
    ).number
    update.move(staffed_services, number, "in-progress", now=at(0))
    list(Runner(staffed_services.store).step(at(60)))
    assert set(suggestion_states(staffed_services, number)) <= {"response-near"}
    ours = open_service_call(staffed_services)
    update.move(staffed_services, ours, "in-progress", now=at(60))
    list(Runner(staffed_services.store).step(at(91)))
    assert suggestion_states(staffed_services, ours)["half-an-hour"] == "open"

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
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from shipped_desk import as_agent
from small_desk import MONDAY, at
from ticket_reads import notices_to


def suggestions(desk: DeskSession, number: int) -> dict[str, str]:
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return {str(one.values["rule"]): one.state for one in found.records if one.kind == "suggestion"}


def call(desk: DeskSession) -> int:
    fields = {"contact-phone": "02 9999 1234"}
    return register(desk, subject="Odd", requester="Ida", fields=fields, now=at(0)).number


@pytest.mark.requirement("S3-06")
def test_whoever_works_on_a_ticket_that_nobody_has_is_asked_after_half_an_hour(staffed_services: DeskSession) -> None:
    number = call(staffed_services)
    work_sessions.start_work(as_agent(staffed_services, "gil"), number, now=at(0))
    list(Runner(staffed_services.store).step(at(31)))
    assert suggestions(staffed_services, number) == {"nearly-half-an-hour": "open", "half-an-hour": "open"}
    asked = [what for what in notices_to(staffed_services, "gil") if "work" in what]
    assert sorted(asked) == [
        "Five minutes of first-line work are left",
        "Half an hour of work and no complete resolution: pass it to the second line?",
    ]
    assert [what for what in notices_to(staffed_services, "gus") if "work" in what] == []


@pytest.mark.requirement("S3-06")
def test_where_nobody_keeps_the_timer_the_team_is_asked(staffed_services: DeskSession) -> None:
    number = call(staffed_services)
    update.move(staffed_services, number, "in-progress", now=at(0))
    absence.set_absence(as_agent(staffed_services, "gus"), "gus", at(600), now=at(1))
    list(Runner(staffed_services.store).step(at(31)))
    assert "Five minutes of first-line work are left" in notices_to(staffed_services, "gil")
    assert "Five minutes of first-line work are left" not in notices_to(staffed_services, "gus"), "away"


@pytest.mark.requirement("S3-06", "S3-12")
def test_nobody_is_asked_to_pass_on_what_the_second_line_works_on(staffed_services: DeskSession) -> None:
    clients = [{"key": "own", "name": "Own Desk Ltd", "domain": "own.example", "coverage": "2,3"}]
    seed_clients(staffed_services, clients, now=MONDAY)
    fields = {"contact-phone": "02 9999 1234"}
    number = register(
        staffed_services, subject="Odd", requester="Ida", organisation="own", fields=fields, now=at(0)
    ).number
    update.move(staffed_services, number, "in-progress", now=at(0))
    list(Runner(staffed_services.store).step(at(60)))
    assert set(suggestions(staffed_services, number)) <= {"response-near"}
    ours = call(staffed_services)
    update.move(staffed_services, ours, "in-progress", now=at(60))
    list(Runner(staffed_services.store).step(at(91)))
    assert suggestions(staffed_services, ours)["half-an-hour"] == "open"

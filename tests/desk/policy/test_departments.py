"""Departments: members, notices of new tickets, access for clients only, and lists of one department."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.policy.departments import find_home_department
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_notices
from deskterm.store.queries.queue import Viewer, count_tickets, load_queue_page
from shipped_desk import as_agent, shipped_desk, verified_desk
from small_desk import MONDAY, at
from ticket_reads import read_ticket


@pytest.fixture
def agency(store_url: str) -> Iterator[DeskSession]:
    yield from verified_desk(store_url, "web-agency")


def read_notices(desk: DeskSession, login: str) -> list[str]:
    with open_reader(desk.store.url) as reader:
        return [one.what for one in load_notices(reader, login)]


def register_ticket(desk: DeskSession, kind: str = "question", **more: object) -> int:
    facts = {"subject": "The form", "email": "kim@larch.example", "type": kind, **more}
    return register(desk, incomplete=True, now=at(0), **facts).number  # type: ignore[arg-type]


def seed_teams(desk: DeskSession, **teams: str) -> None:
    seed_agents(desk, [{"login": login, "team": team} for login, team in teams.items()], now=at(0))


@pytest.mark.requirement("S5-01", "S5-05")
def test_a_ticket_shows_its_department_and_a_list_is_of_one(agency: DeskSession) -> None:
    first, second = register_ticket(agency), register_ticket(agency, "work-request")
    assert [read_ticket(agency, number).values["department"] for number in (first, second)] == [
        "support",
        "work-request",
    ]
    viewer = Viewer("ann", None, int(at(1).timestamp()))
    with open_reader(agency.store.url) as reader:
        assert [
            (row.number, row.department)
            for row in load_queue_page(reader, "open", viewer, only={"department": "support"})
        ] == [(first, "support")]
        assert count_tickets(reader, "open", viewer, only={"department": "support"}) == 1
        assert load_queue_page(reader, "open", viewer, only={"team": "support"}) == []


@pytest.mark.requirement("S5-02")
def test_the_lead_is_told_where_nobody_works_in_the_department(agency: DeskSession) -> None:
    seed_teams(agency, sam="support", kim="billing")
    done = register(agency, subject="A coupon", email="ida@larch.example", type="work-request",
                    fields={"details": "10 %"}, now=at(0))  # fmt: skip
    assert "nobody works in Work Request: lea told instead" in done.summary
    assert read_notices(agency, "lea") == ["a new ticket, and nobody works in Work Request"]
    assert read_notices(agency, "sam") == []
    result = messages.record_customer_message(agency, done.number, "Any news?", now=at(5))
    assert "lea told instead" in result.summary
    mine = register(as_agent(agency, "lea"), subject="Another", email="ida@larch.example", type="work-request",
                    fields={"details": "20 %"}, now=at(6))  # fmt: skip
    assert "nobody works in Work Request, so it stays with you" in mine.summary


@pytest.mark.requirement("S5-02", "S5-03")
def test_the_lead_is_told_where_everybody_in_the_department_is_away(agency: DeskSession) -> None:
    seed_teams(agency, sam="support", kim="billing")
    absence.set_absence(agency, "sam", at(600), now=at(0))
    number = register_ticket(agency)
    assert read_notices(agency, "lea") == ["a new ticket, and everybody in Support is away"]
    assignment.assign(agency, number, "kim", now=at(1))
    result = messages.record_customer_message(agency, number, "Any news?", now=at(5))
    assert "told instead" not in result.summary
    assert "the requester wrote" in read_notices(agency, "kim")  # who has it hears of it, wherever they belong


def test_teams_are_the_departments_where_there_are_only_these(agency: DeskSession) -> None:
    number = register_ticket(agency)
    refused = r"There is no team 'nope'.*Known: billing, work-request, support"
    with pytest.raises(DeskError, match=refused):
        transfer(agency, number, team="nope", note="x", now=at(1))
    with pytest.raises(DeskError, match=refused):
        assignment.assign(agency, number, "sam", team="nope", now=at(1))
    with pytest.raises(DeskError, match=refused):
        seed_teams(agency, sam="nope")
    with pytest.raises(DeskError, match=refused):
        register_ticket(agency, team="nope")
    seed_teams(agency, sam="Billing")
    assert assignment.assign(agency, number, "sam", now=at(2)).changes["team"] == (None, "billing")


def test_a_procedure_with_neither_teams_nor_departments_takes_no_team(tmp_path: Path) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}", "web-agency", departments=(), teams=())
    with pytest.raises(DeskError, match=r"There is no team 'x'. Known: none"):
        seed_teams(desk, sam="x")
    desk.store.close()


def test_a_team_stays_behind_when_its_ticket_goes_to_another_department(agency: DeskSession) -> None:
    number = register_ticket(agency, team="support")
    transfer(agency, number, department="billing", note="an invoice", now=at(1))
    assert (read_ticket(agency, number).values["department"], read_ticket(agency, number).row.team) == ("billing", None)
    assert find_home_department(agency.procedure.definition, "billing") == "billing"


@pytest.mark.requirement("S5-01")
def test_who_is_no_client_stays_out_of_what_is_for_clients_after_intake_too(agency: DeskSession) -> None:
    with pytest.raises(DeskError, match=r"^Billing is for clients only: .* or choose Pre-sales enquiries"):
        register(agency, subject="An invoice", type="enquiry", department="billing", now=MONDAY)
    number = register(agency, subject="A price", type="enquiry", email="uma@nobody.example", now=MONDAY).number
    with pytest.raises(DeskError, match="Billing is for clients only"):
        transfer(agency, number, department="billing", note="x", now=at(1))
    with pytest.raises(DeskError, match="Question is for clients only"):
        update.update_ticket(agency, number, type="question", now=at(1))
    update.update_ticket(agency, number, type="question", organisation="larch", now=at(2))
    transfer(agency, number, department="billing", note="x", now=at(3))
    assert read_ticket(agency, number).values["department"] == "billing"
    mail = register(agency, subject="Hi", type="enquiry", department="billing", email="vic@nobody.example",
                    incomplete=True, now=at(4))  # fmt: skip
    assert (read_ticket(agency, mail.number).type, read_ticket(agency, mail.number).values["department"]) == (
        "enquiry",
        "pre-sales",
    )


def test_a_ticket_is_not_registered_for_somebody_who_only_looks_on(agency: DeskSession) -> None:
    seed_agents(agency, [{"login": "vic", "name": "Vic", "role": "viewer"}], now=at(0))
    with pytest.raises(DeskError, match="Vic only looks on"):
        register_ticket(agency, assignee="vic")


@pytest.mark.requirement("S5-03")
def test_members_take_over_from_each_other_and_leads_from_everybody(agency: DeskSession) -> None:
    seed_teams(agency, sam="support", kim="billing")
    number = register_ticket(agency, assignee="sam")
    absence.set_absence(agency, "sam", at(600), now=at(1))
    with pytest.raises(DeskError, match="Only those who work in Support take over from each other"):
        absence.take_over(as_agent(agency, "kim"), number, now=at(2))
    seed_teams(agency, kim="support")
    absence.take_over(as_agent(agency, "kim"), number, now=at(3))
    absence.set_absence(agency, "kim", at(600), now=at(4))
    absence.take_over(as_agent(agency, "lea"), number, now=at(5))
    assert read_ticket(agency, number).row.assignee == "lea"

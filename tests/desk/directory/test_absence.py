"""Absences: who is away, who takes over, and who oversees the work; on both databases."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.outbox import load_notices
from deskterm.store.queries.oversight import (
    find_overseen_teams,
    load_staff,
    load_team_tickets,
    load_tickets_of_absent_agents,
)
from shipped_desk import as_agent
from small_desk import at
from ticket_reads import read_ticket


def ticket(desk: DeskSession, who: str = "ida", **more: object) -> int:
    values: dict[str, object] = {
        "subject": "The site is down", "body": "Nothing shows.", "requester": who.capitalize(),
        "email": f"{who}@larch.example", "organisation": "larch", "incomplete": True, **more,
    }  # fmt: skip
    return register(desk, now=at(0), **values).number  # type: ignore[arg-type]


@pytest.mark.requirement("S5-03")
def test_tickets_of_an_absent_colleague_are_listed_and_may_be_taken_over(agency: DeskSession) -> None:
    number = ticket(agency, type="question", assignee="sam")
    kim = as_agent(agency, "kim")
    with pytest.raises(DeskError, match="Sam is not away: ask them"):
        absence.take_over(kim, number, now=at(5))
    assert absence.set_absence(as_agent(agency, "sam"), "sam", at(3000), now=at(6)).startswith("Sam is away until")
    with open_reader(agency.store.url) as reader:
        assert [row.number for row in load_tickets_of_absent_agents(reader, int(at(7).timestamp()), ["support"])] == [
            number
        ]
        assert load_tickets_of_absent_agents(reader, int(at(7).timestamp()), ["billing"]) == []
        assert load_tickets_of_absent_agents(reader, int(at(3001).timestamp())) == []
        assert [one.away for one in load_staff(reader, int(at(7).timestamp())) if one.login == "sam"] == [
            int(at(3000).timestamp())
        ]
    before = read_ticket(agency, number).clocks
    absence.take_over(kim, number, now=at(8))
    assert (read_ticket(agency, number).row.assignee, read_ticket(agency, number).clocks) == ("kim", before)
    with open_reader(agency.store.url) as reader:
        assert "taken over by kim" in [one.what for one in load_notices(reader, "sam")]
    with pytest.raises(DeskError, match="is yours"):
        absence.take_over(kim, number, now=at(9))


def test_agents_record_their_own_absence_and_leads_that_of_others(agency: DeskSession) -> None:
    with pytest.raises(DeskError, match="An agent may not say that somebody else is away"):
        absence.set_absence(as_agent(agency, "kim"), "sam", at(600), now=at(0))
    with pytest.raises(UsageError, match="has passed"):
        absence.set_absence(agency, "sam", at(-1), now=at(0))
    with pytest.raises(DeskError, match="sam is not away"):
        absence.set_absence(agency, "sam", None, now=at(0))
    absence.set_absence(as_agent(agency, "lea"), "sam", at(600), now=at(0))
    assert absence.set_absence(as_agent(agency, "sam"), "sam", None, now=at(1)) == "Sam is back"


def test_without_cover_in_the_department_only_leads_take_over(saas: DeskSession) -> None:
    number = ticket(saas, type="issue", assignee="sam", department="support")
    absence.set_absence(saas, "sam", at(600), now=at(1))
    with pytest.raises(DeskError, match="Support does not take over from those who are away"):
        absence.take_over(as_agent(saas, "kim"), number, now=at(2))
    absence.take_over(as_agent(saas, "lea"), number, now=at(2))
    assert read_ticket(saas, number).row.assignee == "lea"


@pytest.mark.requirement("S2-23")
def test_senior_engineers_oversee_the_requests_of_all_teams(campus: DeskSession) -> None:
    seed_agents(campus, [{"login": "kim", "team": "customer-support"}], now=at(0))
    number = ticket(campus, team="customer-support", type=None)
    with open_reader(campus.store.url) as reader:
        document = load_desk_facts(reader).document
        people = {one.login: one for one in load_staff(reader, int(at(1).timestamp()))}
        assert find_overseen_teams(document, people["senior-engineer"]) is None
        assert find_overseen_teams(document, people["support-engineer"]) == []
        assert [row.number for row in load_team_tickets(reader, None)] == [number]
        assert [row.number for row in load_team_tickets(reader, ["customer-support"])] == [number]
        assert load_team_tickets(reader, []) == []

"""What happens by itself reaches somebody: prompts on tickets that nobody has, ladders that nobody stands on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.billing import quotes
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation, work_sessions
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from one_ticket import notices_to, seen
from shipped_desk import as_, shipped_desk
from small_desk import MONDAY, at


def suggestions(desk: DeskSession, number: int) -> dict[str, str]:
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return {str(one.values["rule"]): one.state for one in found.records if one.kind == "suggestion"}


@pytest.fixture
def services(store_url: str) -> Iterator[DeskSession]:
    desk = shipped_desk(store_url, "managed-services")
    rows = [
        {"login": "gil", "name": "Gil", "team": "global", "tier": 1},
        {"login": "gus", "name": "Gus", "team": "global", "tier": 1},
        {"login": "two", "name": "Two", "team": "second-line", "tier": 2},
    ]
    seed_agents(desk, rows, now=MONDAY)
    yield desk
    assert check_integrity(desk.store).findings == ()
    desk.store.close()


def call(desk: DeskSession) -> int:
    fields = {"contact-phone": "02 9999 1234"}
    return register(desk, subject="Odd", requester="Ida", fields=fields, now=at(0)).number


@pytest.mark.requirement("S3-06")
def test_whoever_works_on_a_ticket_that_nobody_has_is_asked_after_half_an_hour(services: DeskSession) -> None:
    number = call(services)
    work_sessions.start(as_(services, "gil"), number, now=at(0))
    list(Runner(services.store).step(at(31)))
    assert suggestions(services, number) == {"nearly-half-an-hour": "open", "half-an-hour": "open"}
    asked = [what for what in notices_to(services, "gil") if "work" in what]
    assert sorted(asked) == [
        "Five minutes of first-line work are left",
        "Half an hour of work and no complete resolution: pass it to the second line?",
    ]
    assert [what for what in notices_to(services, "gus") if "work" in what] == []


@pytest.mark.requirement("S3-06")
def test_where_nobody_keeps_the_timer_the_team_is_asked(services: DeskSession) -> None:
    number = call(services)
    update.move(services, number, "in-progress", now=at(0))
    absence.set_absence(as_(services, "gus"), "gus", at(600), now=at(1))
    list(Runner(services.store).step(at(31)))
    assert "Five minutes of first-line work are left" in notices_to(services, "gil")
    assert "Five minutes of first-line work are left" not in notices_to(services, "gus"), "away"


@pytest.mark.requirement("S3-06", "S3-08")
def test_a_suggestion_lapses_when_what_it_suggests_was_done_by_hand(services: DeskSession) -> None:
    number = call(services)
    work_sessions.start(as_(services, "gil"), number, now=at(0))
    list(Runner(services.store).step(at(31)))
    done = escalation.escalate(as_(services, "gil"), number, reason="it is beyond me", now=at(32))
    assert suggestions(services, number)["half-an-hour"] == "lapsed"
    assert "no longer suggested: Half an hour of work" in done.summary
    assert suggestions(services, number)["nearly-half-an-hour"] == "lapsed", "its clock is over"
    undo_last_command(as_(services, "gil"), number, now=at(33))
    assert suggestions(services, number)["half-an-hour"] == "open", "taken back, it is suggested again"
    update.update_ticket(services, number, priority="high", now=at(34))
    assert suggestions(services, number)["half-an-hour"] == "open", "something else was done"


@pytest.mark.requirement("S3-08")
def test_a_raise_that_is_suggested_lapses_when_somebody_raises_and_not_when_they_lower(services: DeskSession) -> None:
    number = call(services)
    list(Runner(services.store).step(at(100)))
    assert suggestions(services, number) == {"response-near": "open"}
    update.update_ticket(services, number, priority="low", now=at(101))
    assert suggestions(services, number) == {"response-near": "open"}
    update.update_ticket(services, number, priority="high", now=at(102))
    assert suggestions(services, number) == {"response-near": "lapsed"}


@pytest.mark.requirement("S2-20", "S4-23")
def test_an_escalation_to_a_role_that_nobody_holds_goes_to_the_lead(saas: DeskSession) -> None:
    number = register(saas, subject="Slow", type="issue", requester="Ida", incomplete=True, now=at(0)).number
    seed_agents(saas, [{"login": "support-manager", "active": False}], now=at(1))
    done = escalation.escalate(saas, number, level="support manager", reason="it goes on", now=at(2))
    assert "nobody holds the role Support Manager: lea told instead" in done.summary
    assert notices_to(saas, "lea") == ["escalated to Support Manager, and nobody holds the role Support Manager"]
    absence.set_absence(as_(saas, "head-of-support"), "head-of-support", at(600), now=at(3))
    done = escalation.escalate(saas, number, reason="it goes on", now=at(4))
    assert "everybody with the role Head of Support & Customer Success is away: lea told instead" in done.summary
    seed_agents(saas, [{"login": "chief-customer-officer", "active": False}], now=at(5))
    done = escalation.escalate(as_(saas, "lea"), number, reason="it goes on", now=at(6))
    assert "nobody holds the role Chief Customer Officer, so it stays with you" in done.summary
    fine = register(saas, subject="Slow", type="issue", requester="Ida", incomplete=True, now=at(7)).number
    assert "nobody" not in escalation.escalate(saas, fine, level="2", reason="slow", now=at(8)).summary


@pytest.mark.requirement("S3-11")
def test_an_escalation_to_a_level_of_support_where_nobody_is_goes_to_the_lead(services: DeskSession) -> None:
    number = call(services)
    done = escalation.escalate(as_(services, "gil"), number, reason="it is beyond me", now=at(1))
    assert "nobody" not in done.summary
    done = escalation.escalate(as_(services, "gil"), number, reason="it is beyond them", now=at(2))
    assert "nobody is in Level three: lea told instead" in done.summary


@pytest.mark.requirement("S4-20")
def test_a_quote_that_nobody_answers_is_put_before_whoever_has_the_ticket_after_its_time(saas: DeskSession) -> None:
    seed_agents(saas, [{"login": "pro", "name": "Pro", "team": "quoting"}], now=at(0))
    number = register(saas, subject="Sweep", type="guidance", requester="Ida", incomplete=True, now=at(0)).number
    update.move(saas, number, "triage", now=at(1))
    done = quotes.request_quote(saas, number, now=at(2))
    assert done.summary.startswith(f"{number}: quote 1 requested, now Quote Required")
    quotes.send_quote(as_(saas, "professional-services"), number, Decimal("480"), now=at(3))
    runner = Runner(saas.store)
    list(runner.step(at(2) + timedelta(days=14) - timedelta(seconds=1)))
    assert "Quote Required: it has waited its time, look at it" not in notices_to(saas, "pro")
    list(runner.step(at(2) + timedelta(days=14)))
    assert notices_to(saas, "pro").count("Quote Required: it has waited its time, look at it") == 1
    assert seen(saas, number).row.status == "quote-required", "it stays where it is"
    done = quotes.record_quote_answer(saas, number, True, now=at(3) + timedelta(days=15))
    assert done.summary.startswith(f"{number}: quote 1 accepted, now Work in Progress")


def test_on_a_desk_without_leads_the_admins_are_told(saas: DeskSession) -> None:
    seed_agents(saas, [{"login": "lea", "active": False}, {"login": "support-manager", "active": False}], now=at(0))
    number = register(saas, subject="Slow", type="issue", requester="Ida", incomplete=True, now=at(0)).number
    done = escalation.escalate(as_(saas, "sam"), number, level="support manager", reason="it goes on", now=at(2))
    assert "nobody holds the role Support Manager: ann told instead" in done.summary


@pytest.mark.requirement("S3-06", "S3-12")
def test_nobody_is_asked_to_pass_on_what_the_second_line_works_on(services: DeskSession) -> None:
    clients = [{"key": "own", "name": "Own Desk Ltd", "domain": "own.example", "coverage": "2,3"}]
    seed_clients(services, clients, now=MONDAY)
    fields = {"contact-phone": "02 9999 1234"}
    number = register(services, subject="Odd", requester="Ida", organisation="own", fields=fields, now=at(0)).number
    update.move(services, number, "in-progress", now=at(0))
    list(Runner(services.store).step(at(60)))
    assert set(suggestions(services, number)) <= {"response-near"}
    ours = call(services)
    update.move(services, ours, "in-progress", now=at(60))
    list(Runner(services.store).step(at(91)))
    assert suggestions(services, ours)["half-an-hour"] == "open"


@pytest.mark.requirement("S3-06")
def test_a_warning_of_first_line_work_lapses_when_the_ticket_is_sent_to_another_tier(services: DeskSession) -> None:
    number = call(services)
    update.move(services, number, "in-progress", now=at(0))
    list(Runner(services.store).step(at(26)))
    assert suggestions(services, number) == {"nearly-half-an-hour": "open"}
    with services.ticket(number, "assign", at(27)) as ticket:
        ticket.append("assigned", {"tier": (ticket.state.tier, 2)})
        ticket.done("")
    assert suggestions(services, number) == {"nearly-half-an-hour": "lapsed"}

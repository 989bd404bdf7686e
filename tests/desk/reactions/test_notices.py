"""Notices of the procedure: who is notified of what, and by which letter."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence, participants
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.resolution import resolve
from deskterm.desk.workflow import escalation
from shipped_desk import as_agent, open_service_call, shipped_desk, verified_desk
from small_desk import MONDAY, at
from ticket_reads import letters_about, notices_to, numbered_notices, open_ticket, read_ticket, records_of


def test_without_members_of_any_department_all_agents_are_notified(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch")
    assert numbered_notices(agency, "sam") == [(number, "a new ticket")]
    assert notices_to(agency, "ann") == []  # nobody is told of what they did themselves


@pytest.mark.requirement("S5-15")
def test_a_bare_letter_says_that_there_is_news_but_not_what_it_is(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch", subject="My password is swordfish")
    messages.reply(agency, number, "Choose another: trout.", now=at(5))
    (letter,) = letters_about(agency, number)
    assert (letter.on, letter.template, letter.bare) == ("replied", "answered", True)
    assert (letter.heading, letter.body) == (
        f"[{number}] There is an answer",
        f"There is an answer on your ticket {number}. Log in to your client area to read it.",
    )
    assert letter.covers == next(m.seq for m in read_ticket(agency, number).messages if m.author_kind == "agent")
    update.move(agency, number, "closed", now=at(6))
    closed = letters_about(agency, number)[-1]
    assert closed.on == "closed"
    assert "swordfish" not in closed.heading + closed.body


def test_a_reply_is_its_own_letter_and_appears_once_in_the_conversation(agency: DeskSession) -> None:
    number = open_ticket(agency, type="question", organisation="larch")
    messages.reply(agency, number, "Under Pages.", now=at(5))
    assert [message.body for message in read_ticket(agency, number).messages] == ["Nothing shows.", "Under Pages."]
    messages.reply(agency, number, "As I said.", channel="phone", now=at(6))
    assert len(letters_about(agency, number)) == 1


def test_one_act_sends_each_letter_once(store_url: str) -> None:
    for desk in verified_desk(store_url, "saas-platform"):
        number = open_ticket(desk, type="issue", organisation="larch")
        update.update_ticket(desk, number, severity="severity-2", priority="high", now=at(5))
        assert [letter.template for letter in letters_about(desk, number)] == ["received", "rated"]


@pytest.mark.requirement("S2-18", "S5-12")
@pytest.mark.parametrize(
    ("procedure", "way", "written"),
    [
        ("campus-it", ("in-progress",), ["resolution"]),
        ("software-vendor", ("under-investigation",), ["sign-off"]),
        ("managed-services", ("in-progress",), ["confirm"]),
        ("web-agency", (), ["closed"]),
    ],
)
def test_each_person_gets_one_letter_about_a_resolution(
    store_url: str, procedure: str, way: tuple[str, ...], written: list[str]
) -> None:
    for desk in verified_desk(store_url, procedure):
        number = open_ticket(desk, organisation="larch")
        participants.add_participant(desk, number, "Ben Oak", email="ben@larch.example", now=at(1))
        for status in way:
            update.move(desk, number, status, now=at(2))
        before = len(letters_about(desk, number))
        codes = [one.key for one in desk.procedure.definition.closing.resolutions]
        resolve(desk, number, "The lamp was replaced.", code=codes[0] if codes else None, now=at(3))
        fresh = letters_about(desk, number)[before:]
        assert [letter.template for letter in fresh] == written
        people = [person.name for letter in fresh for person in letter.to]
        assert sorted(people) == ["Ben Oak", "Ida Fern"]


@pytest.mark.requirement("S2-19")
def test_a_note_that_is_a_complete_letter_gets_no_template(campus: DeskSession) -> None:
    number = open_ticket(campus)
    update.move(campus, number, "in-progress", now=at(1))
    words = (
        "Dear Ida,\n\nI am writing about your projector. It is fixed: we replaced the lamp. From now on it needs a"
        " minute to warm up. If you need anything else, let us know. Thank you for telling us."
    )
    resolve(campus, number, words, code="solved", now=at(2))
    letter = letters_about(campus, number)[-1]
    assert (letter.on, letter.body) == ("resolved", words), "the outbox shows the words of the message"
    said = next(message for message in read_ticket(campus, number).messages if message.body == words)
    assert letter.covers == said.seq


@pytest.mark.requirement("S2-20", "S4-23")
def test_an_escalation_to_a_vacant_role_notifies_the_lead(saas: DeskSession) -> None:
    number = register(saas, subject="Slow", type="issue", requester="Ida", incomplete=True, now=at(0)).number
    seed_agents(saas, [{"login": "support-manager", "active": False}], now=at(1))
    done = escalation.escalate(
        saas, number, level="support manager", reason="it goes on", criterion="3 weeks", now=at(2)
    )
    assert "nobody holds the role Support Manager: lea told instead" in done.summary
    assert notices_to(saas, "lea") == ["escalated to Support Manager, and nobody holds the role Support Manager"]
    absence.set_absence(as_agent(saas, "head-of-support"), "head-of-support", at(600), now=at(3))
    done = escalation.escalate(saas, number, reason="it goes on", now=at(4))
    assert "everybody with the role Head of Support & Customer Success is away: lea told instead" in done.summary
    seed_agents(saas, [{"login": "chief-customer-officer", "active": False}], now=at(5))
    done = escalation.escalate(as_agent(saas, "lea"), number, reason="it goes on", now=at(6))
    assert "nobody holds the role Chief Customer Officer, so it stays with you" in done.summary
    fine = register(saas, subject="Slow", type="issue", requester="Ida", incomplete=True, now=at(7)).number
    assert (
        "nobody"
        not in escalation.escalate(saas, fine, level="2", reason="slow", criterion="it got worse", now=at(8)).summary
    )


@pytest.mark.requirement("S3-11")
def test_an_escalation_to_a_tier_without_agents_notifies_the_lead(staffed_services: DeskSession) -> None:
    number = open_service_call(staffed_services)
    done = escalation.escalate(as_agent(staffed_services, "gil"), number, reason="it is beyond me", now=at(1))
    assert "nobody" not in done.summary
    done = escalation.escalate(as_agent(staffed_services, "gil"), number, reason="it is beyond them", now=at(2))
    assert "nobody is in Level three: lea told instead" in done.summary


def test_without_leads_the_admins_are_notified(saas: DeskSession) -> None:
    seed_agents(saas, [{"login": "lea", "active": False}, {"login": "support-manager", "active": False}], now=at(0))
    number = register(saas, subject="Slow", type="issue", requester="Ida", incomplete=True, now=at(0)).number
    sam = as_agent(saas, "sam")
    escalation.escalate(sam, number, reason="it goes on", now=at(1))
    escalation.escalate(sam, number, reason="it goes on", now=at(2))
    done = escalation.escalate(sam, number, reason="it goes on", now=at(3))
    assert "nobody holds the role Support Manager: ann told instead" in done.summary


@pytest.mark.requirement("S5-04")
def test_everybody_in_its_department_is_notified_of_an_urgent_ticket(store_url: str) -> None:
    desk = shipped_desk(store_url, "web-agency")
    said = {"page": "https://larch.example", "steps": "opened it"}
    number = register(
        desk,
        subject="Site is down",
        type="problem",
        priority="urgent",
        email="k@larch.example",
        fields=said,
        now=MONDAY,
    ).number
    told = [record for record in records_of(desk, number, "notice") if record.values["on"] == "urgent"]
    assert len(told) == 1
    assert {"kim", "sam", "lea"} <= set(told[0].who.strip(",").split(","))

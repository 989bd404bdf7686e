"""An agent's answer by mail: the letter that carries it, whom it reaches, and what is refused (D-11 to D-14)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.billing import quotes
from deskterm.desk.conversation import delay_notice, messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import absence, participants
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import incidents
from deskterm.desk.notify.letters import record_delivery
from deskterm.desk.tickets import update
from deskterm.desk.tickets.assignment import assign
from deskterm.desk.tickets.resolution import record_resolution, resolve
from deskterm.errors import DeskError
from deskterm.procedure.schema import Letters
from shipped_desk import as_agent, shipped_desk, verified_desk
from small_desk import MONDAY, at
from ticket_reads import letters_about, notices_to, open_ticket, read_clock_states, read_ticket

SHIPPED = ("campus-it", "incident-management", "managed-services", "open-source", "saas-platform", "software-vendor")


@pytest.mark.rule("M-46")
@pytest.mark.parametrize("procedure", SHIPPED)
def test_a_reply_goes_to_the_requester_and_the_participants_in_one_letter(store_url: str, procedure: str) -> None:
    """D-11: in every procedure that does not say otherwise."""
    for desk in verified_desk(store_url, procedure):
        number = open_ticket(desk, organisation="larch")
        participants.add_participant(desk, number, "Ben Oak", email="ben@larch.example", now=at(1))
        before = len(letters_about(desk, number))
        messages.reply(desk, number, "Under Pages.", now=at(5))
        (letter,) = letters_about(desk, number)[before:]
        assert [person.email for person in letter.to] == ["ida@larch.example", "ben@larch.example"]
        assert (letter.on, letter.state, letter.bare) == ("replied", "queued", False)
        said = read_ticket(desk, number).messages[-1]
        assert (said.body, letter.covers) == ("Under Pages.", said.seq)


@pytest.mark.rule("M-46")
@pytest.mark.parametrize(("replies", "written"), [("letter", 1), ("notice", 1), ("none", 0)])
def test_a_procedure_says_what_a_reply_sends(
    store_url: str, replies: Literal["letter", "notice", "none"], written: int
) -> None:
    """D-11, S5-15."""
    desk = shipped_desk(store_url, "open-source", letters=Letters(replies=replies))
    number = open_ticket(desk, subject="My password is swordfish")
    messages.reply(desk, number, "Choose another: trout.", now=at(5))
    letters = letters_about(desk, number)
    assert len(letters) == written
    if replies == "notice":
        assert (letters[0].heading, letters[0].body) == (
            f"[{number}]",
            f"There is an answer to your request {number}.",
        )
        assert "Choose another: trout." in read_ticket(desk, number).messages[-1].body  # and no second message
    desk.store.close()


def test_what_was_said_by_phone_makes_no_letter(saas: DeskSession) -> None:
    """D-11."""
    number = open_ticket(saas, organisation="larch")
    before = len(letters_about(saas, number))
    messages.reply(saas, number, "She knows.", channel="phone", now=at(5))
    assert len(letters_about(saas, number)) == before
    with pytest.raises(DeskError, match="the requester has been told"):
        undo_last_command(saas, number, now=at(6))


@pytest.mark.rule("M-48")
def test_a_reply_can_be_taken_back_until_its_letter_is_sent(saas: DeskSession) -> None:
    """D-11: the letter is withdrawn with the reply, and the response that it gave no longer counts."""
    number = open_ticket(saas, organisation="larch")
    states = read_clock_states(saas, number)
    before = len(letters_about(saas, number))
    messages.reply(saas, number, "Under Pages.", now=at(5))
    assert read_clock_states(saas, number) != states
    undo_last_command(saas, number, now=at(6))
    assert read_clock_states(saas, number) == states
    assert [letter.state for letter in letters_about(saas, number)][before:] == ["withdrawn"]
    messages.reply(saas, number, "Under Pages, second tab.", now=at(7))
    letter = letters_about(saas, number)[-1]
    record_delivery(open_system_desk(saas.store), number, letter.key, "sent", now=at(8))
    with pytest.raises(DeskError, match="the reply has gone out"):
        undo_last_command(saas, number, now=at(9))


TAKEN_UP = {"managed-services": "in-progress", "saas-platform": "triage", "software-vendor": "under-investigation"}
"""Procedure → the status in which a ticket is worked on, where no resolution leads on from a new one."""


@pytest.mark.parametrize("procedure", SHIPPED)
def test_the_words_of_a_resolution_reach_each_person_once(store_url: str, procedure: str) -> None:
    """D-11, S2-18: in the letter of the procedure where that holds them, else as they are."""
    for desk in verified_desk(store_url, procedure):
        number = open_ticket(desk, organisation="larch")
        participants.add_participant(desk, number, "Ben Oak", email="ben@larch.example", now=at(1))
        # From here a resolution leads on
        if procedure in TAKEN_UP:
            update.move(desk, number, TAKEN_UP[procedure], now=at(2))
        before = len(letters_about(desk, number))
        with desk.ticket(number, "move", at(3)) as work:
            codes = [one.key for one in desk.procedure.definition.closing.resolutions]
            record_resolution(work, "The lamp was replaced.", None, codes[0] if codes else None, None, channel="email")
        fresh = letters_about(desk, number)[before:]
        carrying = [letter for letter in fresh if letter.covers or "The lamp was replaced." in letter.body]
        assert sorted(person.name for letter in carrying for person in letter.to) == ["Ben Oak", "Ida Fern"]


@pytest.mark.rule("M-46")
def test_a_reply_says_at_once_who_has_no_address(saas: DeskSession) -> None:
    number = open_ticket(saas, email=None, requester="Ole Elm")
    result = messages.reply(saas, number, "Under Pages.", now=at(5))
    assert result.summary.endswith("Ole Elm has no e-mail address, so the letter waits")


def test_a_delay_is_told_by_letter_where_the_procedure_has_none_for_it(saas: DeskSession) -> None:
    """D-11: what counts as an answer goes out as one."""
    number = open_ticket(saas, organisation="larch")
    before = len(letters_about(saas, number))
    delay_notice.announce_delay(saas, number, "The part comes on Friday.", now=at(5))
    (letter,) = letters_about(saas, number)[before:]
    assert (letter.on, letter.covers) == ("delayed", read_ticket(saas, number).messages[-1].seq)


def test_a_quote_is_sent_where_the_procedure_has_no_letter_for_it(store_url: str) -> None:
    """D-11, S4-20: what the desk calls sent is in the outbox."""
    desk = shipped_desk(store_url, "saas-platform", notices=())
    number = open_ticket(desk, organisation="larch", type="change-request")
    quotes.send_quote(as_agent(desk, "professional-services"), number, Decimal("120"), now=at(5))
    letter = letters_about(desk, number)[-1]
    assert letter.on == "quoted"
    assert "costs GBP 120." in letter.body
    desk.store.close()


def test_an_announcement_obeys_what_the_procedure_says_of_replies(store_url: str) -> None:
    """D-11, S5-15: an incident's message is an answer too."""
    desk = shipped_desk(store_url, "web-agency")
    incident, other = (open_ticket(desk, organisation="larch", email=f"p{n}@larch.example") for n in (1, 2))
    incidents.attach_ticket(desk, other, incident, now=at(1))
    result = incidents.announce_to_attached(desk, incident, "The server is down.", now=at(2))
    assert "said on 2 tickets, 2 people written to" in result.summary
    letters = [letters_about(desk, number)[-1] for number in (incident, other)]
    assert [(letter.bare, "There is an answer" in letter.body) for letter in letters] == [(True, True)] * 2
    desk.store.close()


def test_mail_to_nobody_is_refused_and_promises_nothing(saas: DeskSession) -> None:
    """D-13."""
    number = open_ticket(saas, requester=None, email=None)
    states = read_clock_states(saas, number)
    with pytest.raises(DeskError, match="has no requester to write to"):
        messages.reply(saas, number, "Under Pages.", now=at(5))
    with pytest.raises(DeskError, match="has no requester to write to"):
        delay_notice.announce_delay(saas, number, "Friday.", now=at(5))
    assert read_clock_states(saas, number) == states
    messages.reply(saas, number, "Told at the door.", channel="phone", now=at(6))
    assert read_clock_states(saas, number) != states
    participants.add_participant(saas, number, "Ben Oak", email="ben@larch.example", now=at(7))
    messages.reply(saas, number, "And in writing.", now=at(8))
    assert [person.name for person in letters_about(saas, number)[-1].to] == ["Ben Oak"]


@pytest.mark.parametrize("procedure", [*SHIPPED, "web-agency"])
def test_a_customers_message_always_reaches_somebody(store_url: str, procedure: str) -> None:
    """D-14: whatever the procedure says, on a ticket that nobody is assigned to."""
    desk = shipped_desk(store_url, procedure)
    number = open_ticket(desk, organisation="larch")
    messages.record_customer_message(as_agent(desk, "sam"), number, "And now?", now=at(5))
    people = ("ann", "lea", "kim", *(role.key for role in desk.procedure.definition.roles))
    assert [login for login in people if "the requester wrote" in notices_to(desk, login)]
    desk.store.close()


def test_a_customers_message_on_an_unassigned_ticket_reaches_the_leads(store_url: str) -> None:
    """D-14: without an assignee, a team or a department, in a procedure that has no notice of it."""
    desk = shipped_desk(store_url, "open-source")
    number = open_ticket(desk)
    result = messages.record_customer_message(as_agent(desk, "sam"), number, "And now?", now=at(5))
    assert "1 colleague told" in result.summary
    assert notices_to(desk, "lea") == ["the requester wrote"]
    desk.store.close()


def test_a_notice_to_a_team_that_is_not_there_falls_back_in_order(store_url: str) -> None:
    """D-14: the department, else the leads, else the admins; of each those who are present."""
    desk = shipped_desk(store_url, "saas-platform")
    mail = as_agent(desk, "sam")
    number = open_ticket(desk, department="support")
    assert read_ticket(desk, number).row.team is None
    seed_agents(desk, [{"login": "tri", "name": "Tri", "team": "triage"}], now=MONDAY)
    messages.record_customer_message(mail, number, "One", now=at(2))
    assert notices_to(desk, "tri")[:1] == ["the requester wrote"]
    absence.set_absence(as_agent(desk, "tri"), "tri", at(600), now=at(3))
    messages.record_customer_message(mail, number, "Two", now=at(4))
    assert notices_to(desk, "lea")[:1] == ["the requester wrote"]
    absence.set_absence(as_agent(desk, "lea"), "lea", at(600), now=at(5))
    messages.record_customer_message(mail, number, "Three", now=at(6))
    assert notices_to(desk, "ann")[:1] == ["the requester wrote"]
    desk.store.close()


def test_the_summary_counts_those_who_really_got_a_notice(agency: DeskSession) -> None:
    """D-14: not the agent who acted, and nobody twice."""
    number = open_ticket(agency, type="question", organisation="larch")
    result = messages.record_customer_message(as_agent(agency, "sam"), number, "And now?", now=at(5))
    told = [login for login in ("ann", "lea", "sam", "kim") if "the requester wrote" in notices_to(agency, login)]
    assert "sam" not in told
    people = [*told, *(role.key for role in agency.procedure.definition.roles)]
    notified = [login for login in dict.fromkeys(people) if "the requester wrote" in notices_to(agency, login)]
    assert f"{len(notified)} colleagues told" in result.summary


def test_a_retired_assignee_is_not_the_only_one_who_is_told(saas: DeskSession) -> None:
    """D-14."""
    number = open_ticket(saas)
    assign(saas, number, "kim", now=at(1))
    seed_agents(saas, [{"login": "kim", "active": False}], now=at(2))
    result = messages.record_customer_message(as_agent(saas, "sam"), number, "And now?", now=at(3))
    assert "1 colleague told" in result.summary
    assert notices_to(saas, "lea")[:1] == ["the requester wrote"]


def test_a_resolution_that_nobody_outside_gets_says_so(store_url: str) -> None:
    """D-13: an alarm without a requester can be resolved; no letter is made of it."""
    desk = shipped_desk(store_url, "open-source")
    number = open_ticket(desk, requester=None, email=None)
    assert "nobody outside to write to" in resolve(desk, number, "It was a false alarm.", now=at(5)).summary
    assert letters_about(desk, number) == []
    desk.store.close()


@pytest.mark.parametrize(("channel", "answered"), [("email", False), ("phone", True)])
def test_only_a_resolution_that_reaches_somebody_stops_the_response_clock(
    store_url: str, channel: str, answered: bool
) -> None:
    """D-13: words that nobody outside can read are no answer; by phone, somebody was told."""
    desk = shipped_desk(store_url, "managed-services")
    number = open_ticket(desk, requester=None, email=None)
    update.move(desk, number, "assigned", now=at(1))
    assert read_clock_states(desk, number)["response"] == "running"
    resolve(desk, number, "It was a false alarm.", channel=channel, now=at(5))
    assert (read_clock_states(desk, number)["response"] != "running") is answered
    desk.store.close()


def test_an_announcement_answers_only_where_it_reaches_somebody(saas: DeskSession) -> None:
    """D-13: an alarm that nobody outside reported, alone, with another alarm, and with a ticket of a requester."""
    alarm, other = (open_ticket(saas, requester=None, email=None) for _ in range(2))
    incidents.attach_ticket(saas, other, alarm, now=at(1))
    said = incidents.announce_to_attached(saas, alarm, "We are on it.", now=at(2))
    assert "answers nobody" in said.summary
    assert {read_clock_states(saas, number)["response"] for number in (alarm, other)} == {"running"}
    number = open_ticket(saas, organisation="larch")
    incidents.attach_ticket(saas, number, alarm, now=at(3))
    said = incidents.announce_to_attached(saas, alarm, "Mail works again.", now=at(4))
    assert "answers nobody" not in said.summary
    assert read_clock_states(saas, other)["response"] == "running"
    assert all(read_clock_states(saas, one)["response"] != "running" for one in (alarm, number))

"""Messages: replies, notes and messages of the requester, and how they move tickets and clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.tickets import resolution, update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError, UsageError
from small_desk import at
from ticket_reads import DeskFactory, open_ticket, read_clock_states, read_ticket, read_timers


@pytest.mark.requirement("S1-22", "S2-16")
def test_an_update_is_due_from_one_answer_to_the_next_for_critical_and_high(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="critical")
    messages.reply(campus, number, "We are on it.", now=at(1))
    (first,) = [clock for clock in read_ticket(campus, number).clocks if clock.metric == "update"]
    assert (first.state, first.due is not None) == ("running", True)
    messages.reply(campus, number, "Called: it takes an hour.", channel="phone", now=at(30))
    cycles = [clock.state for clock in read_ticket(campus, number).clocks if clock.metric == "update"]
    assert cycles == ["met", "running"]
    normal = open_ticket(campus, priority="normal")
    messages.reply(campus, normal, "We are on it.", now=at(40))
    assert all(clock.due is None for clock in read_ticket(campus, normal).clocks if clock.metric == "update")


@pytest.mark.requirement("S1-19")
def test_an_automatic_acknowledgement_does_not_answer(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="support-query")
    messages.reply(desk, 1001, "We have your request.", automatic=True, now=at(1))
    assert read_clock_states(desk)["response"] == "running"
    messages.reply(desk, 1001, "I am looking at it.", now=at(2))
    assert read_clock_states(desk)["response"] == "met"


@pytest.mark.requirement("S1-20")
def test_one_reply_that_says_what_happens_next_answers_and_reviews(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="support-query")
    messages.reply(desk, 1001, "Here is the guide; tell me by Friday.", next_steps=True, now=at(5))
    found = read_clock_states(desk)
    assert (found["response"], found["review"]) == ("met", "met")


@pytest.mark.requirement("S2-15")
def test_a_question_waits_for_the_requester_and_their_answer_ends_that(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("campus-it")
    messages.reply(desk, 1001, "In which room?", status="waiting-for-requester", now=at(5))
    assert read_ticket(desk).row.waiting == "them"
    messages.record_customer_message(desk, 1001, "B 204", now=at(30))
    assert (read_ticket(desk).row.status, read_ticket(desk).row.waiting) == ("in-progress", "us")


DAY = timedelta(days=1)


@pytest.mark.requirement("S4-13", "S4-14")
def test_a_reply_of_the_customer_moves_the_ticket_and_cancels_the_automatic_closure(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("saas-platform")
    update.move(desk, 1001, "triage", now=at(1))
    messages.reply(desk, 1001, "Which tenant?", status="waiting-for-customer", now=at(2))
    messages.record_customer_message(desk, 1001, "The blue one.", now=at(3))
    assert read_ticket(desk).row.status == "customer-responded"
    resolution.resolve(desk, 1001, "It is configured.", code="configured", now=at(4))
    assert read_ticket(desk).row.status == "on-customer-test"
    messages.record_customer_message(desk, 1001, "Not quite.", now=at(5))
    assert read_ticket(desk).row.status == "customer-responded"
    resolution.resolve(desk, 1001, "Now it is.", code="configured", status="pending-closure", now=at(6))
    (timer,) = [timer for timer in read_timers(desk) if timer.metric == "timer:status:pending-closure"]
    assert (timer.state, timer.due) == ("running", int((at(6) + 7 * DAY).timestamp()))
    messages.record_customer_message(desk, 1001, "One more thing.", now=at(7))
    assert read_ticket(desk).row.status == "customer-responded"
    assert not [timer for timer in read_timers(desk) if timer.state == "running"]


def resolve_job(desk: DeskSession) -> None:
    update.move(desk, 1001, "in-progress", now=at(1))
    resolution.resolve(desk, 1001, "The box is on the other side now.", now=at(10))


@pytest.mark.requirement("S5-13")
@pytest.mark.parametrize("words", ["Thanks, but the box is gone.", "Is it?", "Thank you! Call me: 020 7946 0123"])
def test_a_reply_with_a_request_reopens_a_closed_ticket(desk_with_ticket: DeskFactory, words: str) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    resolve_job(desk)
    messages.record_customer_message(desk, 1001, words, now=at(60))
    assert (read_ticket(desk).row.status, read_ticket(desk).reopened) == ("client-responded", 1)


@pytest.mark.requirement("S4-15")
def test_a_message_to_a_duplicate_goes_to_the_original(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("saas-platform")
    for minute in (2, 3):
        register(desk, subject="The same", organisation="larch", incomplete=True, now=at(minute))
    close_as_duplicate(desk, 1003, 1002, now=at(4))
    close_as_duplicate(desk, 1002, 1001, now=at(5))
    result = messages.record_customer_message(desk, 1003, "Any news?", author="Lou Roe", now=at(6))
    assert result.number == 1001
    assert result.summary.startswith("1001: message of the requester recorded (it was meant for 1003)")
    last = read_ticket(desk).messages[-1]
    assert (last.body, last.author) == ("Any news?", "Lou Roe")
    assert read_ticket(desk).events[-1].data.get("came_by", read_ticket(desk).events[-2].data.get("came_by")) == 1003


@pytest.mark.requirement("S4-13")
def test_a_pause_ends_when_the_message_arrived_not_when_it_was_recorded(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("software-vendor", type="technical-support", severity="high")
    update.move(desk, 1001, "under-investigation", now=at(10))
    messages.reply(desk, 1001, "On which page?", status="awaiting-client-info", now=at(60))
    messages.record_customer_message(desk, 1001, "On the first.", received_at=at(90), now=at(240))
    clock = next(clock for clock in read_ticket(desk).clocks if clock.metric == "resolution")
    assert (clock.state, clock.due) == ("running", int((at(30) + 2 * DAY).timestamp())), "half an hour of rest"
    with pytest.raises(UsageError, match="cannot arrive later"):
        messages.record_customer_message(desk, 1001, "And the last.", received_at=at(300), now=at(250))


@pytest.mark.requirement("S5-10")
def test_the_conversation_keeps_every_message_in_order(desk_with_ticket: DeskFactory) -> None:
    desk = desk_with_ticket("web-agency", type="question")
    resolve_job(desk)
    messages.record_customer_message(desk, 1001, "The colour is wrong.", now=at(60))
    resolution.resolve(desk, 1001, "It is blue now.", now=at(70))
    messages.record_customer_message(desk, 1001, "Thanks!", now=at(80))
    public = [message.body for message in read_ticket(desk).messages if message.kind == "public"]
    assert public == [
        "It says 500.", "The box is on the other side now.", "The colour is wrong.", "It is blue now.", "Thanks!",
    ]  # fmt: skip


def test_the_author_of_a_message_to_a_duplicate_is_the_requester_of_the_duplicate(
    desk_with_ticket: DeskFactory,
) -> None:
    desk = desk_with_ticket("saas-platform")
    second = register(
        desk, subject="The same", requester="Lou", organisation="larch", incomplete=True, now=at(2)
    ).number
    close_as_duplicate(desk, second, 1001, now=at(3))
    messages.record_customer_message(desk, second, "Are you at it?", now=at(4))
    public = [message for message in read_ticket(desk).messages if message.author_kind == "requester"]
    assert [message.author for message in public] == ["Kim Doe", "Lou"]


def test_a_reply_that_names_the_present_status_is_sent_all_the_same(saas: DeskSession) -> None:
    """D-30: "The ticket is New already", and the words were lost."""
    number = open_ticket(saas)
    status = read_ticket(saas, number).row.status
    result = messages.reply(saas, number, "We are looking into it.", status=status, now=at(1))
    assert result.summary.startswith(f"{number} answered; it is New already")
    ticket = read_ticket(saas, number)
    assert (ticket.row.status, ticket.messages[-1].body) == (status, "We are looking into it.")
    with pytest.raises(DeskError, match="There is no status"):
        messages.reply(saas, number, "x", status="nowhere", now=at(2))

"""Messages: which replies answer, review and update, and whom a ticket waits for."""

from __future__ import annotations

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from one_ticket import Opened, open_ticket, seen, states
from small_desk import at


@pytest.mark.requirement("S1-22", "S2-16")
def test_an_update_is_due_from_one_answer_to_the_next_for_critical_and_high(campus: DeskSession) -> None:
    number = open_ticket(campus, priority="critical")
    messages.reply(campus, number, "We are on it.", now=at(1))
    (first,) = [clock for clock in seen(campus, number).clocks if clock.metric == "update"]
    assert (first.state, first.due is not None) == ("running", True)
    messages.reply(campus, number, "Called: it takes an hour.", channel="phone", now=at(30))
    cycles = [clock.state for clock in seen(campus, number).clocks if clock.metric == "update"]
    assert cycles == ["met", "running"]
    normal = open_ticket(campus, priority="normal")
    messages.reply(campus, normal, "We are on it.", now=at(40))
    assert all(clock.due is None for clock in seen(campus, normal).clocks if clock.metric == "update")


@pytest.mark.requirement("S1-19")
def test_an_automatic_acknowledgement_does_not_answer(opened: Opened) -> None:
    desk = opened("software-vendor", type="support-query")
    messages.reply(desk, 1001, "We have your request.", automatic=True, now=at(1))
    assert states(desk)["response"] == "running"
    messages.reply(desk, 1001, "I am looking at it.", now=at(2))
    assert states(desk)["response"] == "met"


@pytest.mark.requirement("S1-20")
def test_one_reply_that_says_what_happens_next_answers_and_reviews(opened: Opened) -> None:
    desk = opened("software-vendor", type="support-query")
    messages.reply(desk, 1001, "Here is the guide; tell me by Friday.", next_steps=True, now=at(5))
    found = states(desk)
    assert (found["response"], found["review"]) == ("met", "met")


@pytest.mark.requirement("S2-15")
def test_what_is_missing_is_asked_for_and_waited_for(opened: Opened) -> None:
    desk = opened("campus-it")
    messages.reply(desk, 1001, "In which room?", status="waiting-for-requester", now=at(5))
    assert seen(desk).row.waiting == "them"
    messages.record_customer_message(desk, 1001, "B 204", now=at(30))
    assert (seen(desk).row.status, seen(desk).row.waiting) == ("in-progress", "us")

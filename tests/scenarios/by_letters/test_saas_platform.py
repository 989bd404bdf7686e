"""A software service by letters: rated, tested by the customer, scored, reminded, and closed for good."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.tickets import confirmation, resolution, update
from mail.support.mail_client import read_text
from mail.support.running_desk import OpenDesk

PEOPLE: list[dict[str, Any]] = [
    {"login": "sam", "name": "Sam Hill", "role": "agent", "team": "agents"},
    {"login": "max", "name": "Max Orr", "role": "lead", "roles": "support-manager"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "elm", "name": "Elm Ltd", "domain": "elm.example"}]


@pytest.mark.rule("M-32", "M-36", "M-46", "M-66")
@pytest.mark.requirement("S4-07", "S4-13", "S4-14", "S4-15", "S4-21")
def test_a_request_is_rated_tested_scored_and_closed_for_good_by_letters(open_running_desk: OpenDesk) -> None:
    desk = open_running_desk(
        "saas-platform", "2026-11-24T09:00+00:00", domain="platform.example", people=PEOPLE, clients=CLIENTS
    )
    jo = desk.add_customer("Jo Finch", "jo@elm.example")
    sam = desk.as_agent("sam")
    jo.write(desk.address, "Invoices stop", "Since nine nobody can send invoices.")
    assert "the number 1001" in read_text(jo.read_next())
    update.move(sam, 1001, "triage", now=desk.now)
    update.update_ticket(sam, 1001, severity="severity-2", now=desk.now)
    assert "Severity 2" in read_text(jo.read_next())
    resolution.resolve(sam, 1001, "A setting was wrong.", code="configured", now=desk.now)
    tested = jo.read_next()
    assert "What was done: A setting was wrong." in read_text(tested)
    jo.answer(tested, "Not quite: one is stuck.")
    desk.wait_for_status(1001, "customer-responded")
    confirmation.reject(sam, 1001, now=desk.now)
    assert desk.status(1001) == "work-in-progress"
    resolution.resolve(sam, 1001, "Sent by hand.", code="configured", now=desk.now)
    jo.answer(jo.read_next(), "All went out.")
    desk.wait_for_status(1001, "customer-responded")
    confirmation.confirm(sam, 1001, now=desk.now)
    assert desk.status(1001) == "pending-closure"
    for _ in range(2):
        jo.read_next()
    jo.answer(jo.inbox[-1], "5")
    desk.wait_until(lambda: [record.state for record in desk.records(1001, "feedback")] == ["answered"])
    assert desk.status(1001) == "pending-closure"

    desk.advance_to("2026-11-30T09:30+00:00")
    reminder = jo.read_next()
    jo.answer_as_absent(reminder)
    jo.answer(reminder, "Thank you!")
    desk.wait_for_mails(6)
    assert desk.status(1001) == "pending-closure"
    desk.advance_to("2026-12-01T09:30+00:00")
    desk.wait_for_status(1001, "closed")
    jo.answer(reminder, "Invoices stop again.")
    assert "1002" in read_text(jo.read_next())
    desk.end_story()
    assert jo.subjects == [
        "Invoices stop [#1001]",
        "Invoices stop: Severity 2 – Major / High Impact Incident, Medium [#1001]",
        "Invoices stop: please test [#1001]",
        "Invoices stop: please test [#1001]",
        "Invoices stop: resolved [#1001]",
        "Invoices stop: how was it? [#1001]",
        "Invoices stop: closes Tue 01 Dec 2026 09:00 GMT [#1001]",
        "Invoices stop [#1002]",
    ]

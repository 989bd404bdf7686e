"""A managed service provider by letters: passed on, confirmed, scored, and back within thirty days."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.tickets import assignment, confirmation, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation
from mail.support.mail_client import read_text
from mail.support.running_desk import OpenDesk

PEOPLE: list[dict[str, Any]] = [
    {"login": "ann-au", "name": "Anna Bell", "role": "agent", "team": "australia", "tier": 1},
    {"login": "sue", "name": "Sue Ford", "role": "agent", "team": "second-line", "tier": 2},
    {"login": "lea", "name": "Lea Marsh", "role": "lead", "roles": "shift-lead"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "gum", "name": "Gum Tree Ltd", "domain": "gum.example"}]


@pytest.mark.rule("M-36", "M-42", "M-44", "M-45", "M-66")
@pytest.mark.requirement("S3-01", "S3-05", "S3-11", "S3-13", "S3-14", "S3-15")
def test_a_problem_is_passed_on_confirmed_scored_and_reopened_by_letters(open_running_desk: OpenDesk) -> None:
    desk = open_running_desk(
        "managed-services", "2026-11-23T09:00+11:00", domain="provider.example", people=PEOPLE, clients=CLIENTS
    )
    kim = desk.add_customer("Kim Wood", "kim@gum.example")
    anna, sue = desk.as_agent("ann-au"), desk.as_agent("sue")
    kim.write(desk.address, "Slow mail", "Mails take an hour to arrive. My number is +61 2 5550 1234.")
    assert "Its priority is Medium." in read_text(kim.read_next())

    assignment.assign(anna, 1001, "ann-au", now=desk.now)
    update.move(anna, 1001, "in-progress", anyway=True, now=desk.now)
    escalation.escalate(anna, 1001, reason="Half an hour is over.", now=desk.now)
    passed_on = kim.read_next()
    kim.answer_as_absent(passed_on)
    desk.wait_for_mails(2)
    assert desk.status(1001) == "escalated-l2"
    messages.reply(sue, 1001, "The index was rebuilt.", status="awaiting-confirmation", now=desk.now)
    kim.read_next()
    assert "Please tell us whether all works" in read_text(kim.read_next())
    kim.answer(kim.inbox[-2], "No, it is as slow as before.")
    desk.wait_for_status(1001, "in-progress")
    resolution.resolve(sue, 1001, "The disk was replaced.", now=desk.now)
    kim.answer(kim.read_next(), "Yes, all is well now.")
    desk.wait_for_status(1001, "in-progress")  # somebody has to read whether that is a yes
    confirmation.confirm(sue, 1001, now=desk.now)
    kim.read_next()
    survey = kim.read_next()
    kim.answer(survey, "2\n\nIt took long.")
    desk.wait_until(lambda: [record.state for record in desk.records(1001, "feedback")] == ["answered"])
    assert desk.status(1001) == "closed"
    kim.answer(kim.inbox[-2], "It is slow again since today.")
    desk.wait_for_status(1001, "in-progress")

    # A call, and an address that was misheard
    register(
        anna, type="problem", subject="No sound", requester="Kit Wood", email="kid@gum.example", priority="low",
        channel="phone", fields={"contact-phone": "+61 2 5550 1234"}, now=desk.now,
    )  # fmt: skip
    desk.wait_until(lambda: "undelivered" in desk.read_ticket(1002).flags)
    desk.end_story()
    assert kim.subjects == [
        "Slow mail [#1001]",
        "Slow mail: passed on [#1001]",
        "Re: Slow mail [#1001]",
        "Slow mail: does it work? [#1001]",
        "Slow mail: does it work? [#1001]",
        "Slow mail: closed [#1001]",
        "Slow mail: how was it? [#1001]",
    ]

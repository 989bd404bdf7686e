"""A software vendor by letters: acknowledged, asked about, escalated, and signed off after a reminder."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.tickets import confirmation, resolution, update
from mail.support.mail_client import read_text
from mail.support.running_desk import OpenDesk

PEOPLE: list[dict[str, Any]] = [
    {"login": "sam", "name": "Sam Hill", "role": "agent", "team": "customer-support"},
    {"login": "eve", "name": "Eve Stone", "role": "lead", "roles": "customer-excellence-manager"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]


@pytest.mark.rule("M-28", "M-34", "M-36", "M-46", "M-50")
@pytest.mark.requirement("S1-18", "S1-19", "S1-24", "S1-27", "S1-34", "S1-35")
def test_a_fault_is_acknowledged_asked_about_escalated_and_signed_off_by_letters(open_running_desk: OpenDesk) -> None:
    desk = open_running_desk(
        "software-vendor", "2026-11-23T09:00+00:00", domain="vendor.example", people=PEOPLE, clients=CLIENTS
    )
    kim = desk.add_customer("Kim Reed", "kim@larch.example")
    lou = desk.add_customer("Lou Park", "lou@larch.example")
    sam = desk.as_agent("sam")
    kim.write(desk.address, "Report is empty", "The monthly report has no rows.", cc=("Lou Park <lou@larch.example>",))
    acknowledged = kim.read_next()
    assert "ticket 1001" in read_text(acknowledged)
    assert acknowledged["Cc"] == "Lou Park <lou@larch.example>"
    assert desk.status(1001) == "open-issue"
    assert desk.clock(1001, "response") == "running"  # an automatic letter is no response (S1-19)

    update.move(sam, 1001, "under-investigation", now=desk.now)
    messages.reply(sam, 1001, "Which browser is it?", status="awaiting-client-info", next_steps=True, now=desk.now)
    question = kim.read_next()
    assert (read_text(question).splitlines()[0], question["Auto-Submitted"]) == ("Which browser is it?", None)
    assert desk.clock(1001, "response") == "met"
    kim.answer(question, "Firefox. I request escalation!")
    desk.wait_for_status(1001, "under-investigation")
    assert desk.read_ticket(1001).messages[-1].body == "Firefox. I request escalation!"
    assert "escalated" in desk.read_ticket(1001).flags

    resolution.resolve(sam, 1001, "Please empty the cache.", resolution="permanent", now=desk.now)
    assert "Please empty the cache." in read_text(kim.read_next())
    for _ in range(4):
        lou.read_next()
    lou.answer_as_absent(lou.inbox[-1])
    desk.wait_for_mails(3)
    assert desk.status(1001) == "client-sign-off"

    desk.advance_to("2026-11-27T10:00+00:00")
    kim.answer(kim.read_next(), "It has its rows again.")
    desk.wait_for_status(1001, "under-investigation")  # somebody has to read whether that is a yes
    confirmation.confirm(sam, 1001, now=desk.now)
    assert desk.status(1001) == "closed"
    desk.end_story()
    assert kim.subjects == [
        "Report is empty [#1001]",
        "Re: Report is empty [#1001]",
        "Report is empty: please confirm [#1001]",
        "Report is empty: is it resolved? [#1001]",  # to the requester alone
        "Report is empty: closed [#1001]",
    ]
    assert lou.subjects == ["Report is empty", *(one for one in kim.subjects if "is it resolved" not in one)]

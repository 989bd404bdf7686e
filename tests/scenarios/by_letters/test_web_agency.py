"""A web agency by letters: a mail only says that there is news, and thanks open nothing."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.conversation import messages
from mail.support.mail_client import read_text
from mail.support.running_desk import OpenDesk

PEOPLE: list[dict[str, Any]] = [
    {"login": "jon", "name": "Jon Hay", "role": "agent"},
    {"login": "kay", "name": "Kay Orr", "role": "agent"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "birch", "name": "Birch Ltd", "domain": "birch.example"}]


@pytest.mark.rule("M-36", "M-46")
@pytest.mark.requirement("S5-02", "S5-08", "S5-12", "S5-13", "S5-15")
def test_a_question_is_answered_closed_and_not_reopened_by_thanks_by_letters(open_running_desk: OpenDesk) -> None:
    desk = open_running_desk(
        "web-agency", "2026-11-23T09:00+00:00", domain="agency.example", people=PEOPLE, clients=CLIENTS
    )
    pat = desk.add_customer("Pat Lowe", "pat@birch.example")
    kay = desk.as_agent("kay")
    pat.write(desk.address, "Mail program", "How do I set up my mail program?")
    desk.wait_for_mails(1)
    messages.reply(kay, 1001, "Take port 993.", status="answered", now=desk.now)
    answer = pat.read_next()
    assert read_text(answer).strip() == "There is an answer on your ticket 1001. Log in to your client area to read it."
    assert desk.read_ticket(1001).row.assignee == "kay"  # who answers first has it
    pat.answer(answer, "And for sending?")
    desk.wait_for_status(1001, "client-responded")
    messages.reply(kay, 1001, "Port 465.", status="closed", now=desk.now)
    pat.read_next()
    closed = pat.read_next()
    pat.answer_as_absent(closed)
    pat.answer(closed, "Thank you very much!")
    desk.wait_for_mails(4)
    assert desk.status(1001) == "closed"
    pat.answer(closed, "It says that the password is wrong.")
    desk.wait_for_status(1001, "client-responded")
    desk.end_story()
    assert pat.subjects == ["There is an answer [#1001]", "There is an answer [#1001]", "Done [#1001]"]

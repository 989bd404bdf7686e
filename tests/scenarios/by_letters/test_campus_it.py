"""The IT service of a campus by letters: registered, escalated, raised, resolved with a letter, rejected, resolved."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.tickets import resolution, update
from deskterm.desk.workflow import escalation
from mail.support.mail_client import read_text
from mail.support.running_desk import OpenDesk

PEOPLE: list[dict[str, Any]] = [
    {"login": "raj", "name": "Raj Rao", "role": "agent", "team": "customer-support", "tier": 1},
    {
        "login": "mei",
        "name": "Mei Lin",
        "role": "lead",
        "team": "technical-services",
        "tier": 2,
        "roles": "senior-engineer",
    },
]
CLIENTS: list[dict[str, Any]] = [{"key": "science", "name": "Institute of Science", "domain": "science.example"}]


@pytest.mark.rule("M-24", "M-34", "M-36", "M-54")
@pytest.mark.requirement("S2-01", "S2-15", "S2-18", "S2-20", "S2-21", "S2-24")
def test_a_request_is_asked_about_escalated_and_resolved_by_letters(open_running_desk: OpenDesk) -> None:
    desk = open_running_desk(
        "campus-it", "2026-11-23T21:00+05:30", domain="campus.example", people=PEOPLE, clients=CLIENTS
    )  # long after the counter has closed: a mail can be left at any time (S2-01)
    ira = desk.add_customer("Ira Das", "ira@science.example")
    raj = desk.as_agent("raj")
    ira.write(desk.address, "Marks are not saved", "The examination portal loses what I enter.")
    assert "registered under number 1001" in read_text(ira.read_next())

    messages.reply(raj, 1001, "Which module is it?", status="waiting-for-requester", now=desk.now)
    question = ira.read_next()
    ira.answer_as_absent(question)
    desk.wait_for_mails(2)
    assert desk.status(1001) == "waiting-for-requester"
    ira.answer(question, "Marks entry. Nobody can enter any.")
    desk.wait_for_status(1001, "in-progress")

    update.update_ticket(raj, 1001, priority="critical", reason="Nobody can enter marks.", now=desk.now)
    assert "priority of your request is now Critical" in read_text(ira.read_next())
    escalation.escalate(raj, 1001, reason="It is the database.", now=desk.now)
    assert "has been passed on" in read_text(ira.read_next())
    mei = desk.as_agent("mei")
    resolution.resolve(mei, 1001, "We added space to a full disk.", code="solved", now=desk.now)
    resolved = ira.read_next()
    assert "How it was resolved: We added space to a full disk." in read_text(resolved)
    assert resolved["Auto-Submitted"] is None  # a person says how (S2-18)
    ira.answer(resolved, "It still loses them.")
    desk.wait_for_status(1001, "in-progress")
    resolution.resolve(mei, 1001, "We restored the table too.", code="solved", now=desk.now)
    assert "We restored the table too." in read_text(ira.read_next())
    assert desk.status(1001) == "resolved"
    desk.end_story()
    assert ira.subjects == [
        "Marks are not saved [#1001]",
        "Re: Marks are not saved [#1001]",
        "Marks are not saved: priority Critical [#1001]",
        "Marks are not saved: passed on [#1001]",
        "Marks are not saved: resolved [#1001]",
        "Marks are not saved: resolved [#1001]",
    ]

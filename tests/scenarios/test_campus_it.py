"""The IT service of a campus: unequal days, first come first served, two levels of escalation, a courteous end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.conversation import messages
from deskterm.desk.notify import letter_checks, letters
from deskterm.desk.tickets import resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation, exemption, priority_override
from deskterm.errors import DeskError

PEOPLE: list[dict[str, Any]] = [
    {"login": "raj", "name": "Raj", "role": "agent", "team": "customer-support", "tier": 1},
    {
        "login": "mei",
        "name": "Mei",
        "role": "lead",
        "team": "technical-services",
        "tier": 2,
        "roles": "senior-engineer",
    },
    {"login": "tom", "name": "Tom", "role": "admin", "roles": "it-head"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "science", "name": "Institute of Science", "domain": "science.example"}]
ASKED: dict[str, Any] = {
    "occurred-at": "2026-11-20T16:30:00+05:30",
    "caller": "Ira <ira@science.example> 3080",
    "notify": "dean@science.example",
    "resource": "Examination portal",
    "description": "Marks are not saved.",
    "first-time": True,
}
LETTER = """Dear Ira,

I am writing about the examination portal.
The cause was a full disk; it was resolved by adding space. You can now save marks again.
Please let us know if we can be of further assistance.
Thank you for telling us."""


def open_campus(url: str, start: str = "2026-11-20T17:30+05:30") -> Story:
    return Story(url, "campus-it", start, people=PEOPLE, clients=CLIENTS)


@pytest.mark.requirement("S2-02", "S2-08", "S2-15", "S2-16", "S2-18", "S2-19", "S2-20", "S2-21", "S2-24")
def test_a_critical_issue_is_updated_escalated_and_ended_with_a_letter(store_url: str) -> None:
    story = open_campus(store_url)
    raj = story.as_agent("raj")
    with pytest.raises(DeskError, match="resource"):
        register(
            raj,
            type="issue",
            subject="Marks are lost",
            email="lee@science.example",
            fields={name: value for name, value in ASKED.items() if name != "resource"},
            now=story.now,
        )
    number = register(
        raj,
        type="issue",
        subject="Marks are lost",
        requester="Lee",
        email="lee@science.example",
        channel="walk-in",
        fields=ASKED,
        now=story.now,
    ).number
    assert story.status(number) == "registered"
    assert story.read_ticket(number).row.priority == "normal"
    assert {record.state for record in story.records(number, "participant")} == {"caller", "notify"}

    update.update_ticket(raj, number, priority="critical", reason="Nobody can enter marks.", now=story.now)
    assert "priority-changed" in story.letters(number)
    letters.log_call_instead(raj, number, "Told Lee on the phone.", now=story.now)
    messages.reply(raj, number, "We are on it.", status="in-progress", now=story.now)
    due = datetime.fromisoformat("2026-11-21T11:20+05:30")  # two hours, ten minutes of them on Friday
    assert story.due(number, "update") == f"{due.astimezone(UTC):%Y-%m-%d %H:%M}"

    story.advance_to("2026-11-21T10:00+05:30")
    escalation.escalate(raj, number, reason="The disk is full.", now=story.now)
    assert story.letters(number).count("escalated") == 1
    assert story.read_ticket(number).values["tier"] == 2
    assert story.status(number) == "escalated-l1"
    messages.reply(story.as_agent("mei"), number, "What is the course?", status="waiting-for-requester", now=story.now)
    assert story.status(number) == "waiting-for-requester"
    assert story.clock(number, "update").state == "paused"
    messages.record_customer_message(raj, number, "Physics.", channel="phone", now=story.now)
    assert story.status(number) == "in-progress"
    assert story.clock(number, "update").state == "running"
    escalation.escalate(story.as_agent("mei"), number, reason="No disk is to be had.", now=story.now)
    assert story.status(number) == "escalated-l2"
    assert story.letters(number).count("escalated") == 2

    story.advance_to("2026-11-21T11:00+05:30")
    with pytest.raises(DeskError):
        update.move(story.as_agent("mei"), number, "resolved", now=story.now)
    procedure = story.as_agent("mei").procedure.definition
    assert letter_checks.find_missing_parts(procedure, LETTER) == []
    assert [check.key for check in letter_checks.find_missing_parts(procedure, "Done.")]
    resolution.resolve(story.as_agent("mei"), number, LETTER, code="solved", now=story.now)
    assert story.status(number) == "resolved"
    update.move(story.as_agent("mei"), number, "closed", now=story.now)
    assert story.status(number) == "closed"
    story.verify()


@pytest.mark.requirement("S2-10", "S2-13", "S2-14", "S2-07")
def test_an_ordinary_request_counts_no_time_and_a_dependent_service_is_exempt(store_url: str) -> None:
    story = open_campus(store_url, "2026-11-23T10:00+05:30")
    raj = story.as_agent("raj")
    number = register(
        raj,
        type="issue",
        subject="No network in room 12",
        product="network",
        email="lee@science.example",
        fields=ASKED | {"resource": "LAN"},
        now=story.now,
    ).number
    assert [clock.due for clock in story.read_ticket(number).clocks if clock.state == "running"] == []
    assert story.read_ticket(number).values["tier"] == 0  # the local administrator first
    override = story.as_agent("mei").procedure.definition.priority.overrides[0].key
    priority_override.override_priority(
        story.as_agent("mei"), number, "high", override=override, affected=30, now=story.now
    )
    assert [record.values["affected"] for record in story.records(number, "override")] == [30]
    messages.reply(raj, number, "We are looking.", status="in-progress", now=story.now)
    assert story.clock(number, "update").state == "running"
    reason = story.as_agent("mei").procedure.definition.sla.exempt_reasons[0].key
    exemption.exempt(story.as_agent("mei"), number, reason, now=story.now)
    assert {clock.state for clock in story.read_ticket(number).clocks} <= {"cancelled", "met"}
    exemption.unexempt(story.as_agent("mei"), number, reason="It is our own cable.", now=story.now)
    story.verify()

"""A managed service provider: around the clock, thirty minutes of work, tiers, thirty days to come back."""

from __future__ import annotations

from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.conversation import messages, survey
from deskterm.desk.directory import tier_coverage
from deskterm.desk.tickets import assignment, confirmation, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation, work_sessions
from deskterm.errors import DeskError
from ticket_reads import read_clock_states

PEOPLE: list[dict[str, Any]] = [
    {"login": "ann-au", "name": "Anna", "role": "agent", "team": "australia", "tier": 1},
    {"login": "gus", "name": "Gus", "role": "agent", "team": "global", "tier": 1},
    {"login": "sue", "name": "Sue", "role": "agent", "team": "second-line", "tier": 2},
    {"login": "tia", "name": "Tia", "role": "agent", "team": "third-line", "tier": 3},
    {"login": "lea", "name": "Lea", "role": "lead", "roles": "shift-lead"},
]
CLIENTS: list[dict[str, Any]] = [
    {"key": "gum", "name": "Gum Tree Ltd", "domain": "gum.example"},
    {"key": "own", "name": "Own Desk Ltd", "domain": "own.example", "coverage": "2,3", "handoff": "their service desk"},
    {"key": "first", "name": "First Line Ltd", "domain": "first.example", "coverage": "1", "handoff": "engineers"},
]
ASKED: dict[str, Any] = {"contact-phone": "+61 2 5550 1234"}


def open_provider(url: str, start: str = "2026-11-23T09:00+11:00") -> Story:
    return Story(url, "managed-services", start, people=PEOPLE, clients=CLIENTS)


@pytest.mark.requirement("S3-02", "S3-06", "S3-13", "S3-14", "S3-15", "S3-16")
def test_half_an_hour_of_work_then_up_confirmed_closed_and_back_within_thirty_days(store_url: str) -> None:
    story = open_provider(store_url)
    anna = story.as_agent("ann-au")
    number = register(
        anna, type="problem", subject="Slow mail", email="kim@gum.example", priority="medium", channel="phone",
        fields=ASKED, now=story.now,
    ).number  # fmt: skip
    sheet = story.read_ticket(number)
    assert (sheet.row.status, sheet.row.team, sheet.values["tier"]) == ("new", "australia", 1)
    assert "registered" in story.letters(number)  # it says what the priority is

    assignment.assign(anna, number, "ann-au", now=story.now)
    assert read_clock_states(anna, number) == {"response": "running", "resolution": "running", "effort": "paused"}
    update.move(anna, number, "in-progress", anyway=True, now=story.now)
    work_sessions.start_work(anna, number, now=story.now)
    assert read_clock_states(anna, number) == {"response": "running", "resolution": "running", "effort": "running"}
    story.advance_to("2026-11-23T09:26+11:00")
    assert [record.state for record in story.records(number, "suggestion")] == ["open"]
    story.advance_to("2026-11-23T09:31+11:00")
    assert len(story.records(number, "suggestion")) == 2
    work_sessions.stop_work(anna, number, now=story.now)
    escalation.escalate(anna, number, reason="Half an hour is over.", now=story.now)
    assert read_clock_states(anna, number) == {"response": "running", "resolution": "running", "effort": "late"}
    assert (story.status(number), story.read_ticket(number).values["tier"]) == ("escalated-l2", 2)
    assert "escalated" in story.letters(number)

    story.advance_to("2026-11-23T11:00+11:00")
    messages.reply(story.as_agent("sue"), number, "The index was rebuilt. Is all well?", status="awaiting-confirmation",
                       now=story.now)  # fmt: skip
    confirmation.confirm(story.as_agent("sue"), number, "Yes, all is well.", channel="phone", now=story.now)
    assert read_clock_states(anna, number) == {"response": "met", "resolution": "met", "effort": "late"}
    assert story.status(number) == "closed"
    assert [record.state for record in story.records(number, "feedback")] == ["asked"]
    survey.record_answer(story.as_agent("lea"), number, 2, comment="It took long.", now=story.now)
    assert story.read_ticket(number).flags
    survey.review_answer(story.as_agent("lea"), number, note="Called Kim.", now=story.now)

    story.advance_to("2026-12-23T11:00+11:00")  # thirty days to the second
    messages.record_customer_message(anna, number, "It is slow again.", channel="email", now=story.now)
    assert story.status(number) == "in-progress"
    assert read_clock_states(anna, number) == {
        "response": "met", "next-response": "running", "resolution": "running", "effort": "late",
    }  # fmt: skip
    resolution.resolve(
        story.as_agent("sue"), number, "Rebuilt once more.", status="awaiting-confirmation", now=story.now
    )
    confirmation.confirm(story.as_agent("sue"), number, "Good.", now=story.now)
    assert read_clock_states(anna, number) == {
        "response": "met", "next-response": "met", "resolution": "met", "effort": "late",
    }  # fmt: skip
    story.advance_to("2027-01-22T11:00:01+11:00")
    done = messages.record_customer_message(anna, number, "And again, since today.", channel="email", now=story.now)
    assert story.status(number) == "closed"
    assert done.number != number
    assert story.status(done.number) == "new"
    story.verify()


@pytest.mark.requirement("S3-02", "S3-10", "S3-11", "S3-12")
def test_critical_and_very_technical_skip_the_first_line_and_a_client_may_have_its_own(store_url: str) -> None:
    story = open_provider(store_url, "2026-11-23T22:00+11:00")
    gus = story.as_agent("gus")
    critical = register(
        gus, type="problem", subject="All is down", email="kim@gum.example", priority="critical", fields=ASKED,
        now=story.now,
    ).number  # fmt: skip
    assert story.read_ticket(critical).values["tier"] == 3
    technical = register(
        gus, type="problem", subject="Routing loop", email="kim@gum.example", priority="low",
        tags=["very-technical"], fields=ASKED, now=story.now,
    ).number  # fmt: skip
    assert story.read_ticket(technical).values["tier"] == 2
    night = register(
        gus, type="request", subject="A mailbox", email="kim@gum.example", priority="low", fields=ASKED, now=story.now
    ).number
    assert story.read_ticket(night).row.team == "global"
    assert story.read_ticket(night).values["tier"] == 1
    theirs_first, theirs_last = (
        register(
            gus, type="problem", subject="No sound", email=email, priority="low", fields=ASKED, now=story.now
        ).number
        for email in ("kim@own.example", "kim@first.example")
    )
    assert story.read_ticket(theirs_first).values["tier"] == 2  # the first line is the client's own
    assert story.read_ticket(theirs_last).values["tier"] == 1
    escalation.escalate(gus, theirs_last, reason="The card is broken.", now=story.now)
    assert story.read_ticket(theirs_last).values["tier"] == 1
    assert tier_coverage.HANDOFF in story.read_ticket(theirs_last).flags
    tier_coverage.record_handoff(gus, theirs_last, note="Told their engineers.", now=story.now)
    assert tier_coverage.HANDOFF not in story.read_ticket(theirs_last).flags
    with pytest.raises(DeskError):
        update.move(gus, night, "nowhere", now=story.now)
    story.verify()


@pytest.mark.requirement("S3-08")
def test_near_the_limit_a_rise_is_suggested_and_moves_no_due_time(store_url: str) -> None:
    story = open_provider(store_url)
    number = register(
        story.as_agent("ann-au"), type="problem", subject="Slow mail", email="kim@gum.example", priority="low",
        fields=ASKED, now=story.now,
    ).number  # fmt: skip
    due = story.due(number, "resolution")
    story.advance_to("2026-12-20T09:00+11:00")
    assert story.due(number, "resolution") == due
    assert any(record.state == "open" for record in story.records(number, "suggestion"))
    story.verify()

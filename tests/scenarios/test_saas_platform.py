"""A software service: triage, development with review and QA, a fortnightly release, closed for good."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.billing import quotes
from deskterm.desk.conversation import messages, survey
from deskterm.desk.development import item_workflow, items, releases
from deskterm.desk.linking import incidents
from deskterm.desk.tickets import resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, escalation_review
from deskterm.errors import DeskError

PEOPLE: list[dict[str, Any]] = [
    {"login": "sam", "name": "Sam", "role": "agent", "team": "agents"},
    {"login": "dev", "name": "Dev", "role": "agent", "roles": "developer", "team": "development-triage"},
    {"login": "ada", "name": "Ada", "role": "lead", "roles": "dev-lead"},
    {"login": "quin", "name": "Quin", "role": "lead", "roles": "qa"},
    {"login": "pro", "name": "Pro", "role": "agent", "roles": "professional-services", "team": "quoting"},
    {"login": "max", "name": "Max", "role": "lead", "roles": "support-manager"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example", "tenant": "larch-1"}]
ASKED: dict[str, Any] = {"business-impact": "No invoices go out.", "steps": "Press Invoice."}


def open_platform(url: str, start: str = "2026-11-23T09:00+00:00") -> Story:
    return Story(url, "saas-platform", start, people=PEOPLE, clients=CLIENTS)


def register_ticket(story: Story, severity: str = "severity-3", kind: str = "issue") -> int:
    return register(
        story.as_agent("sam"), type=kind, subject="Invoices stop", severity=severity, email="kim@larch.example",
        fields=ASKED, now=story.now,
    ).number  # fmt: skip


@pytest.mark.requirement("S4-10", "S4-11", "S4-12", "S4-13", "S4-14", "S4-15", "S4-18", "S4-19", "S4-21", "S4-26")
def test_a_bug_goes_through_review_qa_and_a_release_to_closed_for_good(store_url: str) -> None:
    story = open_platform(store_url)
    sam, dev, ada, quin = (story.as_agent(login) for login in ("sam", "dev", "ada", "quin"))
    number = register_ticket(story)
    assert story.status(number) == "new"
    assert story.due(number, "response") == "2026-11-23 09:30"
    update.move(sam, number, "triage", now=story.now)
    messages.reply(sam, number, "We have it.", status="under-review", now=story.now)
    checklists.tick_items(sam, number, range(1, 5), checklist="to-development", outcome="code-change", now=story.now)
    items.raise_item(sam, number, title="Rounding", route="code-change", now=story.now)
    assert story.status(number) == "escalated-to-dev"

    story.advance_to("2026-11-24T09:00+00:00")
    item_workflow.move_item(dev, number, "dev-in-progress", now=story.now)
    item_workflow.move_item(dev, number, "waiting-for-review", now=story.now)
    with pytest.raises(DeskError, match="Dev"):
        item_workflow.move_item(dev, number, "waiting-qa-deployment", now=story.now)
    item_workflow.move_item(ada, number, "waiting-qa-deployment", now=story.now)
    item_workflow.move_item(quin, number, "qa-in-progress", now=story.now)
    with pytest.raises(DeskError):
        item_workflow.schedule_item(dev, number, "2026-11-26", now=story.now)
    item_workflow.move_item(quin, number, "ready-for-release", now=story.now)
    item_workflow.schedule_item(quin, number, "2026-11-26", now=story.now)
    assert story.status(number) == "escalated-to-dev"

    story.advance_to("2026-11-26T17:00+00:00")
    releases.publish_release(quin, "2026-11-26", notes="Invoices are rounded as they should be.", now=story.now)
    assert story.status(number) == "on-customer-test"
    assert story.letters(number)[-1] == "released", "it asks for the test, and no second letter does"
    assert story.clock(number, "resolution").state == "paused"
    remaining = story.clock(number, "resolution").consumed

    story.advance_to("2026-11-27T10:00+00:00")
    assert story.clock(number, "resolution").consumed == remaining
    messages.record_customer_message(sam, number, "One invoice is still wrong.", now=story.now)
    assert story.status(number) == "customer-responded"
    assert story.clock(number, "resolution").state == "running"
    messages.reply(sam, number, "It is an old one; please press Renew.", status="on-customer-test", now=story.now)
    messages.record_customer_message(sam, number, "That did it, it works.", now=story.now)
    resolution.resolve(sam, number, "Fixed in the release of 26 November.", code="released", status="pending-closure",
                    now=story.now)  # fmt: skip
    assert story.status(number) == "pending-closure"
    assert story.clock(number, "resolution").state == "met"
    assert [record.state for record in story.records(number, "feedback")] == ["asked"]
    story.advance_to("2026-12-04T09:59+00:00")
    assert story.status(number) == "pending-closure"
    assert "reminded" in story.letters(number)
    story.advance_to("2026-12-04T10:00+00:00")
    assert story.status(number) == "closed"
    with pytest.raises(DeskError, match="closed for good"):
        messages.add_note(sam, number, "One more thing.", now=story.now)
    follow = messages.record_customer_message(sam, number, "It is wrong again.", now=story.now).number
    assert follow != number
    assert story.status(number) == "closed"
    assert story.status(follow) == "new"
    assert story.clock(number, "resolution").state == "met"
    assert story.clock(follow, "response").state == "running"
    survey.record_answer(sam, number, 1, comment="It took too long.", complaint=True, now=story.now)
    assert "complaint" in story.read_ticket(number).flags
    survey.review_answer(
        story.as_agent("max"), number, note="Talked it over.", outcome="We test invoices first.", now=story.now
    )
    assert "complaint" not in story.read_ticket(number).flags
    assert "changed-by-feedback" in story.letters(number)
    story.verify()


@pytest.mark.requirement("S4-03", "S4-16", "S4-17", "S4-22", "S4-23")
def test_an_outage_goes_to_development_at_once_and_all_are_told_together(store_url: str) -> None:
    story = open_platform(store_url)
    sam = story.as_agent("sam")
    incident = register_ticket(story, "severity-1", "problem")
    assert story.status(incident) == "escalated-to-dev"
    assert story.read_ticket(incident).row.team == "development-triage"
    others = [register_ticket(story, "severity-2") for _ in range(2)]
    for number in others:
        incidents.attach_ticket(sam, number, incident, now=story.now)
    incidents.announce_to_attached(sam, incident, "The database is being restored.", now=story.now)
    for number in others:
        assert "The database is being restored." in [message.body for message in story.read_ticket(number).messages]
    messages.record_customer_message(sam, others[0], "Please escalate this: we lose money.", now=story.now)
    assert [record.state for record in story.records(others[0], "escalation")] == ["open"]
    with pytest.raises(DeskError, match="goes through the list"):
        escalation_review.review_escalation(story.as_agent("max"), others[0], decision="severity-raised", now=story.now)
    checklists.tick_items(sam, others[0], range(1, 5), checklist="escalation-review", now=story.now)
    escalation_review.review_escalation(
        story.as_agent("max"), others[0], decision="severity-raised", severity="severity-1", note="Yes.", now=story.now
    )
    assert story.read_ticket(others[0]).row.severity == "severity-1"
    update.move(sam, others[1], "triage", now=story.now)
    update.move(sam, others[1], "under-review", now=story.now)
    assert story.read_ticket(others[1]).row.assignee == "sam"  # the least busy of the team
    story.verify()


@pytest.mark.requirement("S4-20")
def test_work_is_quoted_agreed_and_the_clock_rests_meanwhile(store_url: str) -> None:
    story = open_platform(store_url)
    sam, pro = story.as_agent("sam"), story.as_agent("pro")
    number = register_ticket(story, "severity-4", "guidance")
    update.move(sam, number, "triage", now=story.now)
    messages.reply(sam, number, "This is chargeable; you will get a quote.", status="quote-required", now=story.now)
    assert story.clock(number, "resolution").state == "paused"
    quotes.send_quote(pro, number, Decimal("480.00"), note="Six hours.", now=story.now)
    assert "quoted" in story.letters(number)
    story.advance_to("2026-11-24T09:00+00:00")
    quotes.record_quote_answer(sam, number, True, now=story.now)
    assert story.status(number) == "work-in-progress"
    assert story.clock(number, "resolution").state == "running"
    assert story.records(number, "quote")[0].values["amount"] == "480.00"
    story.verify()

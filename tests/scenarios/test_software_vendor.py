"""A software vendor: three clocks, waiting, development by checklist, sign-off, a duplicate and an escalation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.billing import time_entries
from deskterm.desk.conversation import messages
from deskterm.desk.development import item_workflow, releases
from deskterm.desk.development import items as dev
from deskterm.desk.linking import duplicate
from deskterm.desk.tickets import closing, confirmation, resolution, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, due_times, escalation_review
from deskterm.errors import DeskError

PEOPLE: list[dict[str, Any]] = [
    {"login": "sam", "name": "Sam", "role": "agent", "team": "customer-support"},
    {"login": "eve", "name": "Eve", "role": "lead", "roles": "customer-excellence-manager"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
ASKED: dict[str, Any] = {"product": "platform", "fields": {"description": "Nobody can log in."}}


def open_vendor(url: str, start: str = "2026-11-20T15:45+00:00") -> Story:
    return Story(url, "software-vendor", start, people=PEOPLE, clients=CLIENTS)


@pytest.mark.requirement(
    "S1-09", "S1-10", "S1-14", "S1-18", "S1-20", "S1-21", "S1-24", "S1-25", "S1-27", "S1-28", "S1-29", "S1-34"
)
def test_a_fault_goes_through_development_to_sign_off(store_url: str) -> None:
    story = open_vendor(store_url)  # a Friday, a quarter of an hour before closing
    sam = story.as_agent("sam")
    number = register(
        sam,
        type="technical-support",
        subject="Login fails",
        severity="highest",
        email="kim@larch.example",
        now=story.now,
        **ASKED,
    ).number
    assert story.status(number) == "open-issue"
    assert story.due(number, "response") == "2026-11-23 08:15"
    assert story.due(number, "review") == "2026-11-23 08:45"
    assert story.due(number, "resolution") == "2026-11-23 11:45"

    story.advance_to("2026-11-23T08:10+00:00")
    with pytest.raises(DeskError, match="cannot go to"):
        update.move(sam, number, "client-sign-off", now=story.now)
    update.move(sam, number, "under-investigation", now=story.now)
    messages.reply(sam, number, "Which browser?", status="awaiting-client-info", next_steps=True, now=story.now)
    assert story.clock(number, "response").state == story.clock(number, "review").state == "met"
    assert story.clock(number, "resolution").state == "paused"

    story.advance_to("2026-11-23T09:10+00:00")
    messages.record_customer_message(sam, number, "Firefox. I request escalation!", now=story.now)
    assert story.status(number) == "under-investigation"
    assert story.due(number, "resolution") == "2026-11-23 12:45"  # an hour was spent waiting
    assert [record.state for record in story.records(number, "escalation")] == ["open"]
    escalation_review.review_escalation(
        story.as_agent("eve"), number, decision="declined", note="It is in hand.", now=story.now
    )

    with pytest.raises(DeskError):
        update.move(sam, number, "raised-with-development", now=story.now)
    checklists.tick_items(sam, number, range(1, 8), checklist="software-issue", outcome="software-issue", now=story.now)
    dev.raise_item(sam, number, title="Session cookie", system="tracker", reference="DEV-7", now=story.now)
    assert story.status(number) == "raised-with-development"
    assert story.clock(number, "resolution").state == "running"  # the client does not wait any less

    story.advance_to("2026-11-23T12:00+00:00")
    update.move(sam, number, "under-investigation", now=story.now)
    resolution.resolve(sam, number, "Please use the other address for now.", resolution="temporary", now=story.now)
    assert story.status(number) == "client-sign-off"
    assert story.clock(number, "resolution").state == "met"
    assert "outstanding" in story.read_ticket(number).flags

    story.advance_to("2026-11-27T10:00+00:00")
    assert "reminded" in story.letters(number)
    confirmation.confirm(sam, number, "It works.", now=story.now)
    assert story.status(number) == "closed"
    story.verify()


@pytest.mark.requirement("S1-33", "S1-03")
def test_a_duplicates_people_hear_of_the_original(store_url: str) -> None:
    story = open_vendor(store_url, "2026-11-23T09:00+00:00")
    sam = story.as_agent("sam")
    first, second = (
        register(sam, type="support-query", subject="Report is empty", email=email, now=story.now, **ASKED).number
        for email in ("kim@larch.example", "lou@larch.example")
    )
    duplicate.close_as_duplicate(sam, second, first, now=story.now)
    assert story.status(second) == "closed"
    assert {clock.state for clock in story.read_ticket(second).clocks} == {"cancelled"}
    assert len(story.records(first, "participant")) == 1
    assert "merged" in story.letters(second) + story.letters(first)
    update.edit(sam, first, type="technical-support", now=story.now)
    assert story.read_ticket(first).type == "technical-support"
    assert story.read_ticket(first).row.severity == "medium"
    update.move(sam, first, "under-investigation", now=story.now)
    closing.close(sam, first, "insufficient-information", now=story.now)
    assert story.status(first) == "closed"
    story.verify()


@pytest.mark.requirement("S1-21", "S1-24", "S1-25", "S1-27", "S1-29")
def test_a_fix_is_in_place_until_its_release_brings_it_to_sign_off(store_url: str) -> None:
    story = open_vendor(store_url, "2026-11-23T09:00+00:00")
    sam, eve = story.as_agent("sam"), story.as_agent("eve")
    number = register(
        sam, type="technical-support", subject="Report is empty", severity="medium", email="kim@larch.example",
        now=story.now, **ASKED,
    ).number  # fmt: skip
    update.move(sam, number, "under-investigation", now=story.now)
    messages.reply(sam, number, "It is a fault; development has it next.", next_steps=True, now=story.now)
    checklists.tick_items(sam, number, range(1, 8), checklist="software-issue", outcome="software-issue", now=story.now)
    dev.raise_item(sam, number, title="Empty report", system="tracker", reference="DEV-8", now=story.now)
    assert story.status(number) == "raised-with-development"
    item_workflow.move_item(sam, number, "done", now=story.now)
    assert story.status(number) == "fix-in-place"
    assert story.clock(number, "resolution").state == "running"
    item_workflow.schedule_item(sam, number, "2026-11-25", now=story.now)

    story.advance_to("2026-11-25T12:00+00:00")
    releases.publish_release(eve, "2026-11-25", notes="Reports have their rows again.", now=story.now)
    assert story.status(number) == "client-sign-off"
    assert story.clock(number, "resolution").state == "met"
    confirmation.reject(sam, number, "Mine is still empty.", now=story.now)
    assert story.status(number) == "under-investigation"
    assert story.clock(number, "resolution").state == "running"
    resolution.resolve(sam, number, "Please sign in anew.", resolution="permanent", now=story.now)
    confirmation.confirm(sam, number, "It has its rows.", now=story.now)
    assert story.status(number) == "closed"
    assert story.clock(number, "resolution").state == "met"

    story.advance_to("2026-12-01T09:00+00:00")
    messages.record_customer_message(sam, number, "It is empty again.", now=story.now)
    assert story.status(number) == "under-investigation"
    assert story.read_ticket(number).reopened == 2  # rejected once, and back after the end
    story.verify()


@pytest.mark.requirement("S1-17", "S1-26", "S1-32")
def test_a_task_is_due_when_the_manager_says_and_its_time_is_charged(store_url: str) -> None:
    story = open_vendor(store_url, "2026-11-23T09:00+00:00")
    sam, eve = story.as_agent("sam"), story.as_agent("eve")
    task = register(
        sam, type="service-task", subject="Load our users", email="kim@larch.example", now=story.now, **ASKED
    ).number
    assert story.due(task, "resolution") == "–"
    with pytest.raises(DeskError, match="Only somebody with the role Customer Excellence Manager"):
        due_times.set_due(sam, task, "resolution", story.now.replace(hour=15), reason="Asked for.", now=story.now)
    due_times.set_due(eve, task, "resolution", story.now.replace(hour=15), reason="Asked for.", now=story.now)
    assert story.due(task, "resolution") == "2026-11-23 15:00"
    update.move(sam, task, "under-investigation", now=story.now)
    update.move(sam, task, "in-progress", now=story.now)
    time_entries.add_entry(sam, task, 90 * 60, rate=Decimal("80"), note="Loaded 300 users", now=story.now)
    entry = story.records(task, "entry")[0].values
    assert (entry["seconds"], entry["currency"], Decimal(entry["amount"])) == (5400, "GBP", Decimal("120"))
    story.verify()

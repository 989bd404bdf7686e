"""A web agency: departments, order of arrival, and no thanks."""

from __future__ import annotations

from typing import Any

import pytest

from desk_story import Story
from deskterm.desk.conversation import messages, thanks_messages
from deskterm.desk.history import undo
from deskterm.desk.linking import merge, split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import checklists, transfer
from deskterm.errors import DeskError

PEOPLE: list[dict[str, Any]] = [
    {"login": "ida", "name": "Ida", "role": "lead"},
    {"login": "jon", "name": "Jon", "role": "agent"},
    {"login": "kay", "name": "Kay", "role": "agent"},
]
CLIENTS: list[dict[str, Any]] = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]


@pytest.mark.requirement("S5-01", "S5-05", "S5-08", "S5-12", "S5-13", "S5-16")
def test_a_job_is_asked_for_done_closed_and_not_reopened_by_thanks(store_url: str) -> None:
    story = Story(store_url, "web-agency", "2026-11-23T09:00+00:00", people=PEOPLE, clients=CLIENTS)
    with pytest.raises(DeskError, match="client"):
        register(story.as_agent("jon"), type="question", subject="Prices?", email="max@nobody.example", now=story.now)
    enquiry = register(
        story.as_agent("jon"), type="enquiry", subject="Prices?", email="max@nobody.example", now=story.now
    ).number
    assert story.read_ticket(enquiry).row.organisation == ""

    job = register(
        story.as_agent("jon"),
        type="work-request",
        subject="Move the product box",
        body="Please move it to the left.",
        email="kim@larch.example",
        fields={"details": "The box on the home page, to the left."},
        now=story.now,
    ).number
    assert story.status(job) == "open"
    assert story.read_ticket(job).clocks == []  # nothing is promised by the clock
    assert [record.state for record in story.records(job, "checklist")] == ["open"]

    story.advance_to("2026-11-23T10:00+00:00")
    transfer.transfer(
        story.as_agent("jon"), job, department="support", note="It is a question after all.", now=story.now
    )
    transfer.transfer(story.as_agent("ida"), job, department="work-request", note="No, it is a job.", now=story.now)
    messages.reply(story.as_agent("kay"), job, "It is on its way.", status="in-progress", now=story.now)
    assert story.read_ticket(job).row.assignee == "kay"  # who answers first has it

    story.advance_to("2026-11-23T12:00+00:00")
    items = story.records(job, "checklist")[0].values["items"]
    checklists.tick_items(story.as_agent("kay"), job, range(1, len(items) + 1), now=story.now)
    messages.reply(story.as_agent("kay"), job, "Done: the box is on the left now.", status="closed", now=story.now)
    assert story.status(job) == "closed"
    assert "closed" in story.letters(job)

    story.advance_to("2026-11-23T13:00+00:00")
    messages.record_customer_message(story.as_agent("jon"), job, "Thank you very much!", now=story.now)
    assert story.status(job) == "closed"
    assert story.read_ticket(job).messages[-1].mark == "thanks"
    thanks_messages.overrule_thanks(story.as_agent("kay"), job, now=story.now)
    assert story.status(job) == "client-responded"
    update.move(story.as_agent("kay"), job, "closed", now=story.now)
    update.tag(story.as_agent("kay"), job, ["billed"], now=story.now)
    undo.undo_last_command(story.as_agent("kay"), job, now=story.now)
    assert story.read_ticket(job).tags == ()
    assert story.status(job) == "closed"

    story.advance_to("2026-11-24T09:00+00:00")
    messages.record_customer_message(story.as_agent("jon"), job, "Thanks, but now the menu is gone.", now=story.now)
    assert story.status(job) == "client-responded"
    story.verify()


@pytest.mark.requirement("S5-10")
def test_two_tickets_about_one_matter_become_one_and_nothing_is_lost(store_url: str) -> None:
    story = Story(store_url, "web-agency", "2026-11-23T09:00+00:00", people=PEOPLE, clients=CLIENTS)
    words = ["The form fails.", "Did you see that the form fails?"]
    first, second = (
        register(
            story.as_agent("jon"),
            type="problem",
            subject="Order form",
            body=body,
            email=email,
            fields={"page": "https://larch.example/order", "steps": "Press Send."},
            now=story.now,
        ).number
        for body, email in zip(words, ("kim@larch.example", "lou@larch.example"), strict=True)
    )
    merge.merge_into(story.as_agent("ida"), second, first, now=story.now)
    assert story.status(second) == "closed"
    output = [message.body for message in story.read_ticket(first).messages]
    assert set(words) <= set(output)
    messages.record_customer_message(story.as_agent("jon"), second, "Any news?", now=story.now)
    assert "Any news?" in [message.body for message in story.read_ticket(first).messages]
    with pytest.raises(DeskError):
        merge.merge_into(story.as_agent("ida"), first, second, now=story.now)
    update.move(story.as_agent("ida"), first, "closed", now=story.now)
    story.verify()


@pytest.mark.requirement("S5-06", "S5-07")
def test_three_jobs_in_one_message_become_a_ticket_each(store_url: str) -> None:
    story = Story(store_url, "web-agency", "2026-11-23T09:00+00:00", people=PEOPLE, clients=CLIENTS)
    jon = story.as_agent("jon")
    job = register(
        jon,
        type="work-request",
        subject="Three things",
        body="1. Move the box.\n2. Take the new photo.\n3. Mend the menu.",
        email="kim@larch.example",
        fields={"details": "See the list."},
        now=story.now,
    ).number
    message = story.read_ticket(job).messages[0].seq
    assert len(split.preview_list_items(jon, job, message, now=story.now)) == 3
    split.split_list_items(jon, job, message, now=story.now)
    parts = range(job + 1, job + 4)
    assert [story.status(number) for number in parts] == ["open"] * 3
    assert ["photo" in story.read_ticket(number).messages[0].body for number in parts] == [False, True, False]
    story.verify()

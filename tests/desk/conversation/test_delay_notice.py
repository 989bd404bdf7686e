"""Delay notices: sent by an agent before a due time is missed, or automatically once it is missed."""

from __future__ import annotations

import pytest

from desk_story import Story
from deskterm.desk.conversation import delay_notice
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register


@pytest.mark.requirement("S3-07")
def test_a_delay_notice_replaces_the_letter_about_the_missed_due_time(store_url: str) -> None:
    story = start_story(store_url)
    number = register_ticket(story)
    delay_notice.announce_delay(
        story.as_agent("ann"),
        number,
        "The part comes at noon tomorrow.",
        metric="resolution",
        now=story.advance_to("2026-11-23T10:00Z"),
    )
    last = [message for message in story.read_ticket(number).messages if message.author_kind == "agent"][-1]
    assert "takes longer than we promised" in last.body
    assert "The part comes at noon tomorrow." in last.body
    assert story.letters(number) == ["registered", "delayed"]
    story.advance_to("2026-12-31T12:00Z")
    assert [notice for notice in story.runner_messages if "Resolution is missed" in notice]
    assert story.letters(number).count("delayed") == 1


@pytest.mark.requirement("S3-07")
def test_a_missed_due_time_sends_a_delay_letter_of_its_own(store_url: str) -> None:
    story = start_story(store_url)
    number = register_ticket(story)
    story.advance_to("2026-12-31T12:00Z")
    assert story.letters(number) == ["registered", "delayed"]
    assert check_integrity(story.store).findings == ()


def test_a_delay_announced_by_phone_sends_no_letter(store_url: str) -> None:
    story = start_story(store_url)
    number = register_ticket(story)
    now = story.advance_to("2026-11-23T10:00Z")
    delay_notice.announce_delay(story.as_agent("ann"), number, "Tomorrow.", metric="resolution", by_phone=True, now=now)
    story.advance_to("2026-12-31T12:00Z")
    assert story.letters(number) == ["registered"]


def start_story(url: str) -> Story:
    people = [{"login": "lea", "name": "Lea", "role": "lead"}]
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    return Story(url, "managed-services", "2026-11-23T09:00Z", people=people, clients=clients)


def register_ticket(story: Story) -> int:
    return register(
        story.as_agent("ann"), subject="No mail", body="x", requester="Ida", email="ida@larch.example", priority="low",
        incomplete=True, now=story.now,
    ).number  # fmt: skip

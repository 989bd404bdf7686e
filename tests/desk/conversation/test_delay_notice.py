"""Notices of a delay: written by an agent, or sent when the time is over."""

from __future__ import annotations

import pytest

from desk_story import Story
from deskterm.desk.conversation import delay_notice
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register


@pytest.mark.requirement("S3-07")
def test_the_requester_is_told_of_a_delay_before_the_time_runs_out(store_url: str) -> None:
    story = _services(store_url)
    number = _fault(story)
    delay_notice.announce_delay(
        story.by("ann"),
        number,
        "The part comes at noon tomorrow.",
        metric="resolution",
        now=story.at("2026-11-23T10:00Z"),
    )
    message = [one for one in story.sheet(number).messages if one.author_kind == "agent"][-1]
    assert "takes longer than we promised" in message.body
    assert "The part comes at noon tomorrow." in message.body
    assert story.letters(number) == ["registered", "delayed"]
    story.at("2026-12-31T12:00Z")
    assert [said for said in story.came if "Resolution is missed" in said]
    assert story.letters(number).count("delayed") == 1


@pytest.mark.requirement("S3-07")
def test_a_delay_that_nobody_spoke_of_is_told_when_the_time_is_over(store_url: str) -> None:
    story = _services(store_url)
    number = _fault(story)
    story.at("2026-12-31T12:00Z")
    assert story.letters(number) == ["registered", "delayed"]
    assert check_integrity(story.store).findings == ()


def test_a_delay_told_by_phone_needs_no_letter(store_url: str) -> None:
    story = _services(store_url)
    number = _fault(story)
    now = story.at("2026-11-23T10:00Z")
    delay_notice.announce_delay(story.by("ann"), number, "Tomorrow.", metric="resolution", by_phone=True, now=now)
    story.at("2026-12-31T12:00Z")
    assert story.letters(number) == ["registered"]


def _services(url: str) -> Story:
    people = [{"login": "lea", "name": "Lea", "role": "lead"}]
    clients = [{"key": "larch", "name": "Larch Ltd", "domain": "larch.example"}]
    return Story(url, "managed-services", "2026-11-23T09:00Z", people=people, clients=clients)


def _fault(story: Story) -> int:
    return register(
        story.by("ann"), subject="No mail", body="x", requester="Ida", email="ida@larch.example", priority="low",
        incomplete=True, now=story.now,
    ).number  # fmt: skip

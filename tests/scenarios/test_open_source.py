"""A small project with a procedure of its own: nothing in the program knows of it."""

from __future__ import annotations

import pytest

from desk_story import Story
from deskterm.desk.api import open_system_desk
from deskterm.desk.conversation import messages
from deskterm.desk.history import retention, undo
from deskterm.desk.notify.letters import record_delivery
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader

PEOPLE = [
    {"login": "ida", "name": "Ida", "role": "lead", "team": "maintainers"},
    {"login": "jon", "name": "Jon", "role": "agent", "team": "maintainers"},
]


def test_a_bug_is_answered_after_the_weekend_waited_for_and_given_up(store_url: str) -> None:
    story = Story(store_url, "open-source", "2026-11-20T18:00+00:00", people=PEOPLE)  # a Friday
    opened = register(
        story.as_agent("jon"),
        type="bug",
        subject="Crash on start",
        body="It ends with an error.",
        email="kim@example.org",
        fields={"version": "1.4"},
        now=story.now,
    )
    number = opened.number
    assert story.status(number) == "open"
    assert story.due(number, "first-answer") == "2026-11-24 18:00"  # two days of 24 hours, the weekend left out
    update.set_severity(story.as_agent("ida"), number, "urgent", now=story.now)
    assert story.due(number, "first-answer") == "2026-11-20 22:00"
    update.set_severity(story.as_agent("ida"), number, "normal", now=story.now)

    story.advance_to("2026-11-23T10:00+00:00")
    assert story.clock(number, "first-answer").breached_at is None
    messages.reply(story.as_agent("ida"), number, "Which system is it?", status="waiting", now=story.now)
    assert story.clock(number, "first-answer").state == "met"
    assert story.status(number) == "waiting"

    story.advance_to("2026-11-25T10:00+00:00")
    messages.record_customer_message(story.as_agent("jon"), number, "Linux.", now=story.now)
    assert story.status(number) == "open"
    messages.reply(story.as_agent("ida"), number, "Please try 1.5.", status="waiting", now=story.now)

    story.advance_to("2026-12-25T09:59+00:00")
    assert story.status(number) == "waiting"
    story.advance_to("2026-12-25T10:00+00:00")
    assert story.status(number) == "done"
    messages.record_customer_message(story.as_agent("jon"), number, "It still fails with 1.5.", now=story.now)
    assert story.status(number) == "open"
    story.verify()


def test_what_the_file_does_not_know_is_refused_with_what_it_knows(store_url: str) -> None:
    story = Story(store_url, "open-source", "2026-11-23T09:00+00:00", people=PEOPLE)
    number = register(story.as_agent("jon"), subject="How do I …?", email="kim@example.org", now=story.now).number
    with pytest.raises(DeskError, match="A Question has no severity"):
        update.set_severity(story.as_agent("jon"), number, "urgent", now=story.now)
    with pytest.raises(DeskError, match="Known: open, waiting, done"):
        update.move(story.as_agent("jon"), number, "closed", now=story.now)
    update.move(story.as_agent("jon"), number, "done", now=story.now)
    assert story.clock(number, "first-answer").state == "met"
    story.verify()


def test_what_was_done_by_mistake_is_taken_back_and_what_is_over_may_go_but_for_what_is_held(store_url: str) -> None:
    story = Story(store_url, "open-source", "2026-11-23T09:00+00:00", people=PEOPLE)
    ida, jon = story.as_agent("ida"), story.as_agent("jon")
    kept, erased = (
        register(jon, subject=subject, body="In detail.", email="kim@example.org", now=story.now).number
        for subject in ("How do I …?", "Where is …?")
    )
    update.move(jon, kept, "done", now=story.now)
    assert story.clock(kept, "first-answer").state == "met"
    undo.undo_last_command(jon, kept, now=story.now)
    assert story.status(kept) == "open"
    assert story.clock(kept, "first-answer").state == "running"
    for number in (kept, erased):
        messages.reply(jon, number, "With the manual.", status="done", now=story.now)
        (letter,) = story.records(number, "letter")
        record_delivery(open_system_desk(jon.store), number, letter.key, "sent", now=story.now)
        with pytest.raises(DeskError, match="the reply has gone out"):
            undo.undo_last_command(jon, number, now=story.now)
    retention.place_hold(ida, kept, "It may be asked about again.", now=story.now)

    story.advance_to("2026-12-24T09:00+00:00")
    with open_reader(story.url) as reader:
        with pytest.raises(DeskError, match="may not purge"):
            retention.purge_expired_tickets(ida, reader, now=story.now)
        assert [
            one.number for one in retention.purge_expired_tickets(story.as_agent("ann"), reader, now=story.now)
        ] == [erased]
    assert [message.body for message in story.read_ticket(kept).messages] == ["In detail.", "With the manual."]
    assert "In detail." not in [message.body for message in story.read_ticket(erased).messages]
    retention.release_hold(ida, kept, now=story.now)
    with open_reader(story.url) as reader:
        assert [one.number for one in retention.find_expired_tickets(ida, reader, now=story.now)] == [kept]
    story.verify()

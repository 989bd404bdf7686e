"""Dispatch of reactions: each event has its reactions once, and notices have none."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_system_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.reactions.dispatch import run_reactions
from small_desk import at
from ticket_reads import letters_about, open_ticket, read_ticket


def test_each_event_has_its_reactions_once(campus: DeskSession) -> None:
    number = open_ticket(campus)
    with campus.ticket(number, "priority", at(1)) as work:
        work.append("priority_set", {"priority": (work.state.priority, "high")})
        assert run_reactions(work) == ["letter queued"]
        assert run_reactions(work) == []
        assert work.reacted_count == len(work.new_events)
    assert [event.kind for event in read_ticket(campus, number).events].count(
        "letter"
    ) == 2  # on registration and on this


@pytest.mark.requirement("S3-07")
def test_a_clock_event_sends_notices_and_they_have_no_reactions(services: DeskSession) -> None:
    number = open_ticket(services)
    with open_system_desk(services.store).ticket(number, "notice", at(1)) as work:
        work.append("noticed", what="breach", metric="resolution", cycle=1, threshold="", due=work.at, instant=work.at)
        run_reactions(work)
        assert work.reacted_count == len(work.new_events) > 1
    assert letters_about(services, number)[-1].on == "delayed"

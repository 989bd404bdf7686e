"""Suggestions that expire because what they suggest was done or has lost its use."""

from __future__ import annotations

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import escalation, work_sessions
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import load_ticket_detail
from shipped_desk import as_agent
from small_desk import at


def suggestions(desk: DeskSession, number: int) -> dict[str, str]:
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return {str(one.values["rule"]): one.state for one in found.records if one.kind == "suggestion"}


def call(desk: DeskSession) -> int:
    fields = {"contact-phone": "02 9999 1234"}
    return register(desk, subject="Odd", requester="Ida", fields=fields, now=at(0)).number


@pytest.mark.requirement("S3-06", "S3-08")
def test_a_suggestion_lapses_when_what_it_suggests_was_done_by_hand(staffed_services: DeskSession) -> None:
    number = call(staffed_services)
    work_sessions.start_work(as_agent(staffed_services, "gil"), number, now=at(0))
    list(Runner(staffed_services.store).step(at(31)))
    done = escalation.escalate(as_agent(staffed_services, "gil"), number, reason="it is beyond me", now=at(32))
    assert suggestions(staffed_services, number)["half-an-hour"] == "lapsed"
    assert "no longer suggested: Half an hour of work" in done.summary
    assert suggestions(staffed_services, number)["nearly-half-an-hour"] == "lapsed", "its clock is over"
    undo_last_command(as_agent(staffed_services, "gil"), number, now=at(33))
    assert suggestions(staffed_services, number)["half-an-hour"] == "open", "taken back, it is suggested again"
    update.update_ticket(staffed_services, number, priority="high", now=at(34))
    assert suggestions(staffed_services, number)["half-an-hour"] == "open", "something else was done"


@pytest.mark.requirement("S3-08")
def test_a_raise_that_is_suggested_lapses_when_somebody_raises_and_not_when_they_lower(
    staffed_services: DeskSession,
) -> None:
    number = call(staffed_services)
    list(Runner(staffed_services.store).step(at(100)))
    assert suggestions(staffed_services, number) == {"response-near": "open"}
    update.update_ticket(staffed_services, number, priority="low", now=at(101))
    assert suggestions(staffed_services, number) == {"response-near": "open"}
    update.update_ticket(staffed_services, number, priority="high", now=at(102))
    assert suggestions(staffed_services, number) == {"response-near": "lapsed"}


@pytest.mark.requirement("S3-06")
def test_a_warning_of_first_line_work_lapses_when_the_ticket_is_sent_to_another_tier(
    staffed_services: DeskSession,
) -> None:
    number = call(staffed_services)
    update.move(staffed_services, number, "in-progress", now=at(0))
    list(Runner(staffed_services.store).step(at(26)))
    assert suggestions(staffed_services, number) == {"nearly-half-an-hour": "open"}
    with staffed_services.ticket(number, "assign", at(27)) as ticket:
        ticket.append("assigned", {"tier": (ticket.state.tier, 2)})
        ticket.build_result("")
    assert suggestions(staffed_services, number) == {"nearly-half-an-hour": "lapsed"}

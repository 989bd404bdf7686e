"""Suggestions that expire because what they suggest was done or has lost its use."""

from __future__ import annotations

import pytest

from deskterm.automation.runner import Runner
from deskterm.desk.core.session import DeskSession
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets import update
from deskterm.desk.workflow import escalation, work_sessions
from shipped_desk import as_agent, open_service_call
from small_desk import at
from ticket_reads import suggestion_states


@pytest.mark.requirement("S3-06", "S3-08")
def test_a_suggestion_expires_when_an_agent_does_what_it_suggests(staffed_services: DeskSession) -> None:
    number = open_service_call(staffed_services)
    work_sessions.start_work(as_agent(staffed_services, "gil"), number, now=at(0))
    list(Runner(staffed_services.store).step(at(31)))
    done = escalation.escalate(as_agent(staffed_services, "gil"), number, reason="it is beyond me", now=at(32))
    assert suggestion_states(staffed_services, number)["half-an-hour"] == "lapsed"
    assert "no longer suggested: Half an hour of work" in done.summary
    assert suggestion_states(staffed_services, number)["nearly-half-an-hour"] == "lapsed", "its clock is over"
    undo_last_command(as_agent(staffed_services, "gil"), number, now=at(33))
    assert suggestion_states(staffed_services, number)["half-an-hour"] == "open", "taken back, it is suggested again"
    update.update_ticket(staffed_services, number, priority="high", now=at(34))
    assert suggestion_states(staffed_services, number)["half-an-hour"] == "open", "something else was done"


@pytest.mark.requirement("S3-08")
def test_a_suggested_raise_expires_by_a_raise_and_not_by_a_lower_priority(
    staffed_services: DeskSession,
) -> None:
    number = open_service_call(staffed_services)
    list(Runner(staffed_services.store).step(at(100)))
    assert suggestion_states(staffed_services, number) == {"response-near": "open"}
    update.update_ticket(staffed_services, number, priority="low", now=at(101))
    assert suggestion_states(staffed_services, number) == {"response-near": "open"}
    update.update_ticket(staffed_services, number, priority="high", now=at(102))
    assert suggestion_states(staffed_services, number) == {"response-near": "lapsed"}


@pytest.mark.requirement("S3-06")
def test_a_suggestion_about_first_line_work_expires_with_another_tier(
    staffed_services: DeskSession,
) -> None:
    number = open_service_call(staffed_services)
    update.move(staffed_services, number, "in-progress", now=at(0))
    list(Runner(staffed_services.store).step(at(26)))
    assert suggestion_states(staffed_services, number) == {"nearly-half-an-hour": "open"}
    with staffed_services.ticket(number, "assign", at(27)) as ticket:
        ticket.append("assigned", {"tier": (ticket.state.tier, 2)})
        ticket.build_result("")
    assert suggestion_states(staffed_services, number) == {"nearly-half-an-hour": "lapsed"}

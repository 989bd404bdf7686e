"""Updates of a ticket: status, severity, priority, type, client, subject and tags."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from due_time_desk import open_fault
from small_desk import at
from ticket_reads import clock_state, read_ticket


def test_removing_a_tag_that_is_not_there_is_reported(clock_desk: DeskSession) -> None:
    open_fault(clock_desk, "low")
    with pytest.raises(DeskError, match="has no tag old: its tags are none"):
        update.tag(clock_desk, 1001, remove=["old"], now=at(1))
    done = update.tag(clock_desk, 1001, ["vip"], ["old"], now=at(1))
    assert done.summary == "1001: tags vip (old was not there)"


def test_several_changes_happen_together_or_not_at_all(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", now=at(0))
    with pytest.raises(DeskError):
        update.update_ticket(desk, 1001, severity="high", status="closed", now=at(1))
    assert read_ticket(desk, 1001).row.severity == "low"
    done = update.update_ticket(
        desk, 1001, severity="high", status="working", add_tags=["VIP", "wall board"], now=at(2)
    )
    assert done.summary == "1001: severity Low → High; New → Working on it; tags vip, wall-board"
    assert read_ticket(desk, 1001).tags == ("vip", "wall-board")


def test_a_new_severity_keeps_the_start_and_what_the_requester_chose(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="low", now=at(0))
    update.set_severity(desk, 1001, "High", reason="whole site", now=at(10))
    assert clock_state(desk, 1001, "response") == ("running", int(at(30).timestamp()))
    assert read_ticket(desk, 1001).events[-1].data["reason"] == "whole site"


def test_a_severity_that_makes_a_ticket_late_counts_from_the_change(desk: DeskSession) -> None:
    register(desk, subject="x", type="fault", severity="low", now=at(0))
    update.set_severity(desk, 1001, "high", now=at(45))
    found = next(c for c in read_ticket(desk, 1001).clocks if c.metric == "response")
    assert (found.breached_at, found.cause) == (int(at(45).timestamp()), "retarget")

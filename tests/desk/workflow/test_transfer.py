"""Transfers of tickets between departments and teams."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError, UsageError
from due_time_desk import last_cycle, open_fault
from small_desk import at
from ticket_reads import read_ticket


def test_a_transfer_changes_no_customer_clock(clock_desk: DeskSession) -> None:
    number = open_fault(clock_desk, department="software")
    with pytest.raises(UsageError, match="Software wants a note"):
        transfer(clock_desk, number, department="hardware", now=at(5))
    before = read_ticket(clock_desk).clocks
    transfer(clock_desk, number, department="Hardware", team="first-line", note="It smokes.", now=at(5))
    assert [c._replace(next_event=None) for c in read_ticket(clock_desk).clocks] == [
        c._replace(next_event=None) for c in before
    ]
    assert read_ticket(clock_desk).messages[-1][2:8] == ("internal", "agent", "Ann", "", False, "It smokes.")
    with pytest.raises(DeskError, match="is there already"):
        transfer(clock_desk, number, department="hardware", now=at(6))
    update.set_severity(clock_desk, number, "low", now=at(7))
    assert last_cycle(clock_desk, "resolution").policy == "faults"

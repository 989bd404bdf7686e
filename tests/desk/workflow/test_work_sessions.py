"""Work sessions: hands-on time, started and stopped by those who work on a ticket."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.workflow import work_sessions
from deskterm.errors import DeskError
from due_time_desk import epoch, last_cycle, open_fault
from small_desk import at


def test_effort_counts_hands_on_time_at_any_hour(clock_desk: DeskSession) -> None:
    open_fault(clock_desk, "low")
    sam = open_desk(clock_desk.store, "sam")
    assert last_cycle(clock_desk, "effort").state == "paused"
    work_sessions.start_work(sam, 1001, now=at(10))
    assert last_cycle(clock_desk, "effort").due == epoch(40)
    work_sessions.start_work(clock_desk, 1001, now=at(15))
    work_sessions.stop_work(sam, 1001, now=at(20))
    work_sessions.stop_work(clock_desk, 1001, now=at(25))
    assert (last_cycle(clock_desk, "effort").state, last_cycle(clock_desk, "effort").consumed) == ("paused", 900)
    work_sessions.start_work(sam, 1001, now=at(900))  # midnight
    assert last_cycle(clock_desk, "effort").due == epoch(915)
    with pytest.raises(DeskError, match="You are at work"):
        work_sessions.start_work(sam, 1001, now=at(901))
    update.move(clock_desk, 1001, "solved", now=at(920))
    assert (last_cycle(clock_desk, "effort").state, last_cycle(clock_desk, "effort").breached_at) == (
        "late",
        epoch(915),
    )
    with pytest.raises(DeskError, match="not at work"):
        work_sessions.stop_work(sam, 1001, now=at(921))

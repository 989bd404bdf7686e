"""Work sessions: hands-on time, started and stopped by those who work on a ticket."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.api import open_desk
from deskterm.desk.billing import time_entries
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.workflow import work_sessions
from deskterm.errors import DeskError
from deskterm.sla.target_kinds.pauses import LoggedWork, count_logged_work
from due_time_desk import epoch, last_cycle, open_fault
from shipped_desk import SERVICE_CALL
from small_desk import at
from ticket_reads import open_ticket, read_ticket


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


@pytest.mark.requirement("S3-06")
def test_minutes_that_were_written_down_count_as_if_they_had_been_timed(clock_desk: DeskSession) -> None:
    """D-03."""
    open_fault(clock_desk, "low")
    sam = open_desk(clock_desk.store, "sam")
    time_entries.add_entry(sam, 1001, 10 * 60, now=at(60))
    clock = last_cycle(clock_desk, "effort")
    assert (clock.state, clock.consumed) == ("paused", 600)
    work_sessions.start_work(sam, 1001, now=at(70))
    assert last_cycle(clock_desk, "effort").due == epoch(90)
    work_sessions.stop_work(sam, 1001, now=at(75))
    # What was timed is not counted again, whoever writes it down
    time_entries.add_entry(sam, 1001, 5 * 60, started=at(70), now=at(76))
    assert last_cycle(clock_desk, "effort").consumed == 900
    time_entries.void_entry(sam, 1001, "1", reason="Was another ticket", now=at(80))
    assert last_cycle(clock_desk, "effort").consumed == 300


@pytest.mark.requirement("S3-06")
def test_more_minutes_than_a_ticket_is_old_count_too_and_use_up_the_clock(clock_desk: DeskSession) -> None:
    """D-03."""
    open_fault(clock_desk, "low")
    sam = open_desk(clock_desk.store, "sam")
    time_entries.add_entry(sam, 1001, 26 * 60, now=at(1))
    assert last_cycle(clock_desk, "effort").consumed == 26 * 60
    time_entries.add_entry(sam, 1001, 26 * 60, now=at(1))
    clock = last_cycle(clock_desk, "effort")
    assert (clock.state, clock.consumed, clock.breached_at is not None) == ("paused", 52 * 60, True)


@pytest.mark.requirement("S3-06")
def test_a_person_of_a_team_has_its_tier_and_26_minutes_written_down_are_asked_about(services: DeskSession) -> None:
    """D-03."""
    number = open_ticket(services, organisation="larch", **SERVICE_CALL)
    seed_agents(services, [{"login": "first", "name": "First", "role": "agent", "team": "australia"}], now=at(1))
    first = open_desk(services.store, "first")
    time_entries.add_entry(first, number, 26 * 60, now=at(2))
    ticket = read_ticket(services, number)
    noticed = [(event.data["what"], event.data["metric"]) for event in ticket.events if event.kind == "noticed"]
    assert noticed == [("warning", "effort")]
    assert "suggested" in ticket.flags
    time_entries.add_entry(first, number, 4 * 60, now=at(3))
    events = read_ticket(services, number).events
    noticed = [(event.data["what"], event.data["metric"]) for event in events if event.kind == "noticed"]
    assert noticed == [("warning", "effort"), ("breach", "effort")]


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 60), st.integers(0, 160)), max_size=5),
    st.lists(st.integers(1, 100), min_size=2, max_size=8, unique=True).map(sorted),
    st.booleans(),
)
def test_every_second_that_was_written_down_counts_once(
    entries: list[tuple[int, int, int]], marks: list[int], open_at_end: bool
) -> None:
    """D-03: what counts is what ran, and of each entry what did not run in its period."""
    idle = list(pairwise(marks))[::2]
    now, idle_since = (170, 160) if open_at_end else (170, None)
    logged = sorted((max(at, start + length), start, length) for start, length, at in entries)
    work = [LoggedWork(written, start, length, None) for written, start, length in logged]
    pauses, paused_at, ahead = count_logged_work(work, 0, idle, idle_since, now)
    rests = {second for begin, end in idle for second in range(begin, end)} | set(range(idle_since or now, now))
    left = {second for begin, end in pauses for second in range(begin, end)} | set(range(paused_at or now, now))
    by_clock = sum(len(set(range(one.started, one.started + one.seconds)) - rests) for one in work)
    assert left <= rests
    assert len(rests - left) + ahead == sum(one.seconds for one in work) - by_clock
    assert sum(end - begin for begin, end in pauses) + (now - (paused_at or now)) == len(left)


def test_work_ends_when_the_ticket_waits_and_its_minutes_are_named(clock_desk: DeskSession) -> None:
    """D-03: a session that nobody stopped went on for ever."""
    open_fault(clock_desk, "low")
    sam = open_desk(clock_desk.store, "sam")
    update.move(clock_desk, 1001, "working", now=at(4))
    work_sessions.start_work(sam, 1001, now=at(5))
    result = update.move(clock_desk, 1001, "waiting", now=at(25), anyway=True)
    assert "20m" in result.summary
    with pytest.raises(DeskError, match="not at work"):
        work_sessions.stop_work(sam, 1001, now=at(30))
    assert check_integrity(clock_desk.store).findings == ()


def test_work_goes_on_when_the_ticket_moves_on(clock_desk: DeskSession) -> None:
    open_fault(clock_desk, "low")
    sam = open_desk(clock_desk.store, "sam")
    work_sessions.start_work(sam, 1001, now=at(10))
    update.move(clock_desk, 1001, "working", now=at(12))
    assert work_sessions.stop_work(sam, 1001, now=at(20)).summary.startswith("1001: work stopped")


def test_minutes_that_are_written_down_while_somebody_works_can_use_up_the_target_at_once(
    clock_desk: DeskSession,
) -> None:
    open_fault(clock_desk, "low")
    sam = open_desk(clock_desk.store, "sam")
    work_sessions.start_work(sam, 1001, now=at(30))
    time_entries.add_entry(sam, 1001, 35 * 60, now=at(50))
    clock = last_cycle(clock_desk, "effort")
    assert (clock.due, clock.breached_at) == (epoch(45), epoch(45))

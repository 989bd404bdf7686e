"""Due times: set by people, by sprints and by waivers, and clock events that are recorded once; on both databases."""

from __future__ import annotations

import pytest

from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import due_times
from deskterm.errors import DeskError, UsageError
from due_time_desk import epoch, last_cycle, open_fault, upcoming_events
from small_desk import at
from ticket_reads import read_ticket


def task(desk: DeskSession) -> int:
    return register(desk, subject="x", type="task", now=at(0)).number


def test_each_clock_event_is_recorded_once_in_order(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    itself = open_system_desk(clock_desk.store)
    assert last_cycle(clock_desk, "resolution").next_event == epoch(120)
    coming = [event for event in upcoming_events(clock_desk) if event.metric == "resolution"]
    assert [(event.what, event.threshold, event.instant) for event in coming] == [
        ("warning", "50%", epoch(120)),
        ("warning", "30m", epoch(210)),
        ("breach", "", epoch(240)),
    ]
    assert due_times.record_clock_event(itself, 1001, coming[0], now=at(119)) is None
    assert due_times.record_clock_event(itself, 1001, coming[0], now=at(500)) is not None
    assert due_times.record_clock_event(itself, 1001, coming[0], now=at(500)) is None
    assert last_cycle(clock_desk, "resolution").next_event == epoch(210)
    assert read_ticket(clock_desk).events[-1].data["instant"] == epoch(120)
    assert read_ticket(clock_desk).events[-1].actor == "deskterm"


def test_a_recorded_breach_changes_no_clock_and_counts_as_nobodys_work(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    before = read_ticket(clock_desk)
    breach = next(
        event for event in upcoming_events(clock_desk) if event.what == "breach" and event.metric == "response"
    )
    due_times.record_clock_event(open_system_desk(clock_desk.store), 1001, breach, now=at(300))
    after = read_ticket(clock_desk)
    assert [c._replace(next_event=None) for c in after.clocks] == [c._replace(next_event=None) for c in before.clocks]
    assert after.row.updated == before.row.updated
    messages.reply(clock_desk, 1001, "written while the notice came", now=at(301), version=1)
    assert last_cycle(clock_desk, "response").breached_at == epoch(30)


def test_a_warning_before_a_pause_is_not_repeated_after_it(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    first = upcoming_events(clock_desk)[-3]
    assert (first.metric, first.threshold) == ("resolution", "50%")
    update.move(clock_desk, 1001, "working", now=at(130))
    due_times.record_clock_event(open_system_desk(clock_desk.store), 1001, first, now=at(130))
    update.move(clock_desk, 1001, "waiting", now=at(140))
    assert last_cycle(clock_desk, "resolution").next_event is None
    update.move(clock_desk, 1001, "working", now=at(200))
    assert last_cycle(clock_desk, "resolution").next_event == epoch(270)


def test_only_the_role_of_a_target_sets_a_due_time_and_gives_a_reason(clock_desk: DeskSession) -> None:
    task(clock_desk)
    kim = open_desk(clock_desk.store, "kim")
    with pytest.raises(DeskError, match="Only somebody with the role Planner may set a due time here"):
        due_times.set_due(clock_desk, 1001, "resolution", at(1440), reason="agreed", now=at(1))
    with pytest.raises(UsageError, match="Say why"):
        due_times.set_due(kim, 1001, "resolution", at(1440), reason=" ", now=at(1))
    with pytest.raises(UsageError, match="has passed"):
        due_times.set_due(kim, 1001, "resolution", at(0), reason="agreed", now=at(1))
    assert last_cycle(clock_desk, "resolution").due is None
    due_times.set_due(kim, 1001, "Resolution", at(1440), reason="agreed", now=at(1))
    assert last_cycle(clock_desk, "resolution").due == epoch(1440)
    with pytest.raises(DeskError, match="is due then already"):
        due_times.set_due(kim, 1001, "resolution", at(1440), reason="agreed", now=at(2))
    due_times.clear_due(kim, 1001, "resolution", reason="not agreed", now=at(3))
    assert last_cycle(clock_desk, "resolution").due is None
    with pytest.raises(DeskError, match="Nobody has set"):
        due_times.clear_due(kim, 1001, "resolution", reason="x", now=at(4))


def test_a_task_is_due_with_the_sprint_it_is_scheduled_to(clock_desk: DeskSession) -> None:
    task(clock_desk)
    assert read_ticket(clock_desk).row.next_due is None
    with pytest.raises(DeskError, match=r"No sprint to come starts on '2026-11-24': choose from 2026-11-23"):
        due_times.schedule(clock_desk, 1001, "2026-11-24", now=at(1))
    due_times.schedule(clock_desk, 1001, "2026-11-23", now=at(1))
    assert read_ticket(clock_desk).sprint == "2026-11-23"
    assert last_cycle(clock_desk, "response").due == epoch(-540) + 14 * 86_400
    due_times.schedule(clock_desk, 1001, None, now=at(2))
    assert read_ticket(clock_desk).row.next_due is None


def test_a_reopened_ticket_loses_the_due_time_that_was_set(clock_desk: DeskSession) -> None:
    task(clock_desk)
    kim = open_desk(clock_desk.store, "kim")
    due_times.set_due(kim, 1001, "resolution", at(60), reason="agreed", now=at(1))
    update.move(clock_desk, 1001, "solved", now=at(30))
    messages.record_customer_message(clock_desk, 1001, "Not quite.", now=at(5000))
    again = last_cycle(clock_desk, "resolution")
    assert (again.cycle, again.state, again.due, again.breached_at) == (2, "running", None, None)


def test_a_lead_waives_a_miss_which_stays_on_record(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    lea = open_desk(clock_desk.store, "lea")
    with pytest.raises(DeskError, match="has not been missed"):
        due_times.waive(lea, 1001, "response", reason="storm", now=at(30))
    messages.reply(clock_desk, 1001, "late", now=at(45))
    assert read_ticket(clock_desk).row.breached
    with pytest.raises(DeskError, match="An agent may not waive"):
        due_times.waive(open_desk(clock_desk.store, "sam"), 1001, "response", reason="storm", now=at(50))
    due_times.waive(lea, 1001, "response", reason="storm", now=at(50))
    found = last_cycle(clock_desk, "response")
    assert (found.state, found.breached_at, found.waived) == ("late", epoch(30), True)
    assert not read_ticket(clock_desk).row.breached
    with pytest.raises(DeskError, match="waived already"):
        due_times.waive(lea, 1001, "response", reason="storm", now=at(51))

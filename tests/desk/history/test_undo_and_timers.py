"""Undo brings a ticket back to a status whose time was over: it leaves it again, a full term after the undo (D-01)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskterm.automation.runner import Runner
from deskterm.desk.core.event_reader import procedure_versions_from_reader, read_events
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.explain.clock_explanation import build_explanations
from deskterm.desk.explain.explanation_text import format_lines
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets import update
from deskterm.desk.workflow.snooze import snooze
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from due_time_desk import due_time_desk, epoch, last_cycle, open_fault
from examples import examples
from small_desk import at
from ticket_reads import read_ticket

DAY = 1440
WAITS = 7 * DAY
"""Minutes for which a ticket waits before it is closed; a solved one closes after five days."""


def run_until(desk: DeskSession, minute: int) -> str:
    """Let the runner note everything up to a minute, and return the status then."""
    list(Runner(desk.store).step(at(minute)))
    return read_ticket(desk).row.status


def test_a_move_by_a_timer_that_was_undone_comes_again_after_the_full_term(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "working", now=at(5))
    update.move(clock_desk, 1001, "waiting", now=at(10))
    assert run_until(clock_desk, 8 * DAY) == "closed"
    undone = undo_last_command(clock_desk, 1001, now=at(8 * DAY))
    assert "Waiting for customer again" in undone.summary
    assert undone.summary.endswith("; its time there starts again and ends Tue 08 Dec 2026 09:00 GMT"), undone.summary
    timer = last_cycle(clock_desk, "timer:status:waiting")
    assert (timer.state, timer.cycle, timer.due) == ("running", 2, epoch(8 * DAY + WAITS))
    assert run_until(clock_desk, 8 * DAY + WAITS - 1) == "waiting"
    assert run_until(clock_desk, 8 * DAY + WAITS) == "closed"


def test_the_explanation_of_the_timer_names_the_undo(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "working", now=at(5))
    update.move(clock_desk, 1001, "waiting", now=at(10))
    run_until(clock_desk, 8 * DAY)
    undo_last_command(clock_desk, 1001, now=at(8 * DAY))
    with open_reader(clock_desk.store.url) as reader:
        found = build_explanations(
            read_events(reader, 1001),
            procedure_versions_from_reader(reader),
            "timer:status:waiting",
            now=at(8 * DAY + 1),
        )
    (started,) = [line for line in format_lines(found[-1]) if line.startswith("Started")]
    assert "for its full time again, since ann undid what had ended it" in started


def test_a_later_undo_leaves_the_timer_running(clock_desk: DeskSession) -> None:
    """The ticket is folded anew without the undone note, and not without the new start."""
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "solved", now=at(10))
    assert run_until(clock_desk, 6 * DAY) == "closed"
    undone = undo_last_command(clock_desk, 1001, now=at(6 * DAY))
    assert "; it closes by itself Fri 04 Dec 2026 09:00 GMT" in undone.summary, undone.summary
    update.tag(clock_desk, 1001, ["seen"], now=at(6 * DAY + 5))
    undo_last_command(clock_desk, 1001, now=at(6 * DAY + 10))
    assert last_cycle(clock_desk, "timer:auto-close").due == epoch(11 * DAY)
    assert run_until(clock_desk, 11 * DAY) == "closed"


def test_a_move_of_a_person_that_is_undone_late_does_not_end_the_wait_at_once(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "working", now=at(5))
    update.move(clock_desk, 1001, "waiting", now=at(10))
    update.move(clock_desk, 1001, "working", now=at(6 * DAY))
    undo_last_command(clock_desk, 1001, now=at(9 * DAY))
    assert run_until(clock_desk, 9 * DAY) == "waiting"
    assert run_until(clock_desk, 9 * DAY + WAITS) == "closed"


def test_a_wait_that_is_not_over_goes_on_as_if_nothing_had_been(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    update.move(clock_desk, 1001, "working", now=at(5))
    update.move(clock_desk, 1001, "waiting", now=at(10))
    update.move(clock_desk, 1001, "working", now=at(2 * DAY))
    undone = undo_last_command(clock_desk, 1001, now=at(3 * DAY))
    assert "starts again" not in undone.summary
    assert last_cycle(clock_desk, "timer:status:waiting").due == epoch(10 + WAITS)


def test_the_end_of_a_snooze_is_not_undone(clock_desk: DeskSession) -> None:
    """The instant is over and would never come again."""
    open_fault(clock_desk)
    snooze(clock_desk, 1001, at(DAY), now=at(10))
    run_until(clock_desk, DAY)
    with pytest.raises(DeskError, match="snooze it anew with `deskterm ticket snooze`"):
        undo_last_command(clock_desk, 1001, now=at(DAY + 10))


@pytest.fixture
def waiting_desk(tmp_path: Any) -> DeskSession:
    return due_time_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["waiting", "solved", "working", "tag", "undo", "undo", "run"]),
            st.sampled_from([1, 600, 3 * DAY, 5 * DAY, 7 * DAY, 8 * DAY]),
        ),
        min_size=2,
        max_size=9,
    )
)
def test_whatever_is_undone_a_ticket_leaves_a_status_on_time(
    waiting_desk: DeskSession, steps: list[tuple[str, int]]
) -> None:
    """Never later than a full term after somebody last did something to it."""
    desk = waiting_desk
    number, minute = open_fault(desk), 1
    update.move(desk, number, "working", now=at(1))
    for place, (what, minutes) in enumerate(steps):
        minute += minutes
        now = at(minute)
        try:
            if what == "undo":
                undo_last_command(desk, number, now=now)
            elif what == "run":
                list(Runner(desk.store).step(now))
            elif what == "tag":
                update.tag(desk, number, [f"t{place}"], now=now)
            else:
                update.move(desk, number, what, now=now)
        except DeskError:
            continue
    status = read_ticket(desk, number).row.status
    term = {"waiting": 7 * DAY, "solved": 5 * DAY}.get(status)
    if term is not None:
        with desk.store.reading() as session:
            last = [event for event in load_events(session, number) if event.actor == "ann"][-1]
        end = datetime.fromtimestamp(last.at, UTC) + timedelta(minutes=term)
        list(Runner(desk.store).step(max(end, at(minute))))
        assert read_ticket(desk, number).row.status == "closed"
    assert check_integrity(desk.store).findings == ()

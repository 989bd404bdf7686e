"""Random commands on three tickets, undone one by one: rows are as before, chains intact, and no message is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory import participants
from deskterm.desk.history import retention
from deskterm.desk.history.hash_chain import verify_chains
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.linking import duplicate, merge, split
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import due_times, work_sessions
from deskterm.desk.workflow.snooze import snooze
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from due_time_desk import due_time_desk
from examples import examples
from small_desk import at

IGNORED_COLUMNS = {"version", "hash", "updated_at", "last_event_at", "next_event_at"}
"""Columns that every event changes, and the next warning of a clock: an undo does not bring one back that has passed
meanwhile. The integrity check at the end compares it with the events."""
MESSAGE_COMMANDS = {"reply", "ask", "answer", "note"}
"""Commands that cannot be undone, because they send or record messages."""
Rows = dict[int, dict[str, list[dict[str, Any]]]]


class Step(NamedTuple):
    command: str
    on: int
    other: int
    minutes: int


class Sessions(NamedTuple):
    ann: DeskSession
    kim: DeskSession


def run_on_both(sessions: Sessions, command: Callable[[int], object], *numbers: int) -> None:
    with sessions.ann.group_commands():
        for number in numbers:
            command(number)


COMMANDS: dict[str, Callable[[Sessions, int, int, int], object]] = {
    "reply": lambda s, n, x, m: messages.reply(s.ann, n, f"r{m}", now=at(m)),
    "ask": lambda s, n, x, m: messages.reply(s.ann, n, f"a{m}", status="waiting", now=at(m)),
    "answer": lambda s, n, x, m: messages.record_customer_message(s.ann, n, f"c{m}", now=at(m)),
    "note": lambda s, n, x, m: messages.add_note(s.ann, n, f"n{m}", now=at(m)),
    "working": lambda s, n, x, m: update.move(s.ann, n, "working", now=at(m)),
    "waiting": lambda s, n, x, m: update.move(s.ann, n, "waiting", now=at(m)),
    "solved": lambda s, n, x, m: update.move(s.ann, n, "solved", now=at(m)),
    "closed": lambda s, n, x, m: update.move(s.ann, n, "closed", now=at(m)),
    "several": lambda s, n, x, m: update.update_ticket(
        s.ann, n, severity="high", priority=None, add_tags=[f"t{m % 5}"], subject=f"s{m}", now=at(m)
    ),
    "low": lambda s, n, x, m: update.set_severity(s.ann, n, "low", now=at(m)),
    "task": lambda s, n, x, m: update.edit(s.ann, n, type="task", now=at(m)),
    "larch": lambda s, n, x, m: update.update_ticket(s.ann, n, organisation="larch", now=at(m)),
    "assign": lambda s, n, x, m: assignment.assign(s.ann, n, ("sam", "kim")[m % 2], now=at(m)),
    "due": lambda s, n, x, m: due_times.set_due(
        s.kim, n, ("response", "resolution")[m % 2], at(m + 99), reason="x", now=at(m)
    ),
    "sprint": lambda s, n, x, m: due_times.schedule(s.ann, n, "2026-12-07", now=at(m)),
    "waive": lambda s, n, x, m: due_times.waive(s.ann, n, ("response", "resolution")[m % 2], reason="x", now=at(m)),
    "snooze": lambda s, n, x, m: snooze(s.ann, n, at(m + 50), now=at(m)),
    "start": lambda s, n, x, m: work_sessions.start_work(s.ann, n, now=at(m)),
    "stop": lambda s, n, x, m: work_sessions.stop_work(s.ann, n, now=at(m)),
    "hand over": lambda s, n, x, m: transfer(
        s.ann, n, department=("software", "hardware")[m % 2], note=f"h{m}", now=at(m)
    ),
    "hold": lambda s, n, x, m: retention.place_hold(s.ann, n, f"claim {m}", now=at(m)),
    "release": lambda s, n, x, m: retention.release_hold(s.ann, n, now=at(m)),
    "take part": lambda s, n, x, m: participants.add_participant(s.ann, n, f"p{m % 3}@larch.example", now=at(m)),
    "split": lambda s, n, x, m: split.split_message(s.ann, n, 1, now=at(m)),
    "split up": lambda s, n, x, m: split.split_list_items(s.ann, n, 1, now=at(m)),
    "duplicate": lambda s, n, x, m: duplicate.close_as_duplicate(s.ann, n, original_number=x, now=at(m)),
    "merge": lambda s, n, x, m: merge.merge_into(s.ann, n, into=x, now=at(m)),
    "both move": lambda s, n, x, m: run_on_both(
        s, lambda number: update.move(s.ann, number, "working", now=at(m)), n, x
    ),
    "both tag": lambda s, n, x, m: run_on_both(s, lambda number: update.tag(s.ann, number, [f"b{m}"], now=at(m)), n, x),
}
HISTORIES = st.lists(
    st.builds(
        Step,
        st.sampled_from(sorted(COMMANDS)),
        st.integers(0, 2),
        st.integers(0, 2),
        st.one_of(st.integers(0, 90), st.integers(0, 2000)),
    ),
    max_size=8,
)


@pytest.fixture
def sessions(store_url: str) -> Iterator[Sessions]:
    ann = due_time_desk(store_url)
    yield Sessions(ann, open_desk(ann.store, "kim"))
    ann.store.close()


def read_rows(desk: DeskSession, numbers: list[int]) -> Rows:
    """Read all rows of tickets with consecutive numbers, without the ignored columns."""
    found: Rows = {number: {"ticket": [], "clock": [], "record": [], "status_span": []} for number in numbers}
    with desk.store.reading() as session:
        for table, key in (
            ("ticket", "id"),
            ("clock", "ticket_id"),
            ("record", "ticket_id"),
            ("status_span", "ticket_id"),
        ):
            statement = text(f"SELECT * FROM {table} WHERE {key} BETWEEN :first AND :last")
            for row in session.execute(statement, {"first": numbers[0], "last": numbers[-1]}).mappings():
                kept = {name: cell for name, cell in row.items() if name not in IGNORED_COLUMNS}
                found[row[key]][table].append(kept)
    for tables in found.values():
        for rows in tables.values():
            rows.sort(key=str)
    return found


def read_messages(desk: DeskSession) -> set[tuple[int, int, str]]:
    """Read every message of every ticket."""
    statement = text("SELECT m.ticket_id, m.seq, t.body FROM message m JOIN personal_text t ON t.id = m.text_id")
    with desk.store.reading() as session:
        return {(ticket, seq, body) for ticket, seq, body in session.execute(statement)}


def bring_up_to_date(
    desk: DeskSession, numbers: list[int], minute: int, undoable: list[tuple[int, Rows]]
) -> list[tuple[int, Rows]]:
    """Record what is due by a minute; return the commands that can be undone to the very same rows: none when anything
    was, because an undo does not take back what the time has brought."""
    before = read_rows(desk, numbers)
    desk.bring_up_to_date(numbers, at(minute))
    return undoable if read_rows(desk, numbers) == before else []


def run_and_undo(sessions: Sessions, steps: list[Step]) -> None:
    ann = sessions.ann
    values: dict[str, Any] = {"type": "fault", "body": "two things:\n1. door\n2. window", "severity": "low"}
    numbers = [
        register(ann, subject=f"s{index}", requester=f"R{index}", **values, now=at(index)).number for index in range(3)
    ]
    undoable: list[tuple[int, Rows]] = []
    minute = 3
    for step in steps:
        minute += step.minutes
        number, other = numbers[step.on], numbers[step.other]
        undoable = bring_up_to_date(ann, numbers, minute, undoable)
        before = read_rows(ann, numbers)
        try:
            COMMANDS[step.command](sessions, number, other, minute)
        except DeskError:
            undoable = undoable if read_rows(ann, numbers) == before else []  # done on one of two tickets only
            continue
        undoable = [] if step.command in MESSAGE_COMMANDS else [*undoable, (number, before)]
    undoable = bring_up_to_date(ann, numbers, minute, undoable)
    messages_before = read_messages(ann)
    for number, before in reversed(undoable):
        try:
            undo_last_command(ann, number, now=at(minute))
        except DeskError as error:
            # The command brought a ticket back whose snooze was over by then: time is not undone
            if "the time until which it was snoozed is over" not in str(error):
                raise
            break
        assert read_rows(ann, numbers) == before
    assert read_messages(ann) == messages_before
    open_parts = text(
        "SELECT COUNT(*) FROM ticket t LEFT JOIN record r ON r.ticket_id = t.id AND r.kind = 'letter'"
        " AND r.data LIKE '%\"queued\"%' WHERE t.id > :last AND (t.category <> 'closed' OR r.ticket_id IS NOT NULL)"
        " AND EXISTS (SELECT 1 FROM event e WHERE e.ticket_id = t.id AND e.kind = 'withdrawn')"
    )
    with ann.store.reading() as session:
        assert session.execute(open_parts, {"last": numbers[-1]}).scalar_one() == 0, (
            "tickets that were split off are closed, their letters withdrawn"
        )
    assert check_integrity(ann.store, after=numbers[0] - 1).findings == ()
    with open_reader(ann.store.url) as reader:
        assert verify_chains(reader, number=numbers[0]).faults == ()


@pytest.mark.first
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES)
def test_random_commands_are_undone_one_by_one(sessions: Sessions, steps: list[Step]) -> None:
    run_and_undo(sessions, steps)


@pytest.mark.long
@settings(max_examples=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES)
def test_five_thousand_random_histories_are_undone(sessions: Sessions, steps: list[Step]) -> None:
    run_and_undo(sessions, steps)

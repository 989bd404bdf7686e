"""Whatever was done to some tickets: taken back in turn, every state, clock and row that stood before stands again, the
chains are whole, and not a word is lost."""

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
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from deskterm.store.db.reader import open_reader
from due_time_desk import due_time_desk
from small_desk import at

BESIDE = {"version", "hash", "updated_at"}
SAID = {"reply", "ask", "answer", "note"}
"""Acts that stay: what people said."""
Rows = dict[int, dict[str, list[dict[str, Any]]]]


class Act(NamedTuple):
    what: str
    on: int
    other: int
    later: int


class Office(NamedTuple):
    ann: DeskSession
    kim: DeskSession


def both(o: Office, act: Callable[[int], object], *numbers: int) -> None:
    with o.ann.group_commands():
        for number in numbers:
            act(number)


ACTS: dict[str, Callable[[Office, int, int, int], object]] = {
    "reply": lambda o, n, x, m: messages.reply(o.ann, n, f"r{m}", now=at(m)),
    "ask": lambda o, n, x, m: messages.reply(o.ann, n, f"a{m}", status="waiting", now=at(m)),
    "answer": lambda o, n, x, m: messages.record_customer_message(o.ann, n, f"c{m}", now=at(m)),
    "note": lambda o, n, x, m: messages.add_note(o.ann, n, f"n{m}", now=at(m)),
    "working": lambda o, n, x, m: update.move(o.ann, n, "working", now=at(m)),
    "waiting": lambda o, n, x, m: update.move(o.ann, n, "waiting", now=at(m)),
    "solved": lambda o, n, x, m: update.move(o.ann, n, "solved", now=at(m)),
    "closed": lambda o, n, x, m: update.move(o.ann, n, "closed", now=at(m)),
    "several": lambda o, n, x, m: update.update_ticket(
        o.ann, n, severity="high", priority=None, add_tags=[f"t{m % 5}"], subject=f"s{m}", now=at(m)
    ),
    "low": lambda o, n, x, m: update.set_severity(o.ann, n, "low", now=at(m)),
    "task": lambda o, n, x, m: update.edit(o.ann, n, type="task", now=at(m)),
    "larch": lambda o, n, x, m: update.update_ticket(o.ann, n, organisation="larch", now=at(m)),
    "assign": lambda o, n, x, m: assignment.assign(o.ann, n, ("sam", "kim")[m % 2], now=at(m)),
    "due": lambda o, n, x, m: due_times.set_due(
        o.kim, n, ("response", "resolution")[m % 2], at(m + 99), reason="x", now=at(m)
    ),
    "sprint": lambda o, n, x, m: due_times.schedule(o.ann, n, "2026-12-07", now=at(m)),
    "waive": lambda o, n, x, m: due_times.waive(o.ann, n, ("response", "resolution")[m % 2], reason="x", now=at(m)),
    "snooze": lambda o, n, x, m: due_times.snooze(o.ann, n, at(m + 50), now=at(m)),
    "start": lambda o, n, x, m: work_sessions.start_work(o.ann, n, now=at(m)),
    "stop": lambda o, n, x, m: work_sessions.stop_work(o.ann, n, now=at(m)),
    "hand over": lambda o, n, x, m: transfer(
        o.ann, n, department=("software", "hardware")[m % 2], note=f"h{m}", now=at(m)
    ),
    "hold": lambda o, n, x, m: retention.place_hold(o.ann, n, f"claim {m}", now=at(m)),
    "release": lambda o, n, x, m: retention.release_hold(o.ann, n, now=at(m)),
    "take part": lambda o, n, x, m: participants.add_participant(o.ann, n, f"p{m % 3}@larch.example", now=at(m)),
    "split": lambda o, n, x, m: split.split_message(o.ann, n, 1, now=at(m)),
    "split up": lambda o, n, x, m: split.split_list_items(o.ann, n, 1, now=at(m)),
    "duplicate": lambda o, n, x, m: duplicate.close_as_duplicate(o.ann, n, original_number=x, now=at(m)),
    "merge": lambda o, n, x, m: merge.merge_into(o.ann, n, into=x, now=at(m)),
    "both move": lambda o, n, x, m: both(o, lambda one: update.move(o.ann, one, "working", now=at(m)), n, x),
    "both tag": lambda o, n, x, m: both(o, lambda one: update.tag(o.ann, one, [f"b{m}"], now=at(m)), n, x),
}
HISTORIES = st.lists(
    st.builds(
        Act,
        st.sampled_from(sorted(ACTS)),
        st.integers(0, 2),
        st.integers(0, 2),
        st.one_of(st.integers(0, 90), st.integers(0, 2000)),
    ),
    max_size=8,
)


@pytest.fixture
def office(store_url: str) -> Iterator[Office]:
    ann = due_time_desk(store_url)
    yield Office(ann, open_desk(ann.store, "kim"))
    ann.store.close()


def rows(desk: DeskSession, numbers: list[int]) -> Rows:
    """All that the tables say of some tickets, but for how often they were touched."""
    found: Rows = {}
    with desk.store.reading() as session:
        for number in numbers:
            found[number] = {}
            for table, key in (("ticket", "id"), ("clock", "ticket_id"), ("record", "ticket_id")):
                statement = text(f"SELECT * FROM {table} WHERE {key} = :number")
                whole = session.execute(statement, {"number": number}).mappings()
                plain = [{name: cell for name, cell in row.items() if name not in BESIDE} for row in whole]
                found[number][table] = sorted(plain, key=str)
    return found


def words(desk: DeskSession) -> set[tuple[int, int, str]]:
    """Every message of every ticket."""
    said = text("SELECT m.ticket_id, m.seq, t.body FROM message m JOIN personal_text t ON t.id = m.text_id")
    with desk.store.reading() as session:
        return {(ticket, seq, body) for ticket, seq, body in session.execute(said)}


def live_through(office: Office, acts: list[Act]) -> None:
    ann = office.ann
    opened: dict[str, Any] = {"type": "fault", "body": "two things:\n1. door\n2. window", "severity": "low"}
    numbers = [
        register(ann, subject=f"s{place}", requester=f"R{place}", **opened, now=at(place)).number for place in range(3)
    ]
    undoable: list[tuple[int, Rows]] = []
    minute = 3
    for act in acts:
        minute += act.later
        number, other = numbers[act.on], numbers[act.other]
        before = rows(ann, numbers)
        try:
            ACTS[act.what](office, number, other, minute)
        except DeskError:
            undoable = undoable if rows(ann, numbers) == before else []  # half of what was to be done to both
            continue
        undoable = [] if act.what in SAID else [*undoable, (number, before)]
    said = words(ann)
    for number, before in reversed(undoable):
        undo_last_command(ann, number, now=at(minute))
        assert rows(ann, numbers) == before
    assert words(ann) == said
    left_over = text(
        "SELECT COUNT(*) FROM ticket t LEFT JOIN record r ON r.ticket_id = t.id AND r.kind = 'letter'"
        " AND r.data LIKE '%\"queued\"%' WHERE t.id > :last AND (t.category <> 'closed' OR r.ticket_id IS NOT NULL)"
        " AND EXISTS (SELECT 1 FROM event e WHERE e.ticket_id = t.id AND e.kind = 'withdrawn')"
    )
    with ann.store.reading() as session:
        assert session.execute(left_over, {"last": numbers[-1]}).scalar_one() == 0, "what was made goes back too"
    assert check_integrity(ann.store, after=numbers[0] - 1).findings == ()
    with open_reader(ann.store.url) as reader:
        assert verify_chains(reader, number=numbers[0]).faults == ()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=HISTORIES)
def test_what_was_done_is_undone_step_by_step(office: Office, acts: list[Act]) -> None:
    live_through(office, acts)


@pytest.mark.long
@settings(max_examples=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=HISTORIES)
def test_five_thousand_histories_are_undone(office: Office, acts: list[Act]) -> None:
    live_through(office, acts)

"""Acts on several tickets are undone on exactly the tickets that they changed (C-03, C-04)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.history.undo_acts import list_undoable_acts, undo_commands
from deskterm.desk.linking import merge
from deskterm.desk.templates.definitions import Macro
from deskterm.desk.templates.run import MacroCall, run_macro
from deskterm.desk.tickets import assignment, update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow.snooze import snooze
from deskterm.errors import DeskError
from deskterm.tui.acts import Act, run_on_each
from examples import examples
from small_desk import at, small_desk

pytestmark = pytest.mark.law("C-03")

TICKETS = 6
IGNORED_COLUMNS = {"version", "hash", "updated_at", "last_event_at", "next_event_at"}
"""Columns that every event changes, and the next warning of a clock: an undo does not bring one back that has passed
meanwhile."""

MACROS = [
    MacroCall(Macro(key="a", label="A", severity="high", assign="nobody", note="Seen.", status=("working", "waiting"))),
    MacroCall(Macro(key="b", label="B", assign="sam", tags=("t1", "-t2"), status=("solved",), statuses=("working",))),
]

Command = Callable[[DeskSession, int, int, datetime], CommandResult]
COMMANDS: dict[str, Command] = {
    "working": lambda desk, number, index, now: update.move(desk, number, "working", now=now),
    "waiting": lambda desk, number, index, now: update.move(desk, number, "waiting", now=now),
    "solved": lambda desk, number, index, now: update.move(desk, number, "solved", now=now),
    "closed": lambda desk, number, index, now: update.move(desk, number, "closed", now=now),
    "assign": lambda desk, number, index, now: assignment.assign(desk, number, ("sam", "kim")[index % 2], now=now),
    "nobody": lambda desk, number, index, now: assignment.assign(desk, number, None, now=now),
    "severity": lambda desk, number, index, now: update.update_ticket(desk, number, severity="high", now=now),
    "tag": lambda desk, number, index, now: update.tag(desk, number, [f"t{index}"], now=now),
    "untag": lambda desk, number, index, now: update.tag(desk, number, [], [f"t{index - 1}"], now=now),
    "snooze": lambda desk, number, index, now: snooze(desk, number, at(5000), now=now),
    "macro": lambda desk, number, index, now: run_macro(desk, number, MACROS[index % 2], now=now),
    "merge": lambda desk, number, index, now: merge.merge_into(desk, number, into=number + 1 - index % 3, now=now),
}


class BulkAct(NamedTuple):
    command: str
    on: tuple[int, ...]


ACTS = st.lists(
    st.builds(
        BulkAct,
        st.sampled_from(sorted(COMMANDS)),
        st.lists(st.integers(0, TICKETS - 1), min_size=1, max_size=TICKETS, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=7,
)


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    ann = small_desk(store_url)
    yield ann
    ann.store.close()


def register_faults(desk: DeskSession, count: int = TICKETS) -> list[int]:
    values: dict[str, Any] = {"type": "fault", "requester": "Kim Novak", "body": "It hurts."}
    return [register(desk, subject=f"Matter {n}", **values, now=at(n)).number for n in range(count)]


def read_rows(desk: DeskSession, numbers: list[int]) -> dict[int, list[str]]:
    """Read everything that is stored of tickets with consecutive numbers, without the ignored columns."""
    found: dict[int, list[str]] = {number: [] for number in numbers}
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
                found[row[key]].append(f"{table} {kept}")
    return {number: sorted(rows) for number, rows in found.items()}


@pytest.mark.first
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=ACTS)
@pytest.mark.law("C-03", "C-04")
def test_random_acts_with_refusals_are_undone_on_exactly_the_tickets_that_they_changed(
    desk: DeskSession, acts: list[BulkAct]
) -> None:
    numbers = register_faults(desk)
    done: list[tuple[Act, dict[int, list[str]]]] = []
    for index, bulk in enumerate(acts):
        before = read_rows(desk, numbers)

        def run(desk: DeskSession, number: int, bulk: BulkAct = bulk, index: int = index) -> CommandResult:
            return COMMANDS[bulk.command](desk, number, index, at(20))

        outcome = run_on_each(desk, [numbers[place] for place in bulk.on], run)
        after = read_rows(desk, numbers)
        assert len(outcome.results) + len(outcome.refused) == len(bulk.on)
        assert {number for number in numbers if before[number] != after[number]} <= find_changed(outcome.act)
        if outcome.act is not None:
            done.append((outcome.act, before))
    for act, before in reversed(done):
        undone = undo_commands(desk, act.heads, now=at(21), together=act.together)
        assert undone.left == ()
        assert set(undone.numbers) == set(act.heads)
        assert read_rows(desk, numbers) == before
    assert check_integrity(desk.store, after=numbers[0] - 1).findings == ()


def find_changed(act: Act | None) -> set[int]:
    """Return the tickets that an act says that it has changed."""
    return set() if act is None else set(act.heads)


def close_all(desk: DeskSession, numbers: list[int]) -> Act:
    outcome = run_on_each(desk, numbers, lambda desk, number: update.move(desk, number, "solved", now=at(30)))
    assert outcome.act is not None
    return outcome.act


def test_what_somebody_changed_since_is_left_where_the_act_was_on_each_ticket_by_itself(desk: DeskSession) -> None:
    numbers = register_faults(desk, 3)
    act = close_all(desk, numbers)
    update.tag(open_desk(desk.store, "kim"), numbers[1], ["vip"], now=at(31))
    undone = undo_commands(desk, act.heads, now=at(32), together=act.together)
    assert undone.numbers == (numbers[0], numbers[2])
    assert [left.number for left in undone.left] == [numbers[1]]
    assert undone.left[0].reason.startswith(f"Can't undo: {numbers[1]} has changed since (kim tagged it, Mon 23 Nov")
    with pytest.raises(DeskError, match=f"That was undone on {numbers[0]} already"):
        undo_commands(desk, act.heads, now=at(33), together=True)


def test_a_merge_is_undone_on_both_tickets_or_on_neither(desk: DeskSession) -> None:
    first, second = register_faults(desk, 2)
    outcome = run_on_each(desk, [second], lambda desk, number: merge.merge_into(desk, number, into=first, now=at(30)))
    assert outcome.act is not None
    assert (outcome.act.together, set(outcome.act.heads)) == (True, {first, second})
    update.tag(open_desk(desk.store, "kim"), first, ["vip"], now=at(31))
    before = read_rows(desk, [first, second])
    with pytest.raises(DeskError, match=f"{first} has changed since"):
        undo_commands(desk, outcome.act.heads, now=at(32), together=outcome.act.together)
    assert read_rows(desk, [first, second]) == before


def test_the_list_of_what_can_be_undone_has_the_newest_first_and_an_act_on_several_tickets_once(
    desk: DeskSession,
) -> None:
    numbers = register_faults(desk, 4)
    update.tag(open_desk(desk.store, "kim"), numbers[3], ["vip"], now=at(40))
    act = close_all(desk, numbers[:3])
    found = list_undoable_acts(desk)
    assert [(one.name, dict(one.heads)) for one in found] == [
        ("tags of", {numbers[3]: 2}),
        ("status of", dict(act.heads)),
    ]
    assert list_undoable_acts(open_desk(desk.store, "kim"))[0].what == "tagged it: tags none → vip"
    assert len(list_undoable_acts(open_desk(desk.store, "kim"))) == 1
    assert list_undoable_acts(open_desk(desk.store, "sam")) == []
    assert list_undoable_acts(desk, numbers=[numbers[0]], recent=False)[0].heads == act.heads

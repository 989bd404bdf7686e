"""The figures of the wall, counted again from the tickets themselves."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, register, update
from deskterm.desk.workflow import snooze
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.lead.wall import WallCounts, WallFacts, load_wall
from deskterm.store.queries.ticket_detail import load_ticket_detail
from small_desk import at, small_desk


def epoch(minutes: float) -> int:
    return int(at(minutes).timestamp())


NOW = 200
"""Minutes after the morning at which the wall is read."""


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """Yield a desk of forty tickets in all kinds of states."""
    desk, random = small_desk(store_url), Random(4)
    for number in range(40):
        minute = random.randrange(0, 180)
        done = register.register(
            desk, type="fault", severity=random.choice(("high", "low")), subject=f"Matter {number}", now=at(minute)
        )
        if random.random() < 0.6:
            assignment.assign(desk, done.number, random.choice(("sam", "kim")), now=at(minute))
        if random.random() < 0.5:
            update.move(desk, done.number, random.choice(("working", "solved")), anyway=True, now=at(minute))
    messages.add_note(desk, 1001, "Seen", now=at(190))
    open_ones = [number for number in range(1001, 1041) if load(desk, number).row.category == "open"]
    snooze.snooze(desk, open_ones[0], at(500), now=at(190))
    update.move(desk, open_ones[1], "waiting", anyway=True, now=at(190))
    yield desk
    desk.store.close()


def load(desk: DeskSession, number: int):  # type: ignore[no-untyped-def]
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return found


def read_wall(desk: DeskSession) -> WallFacts:
    with open_reader(desk.store.url) as reader:
        return load_wall(reader, epoch(NOW), epoch(-540), ["high"])


@pytest.mark.law("C-14")
def test_the_figures_are_those_of_the_tickets(desk: DeskSession) -> None:
    wall, now = read_wall(desk), epoch(NOW)
    tickets = [load(desk, number) for number in range(1001, 1041)]
    open_rows = [one.row for one in tickets if one.row.category not in ("solved", "closed") and not one.snoozed_until]
    due = [row.next_due for row in open_rows if row.next_due is not None]
    assert wall.counts == WallCounts(
        open=len(open_rows),
        late=sum(one < now for one in due),
        breached=sum(row.breached or (row.next_due is not None and row.next_due < now) for row in open_rows),
        due=sum(now <= one <= now + 3600 for one in due),
        unassigned=sum(row.assignee is None for row in open_rows),
        waiting=1,
        urgent=sum(row.severity == "high" for row in open_rows),
        escalated=0,
    )
    assert len(wall.due_by_team) == wall.counts.due
    assert sum(load.open for load in wall.loads) == wall.counts.open
    assert sum(load.late for load in wall.loads) == wall.counts.late
    assert (wall.arrived, wall.closed) == (40, 0)


@pytest.mark.law("C-14")
def test_whoever_can_be_given_tickets_is_on_the_wall_with_none(desk: DeskSession) -> None:
    """A viewer is not, and who is late most stands first."""
    loads = read_wall(desk).loads
    assert {"ann", "lea", "sam", "kim", ""} == {load.login for load in loads}
    assert [load.late for load in loads] == sorted((load.late for load in loads), reverse=True)

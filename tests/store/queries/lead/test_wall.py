"""The figures of the wall, counted again from the tickets themselves."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, register, update
from deskterm.desk.workflow import escalation, snooze
from deskterm.present.filters.reading import FilterContext, read_filter
from deskterm.present.labels import Vocabulary
from deskterm.present.wall import present_wall
from deskterm.store.db.engine import Store
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_agents, load_desk_facts
from deskterm.store.queries.lead.wall import WallCounts, WallFacts, load_wall
from deskterm.store.queries.queue import Viewer, count_tickets
from deskterm.store.queries.ticket_detail import load_ticket_detail
from shipped_desk import shipped_desk
from small_desk import at, small_desk
from store_templates import copy_store


def epoch(minutes: float) -> int:
    return int(at(minutes).timestamp())


NOW = 200
"""Minutes after the morning at which the wall is read."""


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """Yield a desk of forty tickets in all kinds of states."""
    store = copy_store(store_url, ("wall",), _create)
    yield open_desk(store, "ann")
    store.close()


def _create(url: str) -> Store:
    desk, random = small_desk(url), Random(4)
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
    return desk.store


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
        due=sum(now <= one <= now + 3600 for one in due),
        unassigned=sum(row.assignee is None for row in open_rows),
        waiting=1,
        urgent=sum(row.severity == "high" for row in open_rows),
        escalated=0,
    )
    assert len(wall.due_by_team) == wall.counts.due
    assert sum(load.open for load in wall.loads) == wall.counts.open
    assert sum(load.late for load in wall.loads) == wall.counts.late
    done = [one.row for one in tickets if one.row.category in ("solved", "closed")]
    assert (len(wall.arrived), len(wall.closed)) == (40, len(done))
    assert sorted(wall.arrived) == sorted(one.row.received for one in tickets)


@pytest.mark.law("C-14")
def test_every_figure_leads_to_a_list_of_exactly_what_it_counts(desk: DeskSession) -> None:
    with open_reader(desk.store.url) as reader:
        facts, document = load_wall(reader, epoch(NOW), epoch(-540), ["high"]), load_desk_facts(reader).document
        vocabulary, viewer = Vocabulary(document), Viewer("ann", None, epoch(NOW))
        context = FilterContext(vocabulary, load_agents(reader), "ann", epoch(NOW))
        tiles = present_wall(facts, [], vocabulary, epoch(NOW)).tiles
        for tile in tiles:
            condition = read_filter(tile.match, context) if tile.match else None
            assert count_tickets(reader, tile.view, viewer, condition=condition) == tile.figure, tile
    assert sum(tile.figure > 0 for tile in tiles) >= 5


@pytest.mark.law("C-14")
def test_an_open_escalation_is_counted_listed_and_found_by_a_filter(store_url: str) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    numbers = [
        register.register(desk, type="technical-support", subject="Down", incomplete=True, now=at(minute)).number
        for minute in range(3)
    ]
    for number in numbers[:2]:
        escalation.escalate(desk, number, reason="they wait", now=at(10))
    snooze.snooze(desk, numbers[1], at(500), now=at(11))
    with open_reader(desk.store.url) as reader:
        facts = load_wall(reader, epoch(NOW), epoch(-540), [])
        condition = read_filter(
            "is:escalated", FilterContext(Vocabulary(load_desk_facts(reader).document), (), "ann", epoch(NOW))
        )
        listed = count_tickets(reader, "open", Viewer("ann", None, epoch(NOW)), condition=condition)
    assert facts.counts.escalated == listed == 1, "a snoozed ticket is in no open view until it wakes"
    assert [one.number for one in facts.escalations] == numbers[:1]
    desk.store.close()


@pytest.mark.law("C-14")
def test_whoever_can_be_given_tickets_is_on_the_wall_with_none(desk: DeskSession) -> None:
    """A viewer is not, and who is late most stands first."""
    loads = read_wall(desk).loads
    assert {"ann", "lea", "sam", "kim", ""} == {load.login for load in loads}
    assert [load.late for load in loads] == sorted((load.late for load in loads), reverse=True)

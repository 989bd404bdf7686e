"""Cycles in SQL are judged as `judge_cycle` judges each, on both databases (C-14, R-21)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from deskterm.desk.api import open_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets import assignment, register, update
from deskterm.desk.workflow import due_times, exemption, snooze
from deskterm.errors import DeskError
from deskterm.reports.attainment import Tally, find_continuation, judge_cycle
from deskterm.sla.clock import Clock
from deskterm.store.db.engine import Store
from deskterm.store.db.instants import optional_seconds_from_stored
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.queries.lead.service_levels import (
    load_agent_paces,
    load_cycle_counts,
    load_exposures,
    load_pressing_clocks,
)
from small_desk import at, small_desk
from store_templates import copy_store


def epoch(minutes: float) -> int:
    return int(at(minutes).timestamp())


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    """Yield a desk of twenty tickets that were answered, solved, reopened, waived and exempted at random."""
    store = copy_store(store_url, ("judged cycles",), _create)
    yield open_desk(store, "ann")
    store.close()


def _create(url: str) -> Store:
    desk, random = small_desk(url), Random(11)
    for number in range(1001, 1021):
        minute = random.randrange(0, 200)
        severity = random.choice(("high", "low"))
        register.register(desk, type="fault", severity=severity, subject="Matter", requester="Ida", now=at(minute))
        assignment.assign(desk, number, random.choice(("sam", "kim")), now=at(minute))
        acts: list[Any] = [
            lambda n, m: messages.reply(desk, n, "We look", now=at(m)),
            lambda n, m: update.move(desk, n, "solved", anyway=True, now=at(m)),
            lambda n, m: update.move(desk, n, "working", anyway=True, now=at(m)),
            lambda n, m: due_times.waive(desk, n, "response", reason="storm", now=at(m)),
            lambda n, m: update.set_severity(desk, n, "high", now=at(m)),
        ]
        for act in random.choices(acts, k=4):
            minute += random.randrange(5, 90)
            try:
                act(number, minute)
            except DeskError:
                continue  # it is solved already, or nothing was missed
    exemption.exempt(desk, 1003, "a storm", now=at(560))
    snooze.snooze(desk, 1004, at(2000), now=at(561))
    return desk.store


def read_clocks(reader: ReadConnection) -> Iterator[tuple[str | None, str | None, Clock]]:
    """Yield every clock with its ticket's severity and exemption."""
    for severity, exempt, *row, started, due, stopped, since, broken in reader.rows(
        "SELECT t.severity, t.exempt, c.metric, c.cycle, c.state, c.target, c.target_seconds, c.consumed, c.cause, "
        "c.waived, c.started_at, c.due_at, c.stopped_at, c.since, c.breached_at "
        "FROM clock c JOIN ticket t ON t.id = c.ticket_id WHERE c.metric NOT LIKE 'timer:%' "
        "ORDER BY c.ticket_id, c.metric, c.cycle"
    ):
        metric, cycle, state, target, target_seconds, consumed, cause, waived = row
        instants = [optional_seconds_from_stored(one) for one in (started, due, stopped, since, broken)]
        yield severity, exempt, Clock(
            metric=metric, cycle=cycle, state=state, started_at=instants[0] or 0, target=target,
            target_seconds=target_seconds, due_at=instants[1], stopped_at=instants[2], consumed=consumed,
            since=instants[3] or 0, breached_at=instants[4], cause=cause, policy="", calendar="", version=1,
            waived=bool(waived),
        )  # fmt: skip


@pytest.mark.law("C-14")
def test_the_database_judges_cycles_as_the_definition_does(desk: DeskSession) -> None:
    with open_reader(desk.store.url) as reader:
        for since, until in ((0, 600), (60, 300), (250, 1500)):
            expected: dict[tuple[str, str | None], Tally] = {}
            previous: Clock | None = None
            for severity, exempt, clock in read_clocks(reader):
                is_next = previous is not None and clock.metric == previous.metric and clock.cycle > 1
                continuation = find_continuation(clock, previous if is_next else None)
                previous = clock
                judged = judge_cycle(
                    clock,
                    epoch(until),
                    continuation=continuation,
                    exempt=exempt is not None,
                    waived=clock.waived,
                )
                if judged is None or judged.verdict in ("already", "running") or judged.at < epoch(since):
                    continue
                if judged.verdict == "exempt" and judged.at == epoch(until):
                    continue  # it runs still
                expected.setdefault((clock.metric, severity), Tally()).count(judged)
            found = {
                (one.metric, one.severity): Tally(
                    one.met, one.late, one.retarget, 0, one.cancelled, one.exempt, one.waived
                )
                for one in load_cycle_counts(reader, epoch(since), epoch(until))
            }
            assert {key: tally for key, tally in found.items() if tally != Tally()} == expected
            assert sum(tally.met for tally in found.values())


@pytest.mark.law("C-14")
def test_exposures_and_what_presses_are_those_of_the_clocks(desk: DeskSession) -> None:
    since, now = epoch(120), epoch(560)
    with open_reader(desk.store.url) as reader:
        clocks = [clock for _, _, clock in read_clocks(reader)]
        sums, cycles = load_exposures(reader, since)
        ended = [one for one in clocks if one.state in ("met", "late") and (one.stopped_at or 0) >= since]
        assert sum(one.stopped for one in sums) + sum(one.stopped is not None for one in cycles) == len(ended)
        inside = [one for one in ended if one.started_at >= since]
        assert sum(one.seconds for one in sums) == sum(one.consumed for one in inside)
        assert sum(one.stopped is None for one in cycles) == sum(one.state == "running" for one in clocks)
        assert sum(pace.stopped for pace in load_agent_paces(reader, since)) == len(ended)
        pressing = load_pressing_clocks(reader, now, epoch(2000))
    assert pressing
    assert [one.due for one in pressing] == sorted(one.due for one in pressing)
    assert not {1003, 1004} & {one.ticket for one in pressing}, "exempt, and snoozed"

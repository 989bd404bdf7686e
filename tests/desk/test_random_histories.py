"""Random histories of a ticket under several versions of its procedure: the tables hold what the events say, a stepwise
fold equals the fold of all events, and judgements of clocks never change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update as update_rows

from deskterm.automation.runner import Runner
from deskterm.desk.admin.procedure_migration import migrate_ticket
from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import load_events
from deskterm.desk.domain.events import Event, TextRef
from deskterm.desk.domain.fold import TicketFold, fold_events
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.linking import duplicate, split
from deskterm.desk.tickets import update
from deskterm.desk.tickets.preview import preview_due_changes
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import due_times, work_sessions
from deskterm.desk.workflow.snooze import snooze
from deskterm.desk.workflow.transfer import transfer
from deskterm.errors import DeskError
from deskterm.sla.clock import Clock
from deskterm.store.db.tables import Desk, table_of
from due_time_desk import DUE_TIME_PROCEDURE, due_time_desk
from examples import examples
from small_desk import at, small_procedure

VERSION_TEXTS = (
    DUE_TIME_PROCEDURE.replace('resolution = "4h"', 'resolution = "2h"').replace('span = "7c"', 'span = "3d"'),
    DUE_TIME_PROCEDURE.replace(
        "no_holidays = true", 'holidays = [{ date = 2026-11-24, name = "Founder\'s day" }]'
    ).replace('low]\nresponse = "1h"\n', "low]\n"),
)


class Step(NamedTuple):
    command: str
    minutes: int
    version: int


class VersionedDesk(NamedTuple):
    """Sessions on one desk, one for each version of its procedure."""

    desks: list[DeskSession]

    def desk(self, version: int, login: str = "ann") -> DeskSession:
        """A session of somebody while a version is in force: no command is written by any other."""
        desk = self.desks[version]
        with desk.store.writing() as session:
            session.execute(update_rows(table_of(Desk)).values(procedure_version=version + 1))
        if login == "ann":
            desk.refresh()
            return desk
        return open_desk(desk.store, login)


COMMANDS: dict[str, Callable[[VersionedDesk, int, Step, int], object]] = {
    "reply": lambda o, n, a, m: messages.reply(o.desk(a.version), n, "x", now=at(m)),
    "ask": lambda o, n, a, m: messages.reply(o.desk(a.version), n, "x", status="waiting", now=at(m)),
    "answer": lambda o, n, a, m: messages.record_customer_message(o.desk(a.version), n, "x", now=at(m)),
    "working": lambda o, n, a, m: update.move(o.desk(a.version), n, "working", now=at(m)),
    "waiting": lambda o, n, a, m: update.move(o.desk(a.version), n, "waiting", now=at(m)),
    "solved": lambda o, n, a, m: update.move(o.desk(a.version), n, "solved", now=at(m)),
    "closed": lambda o, n, a, m: update.move(o.desk(a.version), n, "closed", now=at(m)),
    "high": lambda o, n, a, m: update.set_severity(o.desk(a.version), n, "high", now=at(m)),
    "low": lambda o, n, a, m: update.set_severity(o.desk(a.version), n, "low", now=at(m)),
    "task": lambda o, n, a, m: update.edit(o.desk(a.version), n, type="task", now=at(m)),
    "fault": lambda o, n, a, m: update.edit(o.desk(a.version), n, type="fault", now=at(m)),
    "larch": lambda o, n, a, m: update.update_ticket(o.desk(a.version), n, organisation="larch", now=at(m)),
    "tag": lambda o, n, a, m: update.tag(o.desk(a.version), n, [f"t{m % 3}"], now=at(m)),
    "due": lambda o, n, a, m: due_times.set_due(
        o.desk(a.version, "kim"),
        n,
        ("response", "resolution", "next-response")[m % 3],
        at(m + 100),
        reason="x",
        now=at(m),
    ),
    "no due": lambda o, n, a, m: due_times.clear_due(
        o.desk(a.version, "kim"), n, ("response", "resolution", "next-response")[m % 3], reason="x", now=at(m)
    ),
    "sprint": lambda o, n, a, m: due_times.schedule(o.desk(a.version), n, "2026-12-07", now=at(m)),
    "no sprint": lambda o, n, a, m: due_times.schedule(o.desk(a.version), n, None, now=at(m)),
    "waive": lambda o, n, a, m: due_times.waive(
        o.desk(a.version), n, ("response", "resolution")[m % 2], reason="x", now=at(m)
    ),
    "snooze": lambda o, n, a, m: snooze(o.desk(a.version), n, at(m + 50), now=at(m)),
    "wake": lambda o, n, a, m: snooze(o.desk(a.version), n, None, now=at(m)),
    "start": lambda o, n, a, m: work_sessions.start_work(o.desk(a.version), n, now=at(m)),
    "stop": lambda o, n, a, m: work_sessions.stop_work(o.desk(a.version), n, now=at(m)),
    "hand over": lambda o, n, a, m: transfer(
        o.desk(a.version), n, department=("software", "hardware")[m % 2], note="x", now=at(m)
    ),
    "split": lambda o, n, a, m: split.split_message(o.desk(a.version), n, m % 5, now=at(m)),
    "duplicate": lambda o, n, a, m: duplicate.close_as_duplicate(o.desk(a.version), n, original_number=1001, now=at(m)),
    "migrate": lambda o, n, a, m: migrate_ticket(o.desk(a.version), n, at(m)),
    "notice": lambda o, n, a, m: record_next_event(o.desk(a.version), n, m),
    "look": lambda o, n, a, m: preview_due_changes(o.desk(a.version), n, severity="high", type="fault", now=at(m)),
}
HISTORIES = st.lists(
    st.builds(
        Step,
        st.sampled_from(sorted(COMMANDS)),
        st.one_of(st.integers(0, 90), st.integers(0, 3000)),
        st.sampled_from([0, 0, 0, 1, 2]),
    ),
    max_size=12,
)


def record_next_event(desk: DeskSession, number: int, minute: int) -> None:
    """Record the first due event of the ticket's clocks, as the automation does."""
    system = open_system_desk(desk.store)
    system.procedure = desk.procedure
    for event in load_fold(desk, number)[1].upcoming_events()[:1]:
        due_times.record_clock_event(system, number, event, now=at(minute))


def load_fold(desk: DeskSession, number: int) -> tuple[list[Event], TicketFold]:
    with desk.store.reading() as session:
        events = list(load_events(session, number))
        return events, fold_events(events, desk.build_procedure_lookup(session))


@contextmanager
def open_versions(url: str) -> Iterator[VersionedDesk]:
    desks = [due_time_desk(url)]
    for text in VERSION_TEXTS:
        apply_procedure(desks[-1], small_procedure(text), now=at(0))
        desks.append(open_desk(desks[0].store, "ann"))
    versioned = VersionedDesk(desks)
    register(versioned.desk(0), subject="the original", type="fault", now=at(0))
    yield versioned
    assert check_integrity(desks[0].store).findings == ()
    desks[0].store.close()


@pytest.fixture
def versions(store_url: str) -> Iterator[VersionedDesk]:
    with open_versions(store_url) as desks:
        yield desks


@pytest.fixture
def with_and_without_runner(store_url: str, tmp_path: Path) -> Iterator[tuple[VersionedDesk, VersionedDesk]]:
    """Two desks that begin alike: on the first a runner is on. The second is on SQLite in any case."""
    with open_versions(store_url) as first, open_versions(f"sqlite:///{tmp_path / 'other.sqlite3'}") as second:
        yield first, second


def run_history(versions: VersionedDesk, steps: list[Step], severity: str) -> None:
    first = versions.desk(0)
    number = register(first, subject="x", body="y", type="fault", severity=severity, now=at(0)).number
    minute = 0
    breaches: dict[tuple[str, int], tuple[int | None, str | None]] = {}
    judged: dict[tuple[str, int], Clock] = {}
    for step in steps:
        minute += step.minutes
        try:
            COMMANDS[step.command](versions, number, step, minute)
        except DeskError:
            continue
        now = {(clock.metric, clock.cycle): without_marks(clock) for clock in load_fold(first, number)[1].clocks()}
        for key, breach in breaches.items():
            assert (now[key].breached_at, now[key].cause) == breach
        assert all(now[key] == clock for key, clock in judged.items())
        breaches |= {key: (c.breached_at, c.cause) for key, c in now.items() if c.breached_at is not None}
        judged |= {key: clock for key, clock in now.items() if clock.state in ("met", "late")}
    assert check_integrity(first.store, after=number - 1).findings == ()
    events, fold = load_fold(first, number)
    with first.store.reading() as session:
        procedures = first.build_procedure_lookup(session)
        stepwise = TicketFold(procedures)
        for event in events:
            stepwise.step(event)
            stepwise.clocks()
        assert stepwise.clocks() == fold.clocks()
        assert stepwise.state == fold.state
        without_notices = fold_events([event for event in events if event.kind != "noticed"], procedures)
    assert [without_marks(clock) for clock in without_notices.clocks()] == [
        without_marks(clock) for clock in fold.clocks()
    ]


def run_with_and_without_runner(
    desks: tuple[VersionedDesk, VersionedDesk], steps: list[Step], severity: str, polls: list[int]
) -> None:
    """Run a history on two desks, on the first with a runner that polls before every command and at minutes between;
    both must have the same events (D-02)."""
    watched = desks[0]
    values: dict[str, Any] = {"subject": "x", "body": "y", "type": "fault", "severity": severity, "now": at(0)}
    numbers = {register(desk.desks[0], **values).number for desk in desks}
    assert len(numbers) == 1
    number = numbers.pop()
    runner = Runner(watched.desks[0].store)
    minute = 0
    for step in [*steps, Step("tag", 20_000, 0)]:
        before, minute = minute, minute + step.minutes
        runner._desk.procedure = watched.desks[step.version].procedure
        for poll in sorted({*(before + later for later in polls if later < step.minutes), minute}):
            deque(runner.step(at(poll)), maxlen=0)
        outcomes = []
        for desk in desks:
            try:
                COMMANDS[step.command](desk, number, step, minute)
                outcomes.append("done")
            except DeskError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
    first, second = ([comparable(event) for event in load_fold(desk.desks[0], number)[0]] for desk in desks)
    assert first == second


def comparable(event: Event) -> Event:
    """Return an event without what is drawn by lot: digests of texts, and the mark of a command on several tickets."""
    data = {name: value for name, value in event.data.items() if name != "bulk"}
    return replace(event, texts={name: TextRef(0, "") for name in event.texts}, data=data)


def without_marks(clock: Clock) -> Clock:
    """Return a clock without the members that later events mark on it."""
    return clock._replace(next_event_at=None, waived=False)


SEVERITIES = st.sampled_from(["high", "low"])
POLLS = st.lists(st.integers(0, 3000), max_size=3)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=HISTORIES, severity=SEVERITIES)
def test_tables_hold_what_the_events_say_and_judgements_stay(
    versions: VersionedDesk, steps: list[Step], severity: str
) -> None:
    run_history(versions, steps, severity)


@pytest.mark.long
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES, severity=SEVERITIES)
def test_ten_thousand_histories(versions: VersionedDesk, steps: list[Step], severity: str) -> None:
    run_history(versions, steps, severity)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES, severity=SEVERITIES, polls=POLLS)
def test_a_ticket_has_the_same_events_with_and_without_a_runner(
    with_and_without_runner: tuple[VersionedDesk, VersionedDesk], steps: list[Step], severity: str, polls: list[int]
) -> None:
    run_with_and_without_runner(with_and_without_runner, steps, severity, polls)


@pytest.mark.long
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=HISTORIES, severity=SEVERITIES, polls=POLLS)
def test_ten_thousand_tickets_have_the_same_events_with_and_without_a_runner(
    with_and_without_runner: tuple[VersionedDesk, VersionedDesk], steps: list[Step], severity: str, polls: list[int]
) -> None:
    run_with_and_without_runner(with_and_without_runner, steps, severity, polls)

"""The order of work, and why a ticket stands where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.core.session import DeskSession
from deskterm.desk.explain.queue_position import build_order_keys, explain_position, find_stale_since
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import due_times
from deskterm.desk.workflow.snooze import snooze
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.calendar import Calendar
from deskterm.sla.due import due_instant
from deskterm.sla.targets import parse_target
from deskterm.store.db.reader import ReadConnection, open_reader
from deskterm.store.queries.queue import QueueRow, Viewer, load_queue_page
from deskterm.store.queries.worklists import load_awaiting_due_time, load_unscheduled, load_untouched
from deskterm.store.rows.list_orders import SortKey
from shipped_desk import as_agent, shipped_desk
from small_desk import MONDAY, at
from store_templates import load_shipped

VIEWER = Viewer("ann", None, int(MONDAY.timestamp()))
WEEK = {day: [("08:00", "16:00")] for day in ("mon", "tue", "wed", "thu", "fri")}


def opened(desk: DeskSession, minute: float, **facts: object) -> int:
    return register(
        desk, subject="x", body="y", requester="Ida", email="ida@larch.example", organisation="larch",
        incomplete=True, now=at(minute), **facts,  # type: ignore[arg-type]
    ).number  # fmt: skip


@pytest.fixture
def reader_of() -> Iterator[list[ReadConnection]]:
    made: list[ReadConnection] = []
    yield made
    for reader in made:
        reader.close()


def order(reader: ReadConnection) -> list[int]:
    return [row.number for row in load_queue_page(reader, "open", VIEWER)]


@pytest.mark.requirement("S5-04")
def test_an_agency_works_in_the_order_of_arrival_with_urgent_ones_first(
    store_url: str, reader_of: list[ReadConnection]
) -> None:
    desk = shipped_desk(store_url, "web-agency")
    urgent = next(
        step.key for step in (*desk.procedure.severities.values(), *desk.procedure.priorities.values()) if step.urgent
    )
    first, second, third = (opened(desk, minute) for minute in (0, 1, 2))
    scale = "severity" if urgent in desk.procedure.severities else "priority"
    update.update_ticket(desk, third, **{scale: urgent}, now=at(3))  # type: ignore[arg-type]
    update.update_ticket(desk, second, **{scale: urgent}, now=at(4))  # type: ignore[arg-type]
    reader_of.append(open_reader(store_url))
    assert order(reader_of[0]) == [second, third, first]
    place = explain_position(reader_of[0], desk.procedure, third, VIEWER)
    assert (place.place, place.total) == (2, 3)
    assert place.keys[0][:3] == ("urgent", "Urgent", "yes")
    assert place.before is not None
    assert place.after is not None
    assert (place.before.row.number, place.before.deciding_label) == (second, "Received")
    assert (place.after.row.number, place.after.deciding_label, place.after.other.text) == (first, "Urgent", "no")
    desk.store.close()


@pytest.mark.requirement("S2-11")
def test_a_campus_works_on_what_is_critical_then_by_priority_then_by_age(
    store_url: str, reader_of: list[ReadConnection]
) -> None:
    desk = shipped_desk(store_url, "campus-it")
    scale = list(desk.procedure.priorities)
    urgent = [key for key in scale if desk.procedure.priorities[key].urgent]
    calm = [key for key in scale if key not in urgent]
    numbers = [opened(desk, minute) for minute in range(5)]
    for number, key in zip(numbers, (calm[-1], calm[0], urgent[0], calm[0], calm[-1]), strict=True):
        with desk.ticket(number, "priority", at(9)) as work:
            work.append("priority_set", {"priority": (work.state.priority, key)})
    reader_of.append(open_reader(store_url))
    assert order(reader_of[0]) == [numbers[place] for place in (2, 1, 3, 0, 4)]
    place = explain_position(reader_of[0], desk.procedure, numbers[3], VIEWER)
    assert [part.key for part in place.keys] == ["urgent", "priority", "received", "number"]
    assert place.before is not None
    assert place.after is not None
    assert (place.before.deciding_label, place.after.deciding_label) == ("Received", "Priority")
    desk.store.close()


def test_a_vendor_works_on_what_is_due_first_and_what_is_never_due_last(
    store_url: str, reader_of: list[ReadConnection]
) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    slow = opened(desk, 0, type="technical-support", severity="medium", product="platform")
    fast = opened(desk, 30, type="technical-support", severity="highest", product="platform")
    for number in (slow, fast):
        update.move(desk, number, "under-investigation", now=at(31))
    reader_of.append(open_reader(store_url))
    assert order(reader_of[0]) == [slow, fast]  # the response of the first is due first
    place = explain_position(reader_of[0], desk.procedure, fast, VIEWER)
    assert [part.key for part in place.keys] == ["due", "number"]
    assert place.after is None
    desk.store.close()


@pytest.mark.requirement("S1-16", "S1-17")
def test_what_has_no_due_time_yet_is_listed_with_its_age(store_url: str, reader_of: list[ReadConnection]) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    aged = opened(desk, 0, type="technical-support", severity="low", product="platform")
    task = opened(desk, 1, type="service-task", product="platform")
    opened(desk, 2, type="technical-support", severity="medium", product="platform")
    reader_of.append(open_reader(store_url))
    (found,) = load_unscheduled(reader_of[0], VIEWER.now)
    assert (found.row.number, found.metric, found.since) == (aged, "resolution", int(at(0).timestamp()))
    (pending,) = load_awaiting_due_time(reader_of[0], VIEWER.now)
    assert (pending.row.number, pending.target) == (task, "set by customer-excellence-manager")
    due_times.schedule(desk, aged, "2026-11-30", now=at(3))
    manager = as_agent(desk, "customer-excellence-manager")
    due_times.set_due(manager, task, "resolution", at(6000), reason="agreed with the client", now=at(3))
    assert (load_unscheduled(reader_of[0], VIEWER.now), load_awaiting_due_time(reader_of[0], VIEWER.now)) == ([], [])
    desk.store.close()


@pytest.mark.requirement("S1-31")
def test_a_ticket_that_nobody_touched_for_two_working_days_is_stale(
    store_url: str, reader_of: list[ReadConnection]
) -> None:
    desk = shipped_desk(store_url, "software-vendor")
    old = opened(desk, 0, type="support-query", product="platform")
    touched = opened(desk, 0, type="support-query", product="platform")
    update.tag(desk, touched, ["vip"], now=at(60))
    reader_of.append(open_reader(store_url))
    calendar = next(iter(desk.procedure.terms.calendars.values()))
    now = int(datetime(2026, 11, 25, 9, 0, tzinfo=UTC).timestamp())
    for moment, stale in ((now - 1, []), (now, [old]), (now + 3600, [old, touched])):
        since = find_stale_since(calendar, desk.procedure.definition.queue.stale_after, moment)
        assert [row.number for row in load_untouched(reader_of[0], since, moment)] == stale
    desk.store.close()


@pytest.mark.law("C-11")
def test_a_snoozed_ticket_is_in_no_worklist_and_has_no_place_until_it_wakes(
    store_url: str, reader_of: list[ReadConnection]
) -> None:
    """C-11: it was stale as before, and asked for a sprint or a due time, while everything else had left it out."""
    desk = shipped_desk(store_url, "software-vendor")
    aged = opened(desk, 0, type="technical-support", severity="low", product="platform")
    task = opened(desk, 1, type="service-task", product="platform")
    other = opened(desk, 2, type="technical-support", severity="medium", product="platform")
    for number in (aged, task):
        snooze(desk, number, at(600), now=at(3))
    reader_of.append(open_reader(store_url))
    asleep, awake = (int(at(minute).timestamp()) for minute in (599, 600))
    for now, found in ((asleep, [other]), (awake, [other, aged, task])):
        assert [row.number for row in load_untouched(reader_of[0], now, now)] == found
    for now, found in ((asleep, []), (awake, [aged])):
        assert [row.row.number for row in load_unscheduled(reader_of[0], now)] == found
    for now, found in ((asleep, []), (awake, [task])):
        assert [row.row.number for row in load_awaiting_due_time(reader_of[0], now)] == found
    place = explain_position(reader_of[0], desk.procedure, other, Viewer("ann", None, asleep))
    assert (place.place, place.total, place.before, place.after) == (1, 1, None, None)
    with pytest.raises(DeskError, match=r"snoozed until .*: it stands in no queue until then"):
        explain_position(reader_of[0], desk.procedure, aged, Viewer("ann", None, asleep))
    assert explain_position(reader_of[0], desk.procedure, aged, Viewer("ann", None, awake)).total == 3
    desk.store.close()


@given(st.integers(0, 60 * 86_400), st.integers(1, 5))
def test_since_is_the_last_instant_with_so_much_working_time_behind_it(offset: int, days: int) -> None:
    calendar = Calendar("Europe/London", WEEK)
    now = int(MONDAY.timestamp()) + offset
    since = find_stale_since(calendar, f"{days}d", now)
    assert calendar.open_seconds(since, now) >= days * 8 * 3600 > calendar.open_seconds(since + 1, now)


def test_a_length_to_the_end_of_the_day_has_passed_when_that_day_ends() -> None:
    calendar, close = Calendar("Europe/London", WEEK), int(MONDAY.replace(hour=16, minute=0).timestamp())
    for length in ("1h end of day", "1h"):
        since = find_stale_since(calendar, length, close)
        assert due_instant(parse_target(length, 8 * 3600), since, calendar) == close
        assert find_stale_since(calendar, length, close - 1) < since


@pytest.mark.parametrize(
    "name", ["software-vendor", "campus-it", "managed-services", "saas-platform", "web-agency", "incident-management"]
)
def test_the_explanation_orders_as_the_store_does(name: str) -> None:
    """For every pair of steps of a procedure, what is explained agrees with the rank that the store sorts by."""
    procedure = CompiledProcedure(load_shipped(name))
    rows: list[QueueRow] = []
    for severity in (None, *procedure.severities):
        for priority in (None, *procedure.priorities):
            for status in procedure.statuses:
                for due in (None, 1000, 2000):
                    received = 500 + len(rows) % 3
                    key = SortKey(procedure.compute_rank(severity, priority, status), 0, len(rows))
                    rows.append(
                        QueueRow(
                            len(rows), "", status, "open", severity, priority, "", "", None, None, "", due, "", False,
                            "us", received, received, key,
                        )
                    )  # fmt: skip
    never = 1 << 40

    def stored(row: QueueRow) -> tuple[int, int, int]:
        instant = (row.next_due or never) if procedure.is_ordered_by_due() else row.received
        return row.key.rank, instant, row.number

    explained = sorted(rows, key=lambda row: [part.value for part in build_order_keys(procedure, row)])
    assert [row.number for row in explained] == [row.number for row in sorted(rows, key=stored)]

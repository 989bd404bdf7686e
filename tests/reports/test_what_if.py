"""A week's history judged by another procedure, against what is counted by hand, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from deskterm.desk.admin.setup import apply_procedure
from deskterm.desk.conversation.messages import record_customer_message, reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.linking.duplicate import close_as_duplicate
from deskterm.desk.tickets.register import register
from deskterm.desk.tickets.update import move, set_severity
from deskterm.desk.workflow.due_times import waive
from deskterm.errors import UsageError
from deskterm.reports.attainment import Tally
from deskterm.reports.comparison import UnknownKey, WhatIf
from deskterm.reports.what_if import compare_procedures
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import TABLES
from small_desk import MONDAY, SMALL_PROCEDURE, at, small_desk, small_procedure

TUESDAY = MONDAY + timedelta(days=1)
LAST = at(1845)
"""Tuesday 15:45."""

LOW = 'response = "1h"\nresolution = "2d"'
HIGH = 'response = "30m"\nnext-response'


@pytest.fixture
def desk(store_url: str) -> Iterator[DeskSession]:
    made = small_desk(store_url)
    yield made
    made.store.close()


def register_fault(desk: DeskSession, severity: str, received: float) -> int:
    return register(desk, subject="x", type="fault", severity=severity, requester="Ida", now=at(received)).number


@pytest.fixture
def worked_desk(desk: DeskSession) -> DeskSession:
    """Five faults. Low ones have 1 h to be answered and 2 d in all, high ones 30 min and 4 h.

    1001 low   Mon 09:00  answered Mon 09:45 of 10:00   solved Mon 12:00
    1002 high  Mon 09:00  answered Mon 09:45 of 09:30   solved Mon 12:00 of 13:00
    1003 low   Mon 15:30  answered Tue 08:20 of 08:30   solved Tue 09:00
    1004 high  Mon 15:45  answered Tue 08:20 of 08:15   solved Tue 12:00 of 11:45
    1005 low   Tue 15:00  not answered, 16:00 not yet come
    """
    for severity, received, answered, solved in (
        ("low", 0, 45, 180),
        ("high", 0, 45, 180),
        ("low", 390, 1400, 1440),
        ("high", 405, 1400, 1620),
    ):
        number = register_fault(desk, severity, received)
        reply(desk, number, "We look into it.", now=at(answered))
        move(desk, number, "solved", now=at(solved))
    register_fault(desk, "low", 1800)
    return desk


def compare(
    desk: DeskSession, text: str = SMALL_PROCEDURE, *, since: datetime = MONDAY, until: datetime | None = None
) -> WhatIf:
    with open_reader(desk.store.url) as reader:
        return compare_procedures(reader, small_procedure(text), since=since, until=until, now=LAST)


def change_procedure(*changes: tuple[str, str]) -> str:
    text = SMALL_PROCEDURE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def collect_tallies(found: WhatIf) -> dict[tuple[str, str | None], tuple[Tally, Tally]]:
    return {(row.metric, row.severity): (row.before, row.after) for row in found.rows}


def list_flips(found: WhatIf) -> list[tuple[int, str, str, datetime | None, datetime | None]]:
    def to_datetime(seconds: int | None) -> datetime | None:
        return None if seconds is None else MONDAY + timedelta(seconds=seconds - MONDAY.timestamp())

    return [
        (
            flip.ticket,
            flip.metric,
            f"{flip.before} → {flip.after}",
            to_datetime(flip.due_before),
            to_datetime(flip.due_after),
        )
        for flip in found.flips
    ]


BEFORE = {
    ("response", "high"): Tally(late=2),
    ("response", "low"): Tally(met=2, running=1),
    ("resolution", "high"): Tally(met=1, late=1),
    ("resolution", "low"): Tally(met=2, running=1),
}


def test_the_same_procedure_changes_nothing(worked_desk: DeskSession) -> None:
    found = compare(worked_desk)
    assert collect_tallies(found) == {key: (tally, tally) for key, tally in BEFORE.items()}
    assert [row.change for row in found.rows] == [0, 0, 0, 0]
    assert (found.tickets, found.flipped, found.flips, found.unknown) == (5, {}, [], [])


@pytest.mark.requirement("S1-44")
def test_a_tighter_target_makes_late_who_took_longer(worked_desk: DeskSession) -> None:
    found = compare(worked_desk, change_procedure((LOW, LOW.replace("1h", "30m"))))
    assert list_flips(found) == [
        (1001, "response", "met → late", at(60), at(30)),
        (1003, "response", "met → late", at(1410), at(420)),
        (1005, "response", "running → late", at(1860), at(1830)),
    ]
    assert found.flipped == {("met", "late"): 2, ("running", "late"): 1}
    assert collect_tallies(found) == {key: (tally, tally) for key, tally in BEFORE.items()} | {
        ("response", "low"): (Tally(met=2, running=1), Tally(late=3))
    }
    assert [row.change for row in found.rows] == [0, -100, 0, 0]


def test_a_looser_target_lets_be_in_time_who_was_quicker_than_it(worked_desk: DeskSession) -> None:
    found = compare(worked_desk, change_procedure((HIGH, HIGH.replace("30m", "1h"))))
    assert list_flips(found) == [
        (1002, "response", "late → met", at(30), at(60)),
        (1004, "response", "late → met", at(1395), at(1425)),
    ]
    assert collect_tallies(found)["response", "high"] == (Tally(late=2), Tally(met=2))
    total = found.totals()[0]
    assert (total.before, total.after, total.change) == (Tally(met=2, late=2, running=1), Tally(met=4, running=1), 50)


def test_a_holiday_more_gives_time_to_who_waited_over_it(worked_desk: DeskSession) -> None:
    text = change_procedure(("no_holidays = true", 'holidays = [{ date = 2026-11-24, name = "Fair" }]'))
    wednesday = at(2 * 1440)
    assert list_flips(compare(worked_desk, text)) == [
        (1004, "response", "late → met", at(1395), wednesday - timedelta(minutes=45)),
        (1004, "resolution", "late → met", at(1605), wednesday + timedelta(minutes=165)),
    ]


def test_a_cycle_counts_in_the_period_in_which_it_was_decided(worked_desk: DeskSession) -> None:
    monday, tuesday = (
        compare(worked_desk, until=TUESDAY - timedelta(hours=1)),
        compare(worked_desk, since=TUESDAY - timedelta(hours=1)),
    )
    assert {key: before for key, (before, _) in collect_tallies(monday).items()} == {
        ("response", "high"): Tally(late=1, running=1),
        ("response", "low"): Tally(met=1, running=1),
        ("resolution", "high"): Tally(met=1, running=1),
        ("resolution", "low"): Tally(met=1, running=1),
    }
    assert {key: before for key, (before, _) in collect_tallies(tuesday).items()} == {
        ("response", "high"): Tally(late=1),
        ("response", "low"): Tally(met=1, running=1),
        ("resolution", "high"): Tally(late=1),
        ("resolution", "low"): Tally(met=1, running=1),
    }
    assert (monday.tickets, tuesday.tickets) == (4, 3)


def test_a_reopening_changes_no_period_before_it(desk: DeskSession) -> None:
    """R-33, R-34: 1001 was late and 1002 in time when they were solved on Monday; both are reopened on Tuesday."""
    for solved in (260, 180):
        number = register_fault(desk, "high", 0)
        reply(desk, number, "We look into it.", now=at(20))
        move(desk, number, "solved", now=at(solved))
    before = collect_tallies(compare(desk, until=TUESDAY))
    assert before["resolution", "high"] == (Tally(met=1, late=1), Tally(met=1, late=1))
    for number in (1001, 1002):
        move(desk, number, "working", now=at(1450))
    beside = Tally(met=1, late=1, already=1)
    assert collect_tallies(compare(desk, until=TUESDAY)) == before | {("resolution", "high"): (beside, beside)}
    tuesday = collect_tallies(compare(desk, since=TUESDAY))
    assert tuesday["resolution", "high"] == (Tally(late=1), Tally(late=1)), "1002, whose time went on"


def test_before_is_the_procedure_in_force_not_what_was_promised_then(worked_desk: DeskSession) -> None:
    tight = change_procedure((LOW, LOW.replace("1h", "30m")))
    apply_procedure(worked_desk, small_procedure(tight), now=LAST)
    found = compare(worked_desk)
    assert found.version == 2
    assert collect_tallies(found)["response", "low"] == (Tally(late=3), Tally(met=2, running=1))
    assert found.flipped == {("late", "met"): 2, ("late", "running"): 1}


@pytest.fixture
def paused_desk(desk: DeskSession) -> DeskSession:
    """A high fault of 4 h in all: 20 min of work, a day of waiting, 3 h of work."""
    number = register_fault(desk, "high", 0)
    move(desk, number, "working", now=at(10))
    reply(desk, number, "Which version?", status="waiting", now=at(20))
    record_customer_message(desk, number, "The new one.", now=at(1440))
    move(desk, number, "solved", now=at(1620))
    return desk


def test_a_status_that_no_longer_pauses_lets_the_clock_run(paused_desk: DeskSession) -> None:
    found = compare(paused_desk, change_procedure(('pauses = ["resolution"]\n', "")))
    assert list_flips(found) == [(1001, "resolution", "met → late", at(1660), at(240))]


def test_a_status_that_the_other_procedure_lacks_counts_as_the_desk_has_it(paused_desk: DeskSession) -> None:
    text = change_procedure(('key = "waiting"', 'key = "on-hold"'), ('["waiting", "solved"]', '["on-hold", "solved"]'))
    found = compare(paused_desk, text)
    assert found.unknown == [UnknownKey("status", "waiting", 1, "waiting")]
    assert found.flips == []
    assert collect_tallies(found)["resolution", "high"] == (Tally(met=1), Tally(met=1))


def test_a_status_that_no_longer_ends_the_work_lets_the_clock_run(worked_desk: DeskSession) -> None:
    text = change_procedure(('label = "Solved"\ncategory = "solved"', 'label = "Solved"\ncategory = "open"'))
    found = compare(worked_desk, text)
    assert list_flips(found) == [(1002, "resolution", "met → late", at(240), at(240))]
    assert collect_tallies(found)["resolution", "low"] == (Tally(met=2, running=1), Tally(running=3))


def test_a_severity_that_the_other_procedure_lacks_is_named_and_promised_nothing(worked_desk: DeskSession) -> None:
    found = compare(worked_desk, change_procedure(('"low"', '"minor"'), ("by_severity.low", "by_severity.minor")))
    assert found.unknown == [UnknownKey("severity", "low", 3)]
    assert collect_tallies(found)["response", "low"] == (Tally(met=2, running=1), Tally())
    assert next(row for row in found.rows if row.severity == "low").change is None


def test_late_by_a_change_of_severity_has_a_count_of_its_own(desk: DeskSession) -> None:
    number = register_fault(desk, "low", 0)
    set_severity(desk, number, "high", reason="It is worse.", now=at(45))
    assert collect_tallies(compare(desk))["response", "high"][0] == Tally(late=1, retarget=1)


def test_what_a_lead_excused_counts_beside_and_does_not_flip(worked_desk: DeskSession) -> None:
    waive(worked_desk, 1002, "response", reason="The line was down.", now=LAST)
    found = compare(worked_desk, change_procedure((HIGH, HIGH.replace("30m", "1h"))))
    assert collect_tallies(found)["response", "high"] == (Tally(late=1, waived=1), Tally(met=2))
    assert [flip.ticket for flip in found.flips] == [1004]


def test_the_clocks_of_a_duplicate_count_beside(desk: DeskSession) -> None:
    first, again = register_fault(desk, "low", 0), register_fault(desk, "low", 5)
    close_as_duplicate(desk, again, first, now=at(10))
    assert collect_tallies(compare(desk, until=at(20)))["response", "low"][0] == Tally(running=1, cancelled=1)


def test_only_so_many_flips_are_kept_as_were_asked_for(worked_desk: DeskSession) -> None:
    text = change_procedure((LOW, LOW.replace("1h", "30m")))
    with open_reader(worked_desk.store.url) as reader:
        found = compare_procedures(reader, small_procedure(text), since=MONDAY, now=LAST, keep=1)
    assert [flip.ticket for flip in found.flips] == [1001]
    assert sum(found.flipped.values()) == 3


def test_nothing_is_written(worked_desk: DeskSession) -> None:
    with open_reader(worked_desk.store.url) as watcher:
        before = read_tables(worked_desk)
        watcher.has_changed()
        compare(worked_desk, change_procedure((LOW, LOW.replace("1h", "30m"))))
        assert read_tables(worked_desk) == before
        assert not watcher.has_changed()


def read_tables(desk: DeskSession) -> dict[str, list[tuple[object, ...]]]:
    with open_reader(desk.store.url) as reader:
        return {table.name: sorted(reader.rows(f"SELECT * FROM {table.name}"), key=repr) for table in TABLES}


def test_many_tickets_are_read_in_parts_and_told_of(desk: DeskSession) -> None:
    for _ in range(203):
        register_fault(desk, "high", 0)
    calls: list[tuple[int, int]] = []
    with open_reader(desk.store.url) as reader:
        found = compare_procedures(
            reader, small_procedure(), since=MONDAY, now=LAST, progress=lambda *counts: calls.append(counts)
        )
    assert calls == [(200, 203), (203, 203)]
    assert collect_tallies(found)["response", "high"][0] == Tally(late=203)


def test_giving_up_halfway_leaves_the_desk_at_work(worked_desk: DeskSession) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), open_reader(worked_desk.store.url) as reader:
        compare_procedures(reader, small_procedure(), since=MONDAY, now=LAST, progress=stop)
    assert register_fault(worked_desk, "low", 1845) == 1006


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        (LAST, None, "--since does not lie before now"),
        (TUESDAY, MONDAY, "--since does not lie before --until"),
        (MONDAY, LAST + timedelta(seconds=1), "--until lies in the future"),
    ],
)
def test_a_period_that_is_none_is_refused(
    desk: DeskSession, since: datetime, until: datetime | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        compare(desk, since=since, until=until)

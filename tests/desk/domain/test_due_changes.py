"""Changes of due times: which clocks a command moves, and how they stand after it."""

from __future__ import annotations

from deskterm.desk.domain.due_changes import DueChange, compare_due_times
from deskterm.procedure.compiled import compile_document, to_document
from small_desk import small_procedure

PROCEDURE = compile_document(to_document(small_procedure()), 1)


def test_a_clock_that_is_gone_neither_rests_nor_is_late() -> None:
    before = {("resolution", 1): (900, False, True)}
    (change,) = compare_due_times(before, {}, PROCEDURE, 1001)
    assert change == DueChange("resolution", "Resolution", 1, 900, None, late_now=False, number=1001, rests=False)


def test_a_clock_that_was_late_before_is_not_made_late_by_the_change() -> None:
    before = {("resolution", 1): (900, True, False), ("response", 1): (800, False, False)}
    after = {("resolution", 1): (700, True, False), ("response", 1): (600, True, True)}
    found = {
        change.metric: (change.late_now, change.rests) for change in compare_due_times(before, after, PROCEDURE, 1)
    }
    assert found == {"resolution": (False, False), "response": (True, True)}


def test_a_due_time_that_stays_is_no_change() -> None:
    times = {("resolution", 1): (900, False, False)}
    assert compare_due_times(times, times, PROCEDURE, 1001) == []


def test_a_new_clock_that_is_late_at_once_is_made_late_by_the_change() -> None:
    (change,) = compare_due_times({}, {("resolution", 1): (700, True, False)}, PROCEDURE, 1001)
    assert (change.old_due, change.new_due, change.late_now) == (None, 700, True)

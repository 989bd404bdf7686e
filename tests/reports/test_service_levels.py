"""Attainment and error budgets over all severities and for some (C-14, R-50)."""

from __future__ import annotations

import pytest

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.attainment import Tally
from deskterm.reports.service_levels import compute_budget, sum_up_levels
from deskterm.store.queries.lead.service_levels import CycleCount
from small_desk import SMALL_PROCEDURE, small_procedure

OBJECTIVES = """
[[objectives]]
key = "answers"
label = "Answers in time"
measure = "response"
statistic = "attainment"
target = "90%"
[[objectives]]
key = "high-answers"
label = "Answers to high ones"
measure = "response"
statistic = "attainment"
target = "99.5%"
when = { severity = "high" }
[[objectives]]
key = "by-phone"
label = "By phone"
measure = "response"
statistic = "attainment"
target = "50%"
when = { channel = "phone" }
"""


@pytest.mark.law("C-14")
@pytest.mark.parametrize(
    ("target", "met", "late", "allowed", "left"),
    [
        ("80%", 5898, 2013, 1582, -431),  # the incident log, March 2016, by an independent program
        ("95%", 95, 5, 5, 0),
        ("95%", 18, 1, 0, -1),
        ("99.9%", 1999, 1, 2, 1),
        ("100%", 7, 0, 0, 0),
    ],
)
def test_an_objective_leaves_room_for_whole_misses(target: str, met: int, late: int, allowed: int, left: int) -> None:
    budget = compute_budget("key", "Label", target, Tally(met=met, late=late))
    assert (budget.judged, budget.allowed, budget.left) == (met + late, allowed, left)


@pytest.mark.law("C-14")
def test_objectives_count_the_severities_that_they_are_for() -> None:
    procedure = CompiledProcedure(small_procedure(SMALL_PROCEDURE + OBJECTIVES))
    counts = [
        CycleCount("response", "high", 10, 2, 1, 0, 3, 4),
        CycleCount("response", "low", 30, 1, 0, 5, 0, 0),
        CycleCount("resolution", "low", 0, 0, 0, 2, 0, 0),
    ]
    (level,) = sum_up_levels(counts, procedure)
    assert (level.metric, level.tally) == ("response", Tally(40, 3, 1, 0, 5, 3, 4))
    assert [(one.key, one.judged, one.allowed, one.left) for one in level.budgets] == [
        ("answers", 43, 4, 1),
        ("high-answers", 12, 0, -2),
    ]

"""Levels of new requests: those that are given, and those that follow from them."""

from __future__ import annotations

import pytest

from deskterm.desk.policy.classification import classify_request, require_channel, resolve_levels, resolve_type
from deskterm.errors import DeskError, UsageError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import loads
from small_desk import SMALL_PROCEDURE

SCALES = """
impacts = [{ key = "all", label = "Everybody" }, { key = "one", label = "One person" }]
urgencies = [{ key = "now", label = "Now" }, { key = "soon", label = "Soon" }]
"""
PRIORITIES = """
[priority]
scale = [{ key = "p1", label = "Urgent" }, { key = "p2", label = "Normal" }]
default = "p2"
SCALES
matrix = { all = { now = "p1", soon = "p2" }, one = { now = "p2", soon = "p2" } }
"""
SEVERITIES = """
[priority]
SCALES
matrix = { all = { now = "high", soon = "low" }, one = { now = "low", soon = "low" } }
"""


def compile_with(levels: str) -> CompiledProcedure:
    return CompiledProcedure(loads(SMALL_PROCEDURE + levels.replace("SCALES", SCALES), "levels.toml").procedure, 1)


@pytest.mark.parametrize(
    ("levels", "kind", "given", "expected"),
    [
        (PRIORITIES, "fault", {}, ("low", "p2")),
        (PRIORITIES, "fault", {"severity": "High"}, ("high", "p2")),
        (PRIORITIES, "fault", {"impact": "everybody", "urgency": "now"}, ("low", "p1")),
        (PRIORITIES, "fault", {"impact": "one", "urgency": "now"}, ("low", "p2")),
        (PRIORITIES, "fault", {"impact": "all", "urgency": "now", "priority": "Normal"}, ("low", "p2")),
        (PRIORITIES, "question", {"impact": "all", "urgency": "now"}, (None, "p1")),
        (SEVERITIES, "fault", {"impact": "all", "urgency": "now"}, ("high", None)),
        (SEVERITIES, "fault", {"impact": "all", "urgency": "now", "severity": "low"}, ("low", None)),
        (SEVERITIES, "question", {"impact": "all", "urgency": "now"}, (None, None)),
    ],
)
def test_levels_follow_from_each_other(
    levels: str, kind: str, given: dict[str, str], expected: tuple[str | None, str | None]
) -> None:
    procedure = compile_with(levels)
    names = ("severity", "priority", "impact", "urgency")
    found = resolve_levels(procedure, procedure.types[kind], *(given.get(name) for name in names))
    assert (found["severity"], found["priority"]) == expected
    # Agents judge here, so nobody asked for a severity (S1-05)
    assert found["severity_requested"] is None


def test_what_the_procedure_does_not_have_is_refused() -> None:
    procedure = compile_with(PRIORITIES)
    with pytest.raises(UsageError, match="A Question has no severity"):
        resolve_levels(procedure, procedure.types["question"], "high", None, None, None)
    with pytest.raises(UsageError, match="Say what type of request this is: fault, question"):
        resolve_type(procedure, None)
    with pytest.raises(DeskError, match="There is no channel 'fax': use phone, email"):
        require_channel("fax", ["phone", "email"])


def test_a_request_is_classified_as_it_would_be_registered() -> None:
    assert classify_request(compile_with(PRIORITIES), "Fault", "high", None) == {
        "type": "fault",
        "severity": "high",
        "priority": "p2",
    }

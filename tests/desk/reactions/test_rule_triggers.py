"""Triggers of rules: which events a rule of the procedure acts on."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.events import Event
from deskterm.desk.reactions.rule_triggers import find_triggers, is_triggered
from deskterm.procedure.schema import Rule
from due_time_desk import open_fault
from small_desk import at


def event(kind: Any, changes: dict[str, tuple[Any, Any]] | None = None, **data: Any) -> Event:
    return Event(seq=2, kind=kind, at=0, actor="ann", version=1, changes=changes or {}, texts={}, data=data)


@pytest.mark.parametrize(
    ("happened", "triggers"),
    [
        (event("registered", {"status": (None, "new"), "severity": (None, "high")}), ["create"]),
        (event("moved", {"status": ("new", "working")}), ["status"]),
        (event("severity_set", {"severity": ("low", "high")}), ["severity-change"]),
        (event("replied", author_kind="requester"), ["customer-reply"]),
        (event("replied", author_kind="agent"), ["reply"]),
        (event("replied", author_kind="agent", automatic=True), []),
        (event("noticed", metric="response", what="breach"), ["breach"]),
        (event("noticed", metric="effort", what="warning"), ["warning", "effort"]),
        (event("noticed", metric="timer:snooze", what="timer"), []),
    ],
    ids=lambda value: value.kind if isinstance(value, Event) else "-".join(value) or "none",
)
def test_an_event_triggers_by_its_kind_and_by_what_it_changes(
    clock_desk: DeskSession, happened: Event, triggers: list[str]
) -> None:
    open_fault(clock_desk)
    with clock_desk.ticket(1001, "edit", at(1), dry_run=True) as work:
        assert list(find_triggers(work, happened)) == triggers


@pytest.mark.requirement("S3-06")
@pytest.mark.parametrize(
    ("threshold", "rule_at", "triggered"),
    [("10m", "20m", True), ("50%", "15m", True), ("50%", "50%", True), ("10m", "50%", False), ("50%", "", False)],
)
def test_a_rule_on_work_compares_percentages_and_durations_as_seconds(
    clock_desk: DeskSession, threshold: str, rule_at: str, triggered: bool
) -> None:
    open_fault(clock_desk, "low")  # half an hour of hands-on work
    rule = Rule(key="half", label="Half", on="effort", metric="effort", at=rule_at)
    warned = event("noticed", metric="effort", what="warning", cycle=1, threshold=threshold)
    with clock_desk.ticket(1001, "edit", at(1), dry_run=True) as work:
        assert is_triggered(work, rule, warned) is triggered


def test_a_rule_on_a_status_may_name_the_one_that_is_entered(clock_desk: DeskSession) -> None:
    open_fault(clock_desk)
    rule = Rule(key="wait", label="Waits", on="status", entered="waiting")
    with clock_desk.ticket(1001, "edit", at(1), dry_run=True) as work:
        assert is_triggered(work, rule, event("moved", {"status": ("working", "waiting")}))
        assert not is_triggered(work, rule, event("moved", {"status": ("new", "working")}))

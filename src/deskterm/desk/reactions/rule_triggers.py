"""Triggers of rules: which events a rule of the procedure acts on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds.table import find_entry
from deskterm.desk.domain.events import Event
from deskterm.procedure.schema import Rule
from deskterm.sla.targets import parse_target


def find_triggers(work: TicketTransaction, event: Event) -> Iterator[str]:
    """Yield the triggers (`on` of a rule) that an event is."""
    changes = event.changes
    kind_trigger = find_entry(event.kind).trigger
    if kind_trigger is not None:
        yield kind_trigger
    if event.kind == "registered":
        return  # the first values of a new ticket are not changes
    if event.kind == "replied" and not event.data.get("automatic"):
        yield "customer-reply" if event.data.get("author_kind") == "requester" else "reply"
    for field, trigger_name in _FIELD_TRIGGERS.items():
        if field in changes:
            yield trigger_name
    if event.kind == "noticed" and event.data["what"] != "timer":
        yield event.data["what"]
        metric = work.procedure.terms.find_metric(event.data["metric"])
        # A clock of work is a budget: its warnings are what `effort` rules wait for
        if metric is not None and metric.counts_work:
            yield "effort"
    if any(_is_low_score(work, change[1]) for name, change in changes.items() if name.startswith("records.feedback.")):
        yield "low-score"


_FIELD_TRIGGERS = {
    "status": "status",
    "severity": "severity-change",
    "priority": "priority-change",
    "department": "department-change",
}
"""Changed field → trigger."""


def _is_low_score(work: TicketTransaction, answer: Mapping[str, object] | None) -> bool:
    """Return True for an answer at or below the low mark, or with a complaint (S4-21)."""
    if answer is None or answer.get("state") != "answered":
        return False
    score = answer.get("score")
    low = isinstance(score, int) and score <= work.procedure.definition.feedback.low
    return low or bool(answer.get("complaint"))


def is_triggered(work: TicketTransaction, rule: Rule, event: Event) -> bool:
    """Return True if an event matches the details of a rule's trigger: the status entered, the metric, the
    threshold."""
    if rule.on == "status" and rule.entered is not None:
        return bool(event.changes["status"][1] == rule.entered)
    if event.kind != "noticed":
        return True
    if rule.metric not in (None, event.data["metric"]):
        return False
    if rule.on == "effort":
        # A warning may be due at a percentage and the rule name a duration: compare both as seconds of work.
        return _work_at_event(work, event) == _work_of_rule(work, rule, event)
    return rule.on == "breach" or not rule.at or " ".join(rule.at.split()) == event.data.get("threshold")


def _work_at_event(work: TicketTransaction, event: Event) -> int | None:
    """Return the seconds of work at which a clock warned, or ran out."""
    target = _find_target_seconds(work, event)
    if target is None or event.data["what"] == "breach":
        return target
    threshold = event.data["threshold"]
    if threshold.endswith("%"):
        return _compute_share(target, threshold)
    return target - parse_target(threshold, _DAY).seconds


def _work_of_rule(work: TicketTransaction, rule: Rule, event: Event) -> int | None:
    """Return the seconds of work at which a rule acts; the whole target where the rule names none."""
    target = _find_target_seconds(work, event)
    if not rule.at or target is None:
        return target
    if rule.at.endswith("%"):
        return _compute_share(target, rule.at)
    return parse_target(rule.at, _DAY).seconds


def _compute_share(target: int, percentage: str) -> int:
    """Return a percentage, `80%`, of a target in seconds, rounded up to whole seconds."""
    # Rounded up as the clock rounds its warnings, or the two would differ by a second
    return -(-target * int(percentage[:-1]) // 100)


def _find_target_seconds(work: TicketTransaction, event: Event) -> int | None:
    key = event.data["metric"], event.data["cycle"]
    return next((clock.target_seconds for clock in work.fold.clocks() if (clock.metric, clock.cycle) == key), None)


_DAY = 86_400
"""Seconds of a day: work is counted round the clock."""

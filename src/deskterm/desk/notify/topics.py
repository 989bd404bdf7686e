"""Topics of events: which events are news to somebody, and the line in which staff read about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.changes import find_changed_records
from deskterm.desk.domain.event_kinds.table import MERGE_EVENTS, find_entry
from deskterm.desk.domain.events import Event
from deskterm.procedure.compiled import OPEN_CATEGORIES, CompiledProcedure
from deskterm.procedure.sla_terms import find_wait, status_timer_key
from deskterm.sla.timer_keys import TIMER_PREFIX

_ENDED = ("solved", "closed")


def find_topics(work: TicketTransaction, event: Event) -> Iterator[str]:
    """Yield the topics of an event (`deskterm.procedure.schema.text_types.NoticeTopic`), the main one first. An event
    whose data names its topic has just that."""
    if event.kind == "noticed":
        yield from _find_clock_topics(work.procedure, event)
    elif "news" in event.data:
        yield str(event.data["news"])
    else:
        topics = find_entry(event.kind).topics
        if topics is not None:
            yield from topics(event.changes, event.data)
        # Of a new ticket every field is a change, and `registered` says it all
        if event.kind != "registered":
            yield from _find_change_topics(work.procedure, event)


def _find_change_topics(procedure: CompiledProcedure, event: Event) -> Iterator[str]:
    """Yield the topics that follow from the fields that an event changes."""
    changes = event.changes
    if "status" in changes:
        before, after = (_find_category(procedure, key) for key in changes["status"])
        yield "status"
        if event.kind not in MERGE_EVENTS and not _is_unknown_outside(event):
            if after == "solved" and before != "solved":
                yield "resolved"
            elif after == "closed" and before != "closed":
                yield "closed"
        if before in _ENDED and after in OPEN_CATEGORIES:
            yield "reopened"
    if changes.get("assignee", (None, None))[1]:
        yield "assigned"
    for name in ("severity", "priority", "department"):
        if changes.get(name, (None, None))[1]:
            yield f"{name}-changed"
    if event.kind != "escalated" and is_tier_raise(procedure, event):
        yield "escalated"


def _is_unknown_outside(event: Event) -> bool:
    """Return True for the end of a ticket that nobody outside knows of: it was split off, and that was undone."""
    return event.kind == "withdrawn" and not event.data.get("known")


def is_tier_raise(procedure: CompiledProcedure, event: Event) -> bool:
    """Return True if an event passes the ticket to a higher level of support, by its own tier or by that of its status
    (S3-11)."""
    before, after = event.changes.get("tier", (None, None))
    # Tickets without a tier of their own are at that of their status, and at the first where that has none.
    if before is None and "status" in event.changes:
        status_before, status_after = (procedure.statuses.get(key or "") for key in event.changes["status"])
        if "tier" not in event.changes and status_after is not None and status_after.tier is not None:
            tier_before = status_before.tier if status_before is not None else None
            return status_after.tier > (1 if tier_before is None else tier_before)
    return before is not None and after is not None and after > before


def _find_clock_topics(procedure: CompiledProcedure, event: Event) -> Iterator[str]:
    """Yield the topics of a warning, a missed target or the end of a timer."""
    metric, what = event.data["metric"], event.data["what"]
    if not metric.startswith(TIMER_PREFIX):
        yield "breached" if what == "breach" else "warned"
        # At a warning and at the miss: the notice says at which of them it goes (S3-07)
        yield "delayed"
    elif what == "warning":
        yield "reminded"
    else:
        status = next(
            (candidate for candidate in procedure.statuses.values() if status_timer_key(candidate.key) == metric), None
        )
        waiting_rule = None if status is None else find_wait(procedure.definition, status)
        if waiting_rule is not None and waiting_rule.remind:
            yield "reminded"


def find_escalation_step(event: Event) -> Mapping[str, Any]:
    """Return the values of the ladder step that an event takes; empty for none."""
    return next((step for step in find_changed_records(event.changes, "escalation") if step.get("state") == "open"), {})


def format_topic(procedure: CompiledProcedure, event: Event, topic: str) -> str:
    """Format a topic as a line for staff: labels and numbers only, never a customer's words."""
    changes = event.changes

    def new_label(name: str, items: Any) -> str:
        key = changes[name][1] if name in changes else None
        item = items.get(key)
        return item.label if item is not None else str(key or "none")

    if topic in ("warned", "breached", "delayed", "reminded") and "metric" in event.data:
        metric = procedure.terms.find_metric(event.data["metric"])
        label = metric.label if metric is not None else str(event.data["metric"])
        if topic == "warned":
            return f"{label} is near its limit ({event.data.get('threshold', '')})"
        return {"breached": f"{label} is missed", "reminded": f"{label}: reminded"}.get(topic, f"{label} will be late")
    if topic in ("status", "resolved", "closed", "reopened") and "status" in changes:
        return f"now {new_label('status', procedure.statuses)}"
    if topic == "severity-changed":
        return f"severity {new_label('severity', procedure.severities)}"
    if topic == "priority-changed":
        return f"priority {new_label('priority', procedure.priorities)}"
    if topic == "department-changed":
        departments = {department.key: department for department in procedure.definition.departments}
        return f"handed to {new_label('department', departments)}"
    if topic == "assigned":
        return f"given to {changes['assignee'][1]}"
    if topic == "escalated":
        level = find_escalation_step(event).get("label")
        tier = changes.get("tier", (None, None))[1]
        return f"escalated to {level}" if level else f"escalated to tier {tier}" if tier else "escalated"
    return _TOPIC_LINES.get(topic, topic.replace("-", " "))


_TOPIC_LINES = {
    "registered": "a new ticket",
    "replied": "answered",
    "customer-replied": "the requester wrote",
    "merged": "closed as a duplicate",
    "quoted": "a quote was sent",
    "released": "a release is out",
    "low-score": "a low score, or a complaint",
}


def _find_category(procedure: CompiledProcedure, key: str | None) -> str:
    status = procedure.statuses.get(key or "")
    return status.category if status is not None else "open"

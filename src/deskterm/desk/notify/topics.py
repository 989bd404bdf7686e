"""What of all that happens is news, and how it is put in a line for colleagues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.changes import changed_records
from deskterm.desk.domain.event_kinds import MERGE_EVENTS, entry_of
from deskterm.desk.domain.events import Event
from deskterm.procedure.compiled import OPEN_CATEGORIES, CompiledProcedure
from deskterm.procedure.terms import status_timer, waits_in
from deskterm.sla.terms import TIMER

_DONE = ("solved", "closed")


def find_topics(work: TicketTransaction, event: Event) -> Iterator[str]:
    """The kinds of news (`deskterm.procedure.schema.words.News`) that an event is, the main one first. An event that
    says in its data what news it is, is that."""
    if event.kind == "noticed":
        yield from _noticed(work.procedure, event)
    elif "news" in event.data:
        yield str(event.data["news"])
    else:
        topics = entry_of(event.kind).topics
        if topics is not None:
            yield from topics(event.changes, event.data)
        if event.kind != "registered":
            yield from _changed(work.procedure, event)


def _changed(procedure: CompiledProcedure, event: Event) -> Iterator[str]:
    changes = event.changes
    if "status" in changes:
        before, after = (_category(procedure, key) for key in changes["status"])
        yield "status"
        if event.kind not in MERGE_EVENTS and not _unheard(event):
            if after == "solved" and before != "solved":
                yield "resolved"
            elif after == "closed" and before != "closed":
                yield "closed"
        if before in _DONE and after in OPEN_CATEGORIES:
            yield "reopened"
    if changes.get("assignee", (None, None))[1]:
        yield "assigned"
    for name in ("severity", "priority", "department"):
        if changes.get(name, (None, None))[1]:
            yield f"{name}-changed"
    if event.kind != "escalated" and is_tier_raise(procedure, event):
        yield "escalated"


def _unheard(event: Event) -> bool:
    """Whether a ticket ends that nobody outside ever heard of: it was split off, and that was taken back."""
    return event.kind == "withdrawn" and not event.data.get("known")


def is_tier_raise(procedure: CompiledProcedure, event: Event) -> bool:
    """Whether another level of support takes over, by the ticket's tier or by that of its status (S3-11)."""
    before, after = event.changes.get("tier", (None, None))
    if before is None and "status" in event.changes:
        here, there = (procedure.statuses.get(key or "") for key in event.changes["status"])
        if "tier" not in event.changes and there is not None and there.tier is not None:
            return there.tier > ((here.tier if here is not None else None) or 1)
    return before is not None and after is not None and after > before


def _noticed(procedure: CompiledProcedure, event: Event) -> Iterator[str]:
    metric, what = event.data["metric"], event.data["what"]
    if not metric.startswith(TIMER):
        yield "breached" if what == "breach" else "warned"
        yield "delayed"
    elif what == "warning":
        yield "reminded"
    else:
        status = next((part for part in procedure.statuses.values() if status_timer(part.key) == metric), None)
        wait = None if status is None else waits_in(procedure.definition, status)
        if wait is not None and wait.remind:
            yield "reminded"


def find_escalation_step(event: Event) -> Mapping[str, Any]:
    """The step of a ladder that an event takes; empty for none."""
    return next((step for step in changed_records(event.changes, "escalation") if step.get("state") == "open"), {})


def format_topic(procedure: CompiledProcedure, event: Event, news: str) -> str:
    """News for a colleague: labels and numbers only, never a customer's words."""
    changes = event.changes

    def became(name: str, labels: Any) -> str:
        key = changes[name][1] if name in changes else None
        found = labels.get(key)
        return found.label if found is not None else str(key or "none")

    if news in ("warned", "breached", "delayed", "reminded") and "metric" in event.data:
        metric = procedure.terms.metric(event.data["metric"])
        label = metric.label if metric is not None else str(event.data["metric"])
        if news == "warned":
            return f"{label} is near its limit ({event.data.get('threshold', '')})"
        return {"breached": f"{label} is missed", "reminded": f"{label}: reminded"}.get(news, f"{label} will be late")
    if news in ("status", "resolved", "closed", "reopened") and "status" in changes:
        return f"now {became('status', procedure.statuses)}"
    if news == "severity-changed":
        return f"severity {became('severity', procedure.severities)}"
    if news == "priority-changed":
        return f"priority {became('priority', procedure.priorities)}"
    if news == "department-changed":
        return f"handed to {became('department', {part.key: part for part in procedure.definition.departments})}"
    if news == "assigned":
        return f"given to {changes['assignee'][1]}"
    if news == "escalated":
        level = find_escalation_step(event).get("label")
        tier = changes.get("tier", (None, None))[1]
        return f"escalated to {level}" if level else f"escalated to tier {tier}" if tier else "escalated"
    return _LINES.get(news, news.replace("-", " "))


_LINES = {
    "registered": "a new ticket",
    "replied": "answered",
    "customer-replied": "the requester wrote",
    "merged": "closed as a duplicate",
    "quoted": "a quote was sent",
    "released": "a release is out",
    "low-score": "a low score, or a complaint",
}


def _category(procedure: CompiledProcedure, key: str | None) -> str:
    status = procedure.statuses.get(key or "")
    return status.category if status is not None else "new" if key is None else "open"

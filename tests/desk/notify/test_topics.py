"""Topics of events: which events are news to somebody, and the line in which staff read about them."""

from __future__ import annotations

from typing import Any

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.events import Event
from deskterm.desk.notify.topics import find_topics, format_topic, is_tier_raise
from deskterm.procedure.compiled import compile_document, to_document
from due_time_desk import open_fault
from small_desk import at, small_procedure

PROCEDURE = compile_document(to_document(small_procedure()), 1)


def event(kind: Any, changes: dict[str, tuple[Any, Any]] | None = None, **data: Any) -> Event:
    return Event(seq=2, kind=kind, at=0, actor="ann", version=1, changes=changes or {}, texts={}, data=data)


@pytest.mark.parametrize(
    ("happened", "topics"),
    [
        (event("registered", {"status": (None, "new")}), ["registered"]),
        (event("moved", {"status": ("new", "solved")}), ["status", "resolved"]),
        (event("moved", {"status": ("closed", "working")}), ["status", "reopened"]),
        (event("moved", {"status": ("new", "working")}), ["status"]),
        (event("moved", {"status": ("working", "closed")}), ["status", "closed"]),
        (event("assigned", {"assignee": (None, "sam")}), ["assigned"]),
        (event("assigned", {"assignee": ("sam", None)}), []),
        (event("assigned", {"tier": (1, 2)}), ["escalated"]),
        (event("noticed", metric="response", what="breach"), ["breached", "delayed"]),
        (event("noticed", metric="timer:status:waiting", what="warning"), ["reminded"]),
        (event("replied", news="low-score"), ["low-score"]),
    ],
    ids=lambda value: value.kind if isinstance(value, Event) else "-".join(value) or "none",
)
def test_an_event_has_the_topics_of_its_kind_and_of_its_changes(
    clock_desk: DeskSession, happened: Event, topics: list[str]
) -> None:
    open_fault(clock_desk)
    with clock_desk.ticket(1001, "edit", at(1), dry_run=True) as work:
        assert list(find_topics(work, happened)) == topics


@pytest.mark.parametrize(
    ("happened", "topic", "line"),
    [
        (event("moved", {"status": ("new", "working")}), "status", "now Working on it"),
        (event("severity_set", {"severity": ("low", "high")}), "severity-changed", "severity High"),
        (event("noticed", metric="response", what="breach"), "breached", "Response is missed"),
        (event("noticed", metric="gone", what="warning", threshold="50%"), "warned", "gone is near its limit (50%)"),
        (event("escalated", {"tier": (1, 2)}), "escalated", "escalated to tier 2"),
        (event("feedback_asked"), "feedback-asked", "feedback asked"),
    ],
)
def test_staff_read_labels_and_numbers(happened: Event, topic: str, line: str) -> None:
    assert format_topic(PROCEDURE, happened, topic) == line


@pytest.mark.requirement("S3-11")
@pytest.mark.parametrize(
    ("tiers", "raised"),
    [
        ((0, 1), True),
        ((1, 2), True),
        ((1, 0), False),
        ((2, 1), False),
        ((2, 2), False),
        ((None, 2), False),
        ((1, None), False),
    ],
)
def test_only_a_higher_level_of_support_is_an_escalation(tiers: tuple[int | None, int | None], raised: bool) -> None:
    assert is_tier_raise(PROCEDURE, event("assigned", {"tier": tiers})) is raised

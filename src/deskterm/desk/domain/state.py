"""The state of a ticket, as its events leave it (`event_application`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deskterm.desk.domain.records import (
    Record,
)
from deskterm.procedure.compiled import OPEN_CATEGORIES

POLICY_FIELDS = frozenset(
    {
        "type",
        "severity",
        "priority",
        "organisation_key",
        "department",
        "product",
        "channel",
        "tags",
        "tenant",
        "topic",
        "exempt",
    }
)
"""Fields that the conditions of policies test."""

NoticeKey = tuple[str, str, int, str, int]
"""Identity of a recorded event of a clock: what it was (`warning`, `breach`, `timer`), metric, cycle, threshold of a
warning, and the clock's due time when it was recorded (epoch seconds)."""


@dataclass(slots=True)
class State:
    """A ticket as its events leave it.

    Instants are epoch seconds. Subject and names are not included: they are looked up by id when the row is written.
    Attributes that events set by name (`setattr` in `event_application.apply_event`) are called as in the stored
    changes, so their names are persisted words.
    """

    type: str = ""
    status: str = ""
    category: str = "new"
    severity: str | None = None
    severity_requested: str | None = None
    priority: str | None = None
    impact: str | None = None
    urgency: str | None = None
    requester_id: int | None = None
    organisation_id: int | None = None
    organisation_key: str | None = None
    tenant: str | None = None
    channel: str = ""
    department: str | None = None
    team: str | None = None
    tier: int | None = None
    assignee: str | None = None
    product: str | None = None
    topic: str | None = None
    source: str | None = None
    exempt: str | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    external_id: str | None = None
    subject_id: int | None = None
    received_at: int = 0
    updated_at: int = 0
    answered_at: int | None = None
    solved_at: int | None = None
    closed_at: int | None = None
    reopened: int = 0
    waiting: str = "us"
    dues: dict[str, int] = field(default_factory=dict)
    """Metric → due time that a person set."""
    sprint: str | None = None
    """Start date of the sprint or release that it is scheduled for."""
    snoozed_until: int | None = None
    workers: dict[str, int | None] = field(default_factory=dict)
    """Login → tier of the agents who are working on it."""
    work_started_at: dict[str, int] = field(default_factory=dict)
    """Login → start of their work."""
    waived: dict[tuple[str, int], str] = field(default_factory=dict)
    """(metric, cycle) → reason why its breach was waived."""
    noticed: frozenset[NoticeKey] = frozenset()
    """Warnings, breaches and ends of timers that are recorded already, with the due time of the clock."""
    noticed_instants: frozenset[NoticeKey] = frozenset()
    """The events of `noticed` with their own instant instead of the due time. A warning is not given again when either
    of the two stays the same."""
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    """(kind, key) → record, in the order of creation."""
    held: str | None = None
    """Reason why it must be kept, whatever its age (S5-09)."""
    last_event_at: int = 0
    """Instant of the latest event of any kind, undone ones too; `updated_at` is that of the last one by a person."""
    dated_from: int = 0
    """Instant before which no new event is dated: that of the last event by its number. An undo of an event that a
    wrong clock dated sets it back."""
    version: int = 0
    """Number of the last event."""
    facts: dict[str, object] = field(default_factory=dict)
    """Facts by which clocks choose policy, target and due time."""

    @property
    def is_open(self) -> bool:
        return self.category in OPEN_CATEGORIES

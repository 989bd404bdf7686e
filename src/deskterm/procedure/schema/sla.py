"""Service levels: metrics, policies with their targets, and objectives over many tickets."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deskterm.procedure.schema.text_types import (
    AmountText,
    CalendarKey,
    Choice,
    Conditions,
    Key,
    MetricKey,
    Part,
    PriorityKey,
    SeverityKey,
    StatusKey,
    TargetText,
    Text,
    Threshold,
    TierLevel,
)


class MetricPart(Part):
    """A clock. A condition is one occurrence, or several joined by ` and `: `received`, `agent_reply`, `auto_reply`,
    `customer_message`, `answered` (an agent has replied before), `next_steps`, `resolution`, `reopened`, `confirmed`,
    `assigned`, `status:KEY`, `leaves:KEY`, `category:KEY`, `work_started`, `work_stopped`, `cancelled`."""

    key: Key
    label: Text
    definition: str = ""
    start: tuple[Text, ...]
    """Conditions, any of which starts it."""
    stop: tuple[Text, ...]
    """Conditions, any of which stops it."""
    each: bool = False
    """Starts again at every start after a stop; otherwise once a ticket."""
    continues: bool = False
    """A reopened ticket takes it up again, the time between left out."""
    warn: tuple[Threshold, ...] = ()
    """The time of the warning: `75%` of the target, or `30m` of open time before it ends."""
    counts_work: bool = False
    """Runs on time entries, not on the calendar (S3-06)."""
    tier: TierLevel | None = None
    """The tier whose work counts."""
    work_in: tuple[StatusKey, ...] = ()
    """Statuses whose time counts as work where nobody kept a timer, with a tier while the ticket is at it (S3-06)."""


class PolicyPart(Part):
    """Targets for some tickets: the first policy of the file whose `when` holds is a ticket's."""

    key: Key
    label: Text
    when: Conditions = Field(default={})
    calendar: CalendarKey
    """The calendar that its targets are counted in."""
    calendars: dict[MetricKey, CalendarKey] = Field(default={})
    """Metric → calendar, where one is counted otherwise."""
    targets: dict[MetricKey, TargetText] = Field(default={})
    """Metric → target, whatever the severity."""
    by_severity: dict[SeverityKey, dict[MetricKey, TargetText]] = Field(default={})
    """Severity → metric → target."""
    by_priority: dict[PriorityKey, dict[MetricKey, TargetText]] = Field(default={})
    """Priority → metric → target, for desks that go by priority (S2-16, S3-09); over `targets`, under `by_severity`."""
    from_change: bool = False
    """A change of severity counts from the change on, not from the start."""


class SlaPart(Part):
    """Settings of all policies."""

    count_auto_ack: bool = False
    """Count an automatic letter as an answer: it stops a metric that runs from `received` to `agent_reply` (S1-19)."""
    exempt_reasons: tuple[Choice, ...] = ()
    """Reasons for which a ticket may be exempt from service levels (S2-14)."""


class Objective(Part):
    """A promise about many tickets."""

    key: Key
    label: Text
    measure: Text
    """A metric, or what a report measures, such as `first-contact-resolution`."""
    statistic: Literal["mean", "median", "share", "attainment"]
    """The statistic that makes one figure of many."""
    target: Text
    """A time for a mean or median, `60%` for a share or attainment."""
    calendar: CalendarKey | None = None
    """The calendar that times are counted in."""
    when: Conditions = Field(default={})


class Figures(Part):
    """Spans that figures of reports count within, day and night."""

    reopened_within: AmountText = "30d"
    """The time after its first resolution within which a reopening counts against it; empty for any time."""
    first_contact_within: AmountText = "7d"
    """The time after its first resolution within which neither a message of the requester nor a reopening may come for
    a ticket to count as resolved in the first contact; empty for no such time."""


class Report(Part):
    """A standing report (S1-46)."""

    key: Key
    label: Text
    definition: str = ""
    every: Literal["week", "month", "quarter", "year", "live"] = "month"
    """The period it covers; `live` is looked at, not sent."""
    shows: tuple[Key, ...] = ()
    """The figures of the report, in order, such as `created`, `resolved`, `by-severity`, `attainment`,
    `time-in-status`."""
    metrics: tuple[MetricKey, ...] = ()
    """The clocks that it is about; all where left out."""
    when: Conditions = Field(default={})

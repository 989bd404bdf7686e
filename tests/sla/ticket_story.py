"""Stories of a ticket for tests of clocks: events line by line, and the SLA terms of a desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from deskterm.sla.cadence import NO_CADENCES, Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import ClockFold
from deskterm.sla.targets import Target, parse_target
from deskterm.sla.terms import Condition, Metric, Policy, SlaTerms
from sla.golden_vectors import CALENDARS
from sla.minute_calendar import parse_utc

CATEGORY = {
    "open": "open",
    "doing": "open",
    "waiting": "waiting",
    "asked": "waiting",
    "done": "solved",
    "shut": "closed",
}
"""Status → category, on the desk of the stories."""


def any_of(*texts: str) -> tuple[Condition, ...]:
    """Return conditions, any of which is enough; ` and ` joins the occurrences of one."""
    return tuple(frozenset(text.split(" and ")) for text in texts)


RESTS = frozenset({"waiting", "asked"})
METRICS = (
    Metric("response", "Response", any_of("received"), any_of("agent_reply", "category:closed")),
    Metric(
        "review",
        "Review",
        any_of("received"),
        any_of("agent_reply and next_steps", "category:closed"),
        RESTS,
    ),
    Metric(
        "resolution",
        "Resolution",
        any_of("received"),
        any_of("resolution", "category:solved", "category:closed"),
        RESTS,
        continues=True,
    ),
    Metric(
        "next",
        "Next response",
        any_of("customer_message and answered"),
        any_of("agent_reply", "category:solved", "category:closed"),
        each=True,
    ),
    Metric(
        "update",
        "Update",
        any_of("agent_reply"),
        any_of("agent_reply", "category:solved", "category:closed"),
        RESTS,
        True,
    ),
)
TARGETS = {
    "p1": {"response": "30m", "review": "1h", "resolution": "4h", "next": "1h", "update": "4h"},
    "p2": {"response": "30m", "review": "4h", "resolution": "2d", "next": "2h"},
    "p3": {"response": "30m", "review": "1d", "resolution": "next sprint, at most 14 days"},
    "p4": {"response": "30m", "review": "1d", "resolution": "scheduled sprint"},
    "slow": {"response": "2d", "review": "2d", "resolution": "5d"},
}


def parse_targets(calendar: Calendar, rows: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str | None], Target]:
    """Return the targets of a policy by metric and severity. rows: severity → metric → target."""
    return {
        (metric, severity): parse_target(text, calendar.day_length)
        for severity, row in rows.items()
        for metric, text in row.items()
    }


def build_terms(
    calendar: Calendar = CALENDARS["A"],
    rows: Mapping[str, Mapping[str, str]] = TARGETS,
    metrics: Iterable[Metric] = METRICS,
    cadences: Cadences = NO_CADENCES,
    version: int = 1,
) -> SlaTerms:
    """Return terms with one policy, for faults, by severity; another type of ticket has no policy."""
    policy = Policy("faults", "Faults", {"type": frozenset({"fault"})}, "office", parse_targets(calendar, rows))
    return SlaTerms(version, tuple(metrics), (policy,), {"office": calendar}, cadences)


class TicketStory:
    """A ticket and its clocks. Instants are `11-23 09:00` of 2026, UTC."""

    def __init__(self, terms: SlaTerms | None = None) -> None:
        self.terms = terms or build_terms()
        self.events: list[SlaEvent] = []
        self.fold = ClockFold(self.terms)
        self._status = ""
        self._answered = False
        self._facts: dict[str, object] = {"type": "fault", "severity": None, "tags": (), "exempt": None}

    def add_event(self, at: str, words: str = "", *, status: str | None = None, **facts: object) -> TicketStory:
        """Apply an event of some occurrences. A status brings its own, and those that follow from it."""
        occurrences = set(words.split())
        if self._answered:
            occurrences.add("answered")
        self._answered = self._answered or "agent_reply" in occurrences
        if status is not None:
            occurrences |= {f"status:{status}", f"category:{CATEGORY[status]}"}
            if self._status:
                occurrences.add(f"leaves:{self._status}")
                if CATEGORY[self._status] in ("solved", "closed") and CATEGORY[status] not in ("solved", "closed"):
                    occurrences.add("reopened")
            self._status = status
        if facts:
            self._facts = self._facts | facts
        event = SlaEvent(to_epoch(at), frozenset(occurrences), self._status, self._facts)
        self.events.append(event)
        self.fold.apply(event)
        return self

    def use_terms(self, terms: SlaTerms) -> TicketStory:
        """Replace the terms from now on."""
        self.fold.use_terms(terms)
        return self

    def cycles(self, metric: str) -> list[Clock]:
        """Return the clocks of a metric."""
        return [clock for clock in self.fold.clocks() if clock.metric == metric]

    def last_clock(self, metric: str) -> Clock:
        """Return the only clock of a metric."""
        (clock,) = self.cycles(metric)
        return clock


def to_epoch(at: str) -> int:
    return int(parse_utc(at if at.count("-") > 1 else f"2026-{at}").timestamp())


def open_ticket(severity: str | None = "p1", at: str = "11-23 09:00", terms: SlaTerms | None = None) -> TicketStory:
    """Return a fault that was received on a Monday morning."""
    return TicketStory(terms).add_event(at, "received", status="open", severity=severity)


def change_metric(key: str, **changes: object) -> tuple[Metric, ...]:
    """Return the metrics with one of them changed, or without it when there are no changes."""
    metrics = [replace(metric, **changes) if metric.key == key else metric for metric in METRICS]  # type: ignore[arg-type]
    return tuple(metric for metric in metrics if changes or metric.key != key)

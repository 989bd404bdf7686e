"""Stories of a ticket for tests of clocks: what happened, line by line, and a desk's terms to judge it by."""

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
from sla.minute_calendar import utc
from sla.vectors import CALENDARS

CATEGORY = {
    "open": "open",
    "doing": "open",
    "waiting": "waiting",
    "asked": "waiting",
    "done": "solved",
    "shut": "closed",
}
"""Status → category of the desk that the stories are told of."""


def when(*texts: str) -> tuple[Condition, ...]:
    """Conditions, `a and b` as one."""
    return tuple(frozenset(text.split(" and ")) for text in texts)


RESTS = frozenset({"waiting", "asked"})
METRICS = (
    Metric("response", "Response", when("received"), when("agent_reply", "category:closed")),
    Metric("review", "Review", when("received"), when("agent_reply and next_steps", "category:closed"), RESTS),
    Metric(
        "resolution",
        "Resolution",
        when("received"),
        when("resolution", "category:solved", "category:closed"),
        RESTS,
        continues=True,
    ),
    Metric(
        "next",
        "Next response",
        when("customer_message and answered"),
        when("agent_reply", "category:solved", "category:closed"),
        each=True,
    ),
    Metric(
        "update", "Update", when("agent_reply"), when("agent_reply", "category:solved", "category:closed"), RESTS, True
    ),
)
TARGETS = {
    "p1": {"response": "30m", "review": "1h", "resolution": "4h", "next": "1h", "update": "4h"},
    "p2": {"response": "30m", "review": "4h", "resolution": "2d", "next": "2h"},
    "p3": {"response": "30m", "review": "1d", "resolution": "next sprint, at most 14 days"},
    "p4": {"response": "30m", "review": "1d", "resolution": "scheduled sprint"},
    "slow": {"response": "2d", "review": "2d", "resolution": "5d"},
}


def targets(calendar: Calendar, rows: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str | None], Target]:
    return {(m, s): parse_target(text, calendar.day_length) for s, row in rows.items() for m, text in row.items()}


def terms(
    calendar: Calendar = CALENDARS["A"],
    rows: Mapping[str, Mapping[str, str]] = TARGETS,
    metrics: Iterable[Metric] = METRICS,
    cadences: Cadences = NO_CADENCES,
    version: int = 1,
) -> SlaTerms:
    """One policy for faults, by severity; another type of ticket has no policy."""
    policy = Policy("faults", "Faults", {"type": frozenset({"fault"})}, "office", targets(calendar, rows))
    return SlaTerms(version, tuple(metrics), (policy,), {"office": calendar}, cadences)


class Ticket:
    """A ticket that is told of. Instants are `11-23 09:00` of 2026, UTC; `by` is what the desk judges it by."""

    def __init__(self, by: SlaTerms | None = None) -> None:
        self.terms = by or terms()
        self.marks: list[SlaEvent] = []
        self.folding = ClockFold(self.terms)
        self._status = ""
        self._answered = False
        self._facts: dict[str, object] = {"type": "fault", "severity": None, "tags": (), "exempt": None}

    def tell(self, at: str, words: str = "", *, status: str | None = None, **facts: object) -> Ticket:
        """What happened, in occurrences; a status entered tells its own, and those that follow from it."""
        happened = set(words.split())
        if self._answered:
            happened.add("answered")
        self._answered = self._answered or "agent_reply" in happened
        if status is not None:
            happened |= {f"status:{status}", f"category:{CATEGORY[status]}"}
            if self._status:
                happened.add(f"leaves:{self._status}")
                if CATEGORY[self._status] in ("solved", "closed") and CATEGORY[status] not in ("solved", "closed"):
                    happened.add("reopened")
            self._status = status
        if facts:
            self._facts = self._facts | facts
        mark = SlaEvent(epoch(at), frozenset(happened), self._status, self._facts)
        self.marks.append(mark)
        self.folding.apply(mark)
        return self

    def judge(self, by: SlaTerms) -> Ticket:
        """Other terms from now on."""
        self.folding.use_terms(by)
        return self

    def cycles(self, metric: str) -> list[Clock]:
        """The clocks of a metric."""
        return [clock for clock in self.folding.clocks() if clock.metric == metric]

    def clock(self, metric: str) -> Clock:
        """The one clock of a metric."""
        (clock,) = self.cycles(metric)
        return clock


def epoch(at: str) -> int:
    return int(utc(at if at.count("-") > 1 else f"2026-{at}").timestamp())


def opened(severity: str | None = "p1", at: str = "11-23 09:00", by: SlaTerms | None = None) -> Ticket:
    """A fault that was received on a Monday morning."""
    return Ticket(by).tell(at, "received", status="open", severity=severity)


def without(metric: str, **changed: object) -> tuple[Metric, ...]:
    """The metrics, one of them changed, or gone when nothing is to change."""
    kept = [replace(m, **changed) if m.key == metric else m for m in METRICS]  # type: ignore[arg-type]
    return tuple(m for m in kept if changed or m.key != metric)

"""A procedure made ready for work: look-ups by key, and the terms that clocks are judged by."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from deskterm.procedure.schema import CalendarPart, MetricPart, Procedure, RequestType, Severity, Status
from deskterm.sla.calendar import Calendar, WallSpan
from deskterm.sla.clock import Metric, Policy, Sprints, Terms
from deskterm.sla.targets import Target, parse_target

OPEN_CATEGORIES = frozenset({"new", "open", "waiting"})


class Compiled:
    """A procedure with what commands and the fold ask of it. version: its row in the store, 0 for a bare file."""

    def __init__(self, procedure: Procedure, version: int = 0) -> None:
        self.procedure = procedure
        self.version = version
        self.statuses: dict[str, Status] = {status.key: status for status in procedure.statuses}
        self.types: dict[str, RequestType] = {kind.key: kind for kind in procedure.types}
        self.severities: dict[str, Severity] = {step.key: step for step in procedure.severities}
        self.priorities: dict[str, Severity] = {step.key: step for step in procedure.priority.scale}
        self.status_rank = {status.key: rank for rank, status in enumerate(procedure.statuses)}
        self.severity_rank = {step.key: rank for rank, step in enumerate(procedure.severities)}
        self.priority_rank = {step.key: rank for rank, step in enumerate(procedure.priority.scale)}
        self.terms = _terms(procedure, version)

    @property
    def timezone(self) -> str:
        """The zone of the first calendar: the one that instants without a zone are read in."""
        return next(iter(self.procedure.calendars.values())).timezone

    def initial_status(self, kind: str) -> Status:
        wanted = self.types[kind].initial
        if wanted is not None:
            return self.statuses[wanted]
        first_new = next((s for s in self.statuses.values() if s.category == "new" and self.knows(kind, s)), None)
        return first_new or next(iter(self.statuses.values()))

    @staticmethod
    def knows(kind: str, status: Status) -> bool:
        """Whether tickets of a request type have this status."""
        return not status.types or kind in status.types

    def next_statuses(self, kind: str, status: str) -> list[Status]:
        """Where a ticket may go from here, in the file's order of the transitions."""
        here = self.statuses.get(status)
        targets = [self.statuses[key] for key in here.to] if here else []
        return [target for target in targets if self.knows(kind, target)]

    def rank(self, severity: str | None, priority: str | None, status: str) -> int:
        """What goes before instants in the order of work, smaller first; at most 10^9."""
        rank = 0
        for key in self.procedure.queue.by:
            if key in ("due", "received"):
                break
            if key == "urgent":
                urgent = (severity and self.severities[severity].urgent if severity in self.severities else False) or (
                    priority and self.priorities[priority].urgent if priority in self.priorities else False
                )
                step = 0 if urgent else 1
            elif key == "severity":
                step = self.severity_rank.get(severity or "", 99)
            elif key == "priority":
                step = self.priority_rank.get(priority or "", 99)
            else:
                step = self.status_rank.get(status, 99)
            rank = rank * 100 + step
        return rank

    def by_due(self) -> bool:
        """Whether the order of work goes by due instants rather than by arrival."""
        instants = [key for key in self.procedure.queue.by if key in ("due", "received")]
        return not instants or instants[0] == "due"


def document(procedure: Procedure) -> str:
    """The canonical JSON of a procedure: what a store keeps and what its digest is made of."""
    return json.dumps(procedure.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(document_text: str) -> str:
    return hashlib.sha256(document_text.encode()).hexdigest()


@lru_cache(maxsize=64)
def from_document(text: str, version: int) -> Compiled:
    """A stored edition, compiled once a process."""
    return Compiled(Procedure.model_validate_json(text), version)


def calendar(part: CalendarPart) -> Calendar:
    """The working time that a calendar of the file describes. ValueError, in one sentence, when it describes none."""
    return Calendar(
        part.timezone,
        {day: _wall(spans) for day, spans in part.week.items()},
        _holidays(part),
        {day: _wall(spans) for day, spans in part.exceptions.items()},
        None if part.day_length is None else _day_length(part.day_length),
    )


def _day_length(text: str) -> int:
    from deskterm.sla.targets import parse_duration

    return parse_duration(text, 86_400)


def _wall(spans: Iterable[str]) -> list[WallSpan]:
    return [(opens, closes) for opens, _, closes in (span.partition("-") for span in spans)]


def _holidays(part: CalendarPart) -> dict[date, str]:
    found: dict[date, str] = {}
    if part.region is not None:
        import holidays  # heavy, and only wanted where a calendar names a region

        years = range(datetime(2010, 1, 1, tzinfo=UTC).year, 2041)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # fewer years are known of some countries
                public = holidays.country_holidays(part.region.country, part.region.subdivision or None, years=years)
        except NotImplementedError as error:
            region = part.region.country + (f"-{part.region.subdivision}" if part.region.subdivision else "")
            raise ValueError(f"no public holidays are known for {region}") from error
        found.update(public.items())
    found.update((day.date, day.name) for day in part.holidays)
    return found


def condition(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(" and "))


def _metric(part: MetricPart, statuses: Iterable[Status]) -> Metric:
    return Metric(
        key=part.key,
        label=part.label,
        start=tuple(condition(text) for text in part.start),
        stop=tuple(condition(text) for text in part.stop),
        pauses=frozenset(status.key for status in statuses if part.key in status.pauses),
        each=part.each,
        continues=part.continues,
        warn=tuple(int(match[1]) / 100 for text in part.warn if (match := re.fullmatch(r"(\d+)%", text))),
    )


def _terms(procedure: Procedure, version: int) -> Terms:
    calendars = {key: calendar(part) for key, part in procedure.calendars.items()}
    policies = []
    for part in procedure.policies:
        targets: dict[tuple[str, str | None], Target] = {}

        def put(metric: str, severity: str | None, text: str) -> None:
            day = calendars[part.calendars.get(metric, part.calendar)].day_length  # noqa: B023 - called in the loop
            targets[metric, severity] = parse_target(text, day)  # noqa: B023

        for metric, text in part.targets.items():
            put(metric, None, text)
        for severity, row in part.by_severity.items():
            for metric, text in row.items():
                put(metric, severity, text)
        when = {name: values(wanted) for name, wanted in part.when.items()}
        everybody = dict(targets)
        for priority, row in part.by_priority.items():
            targets = dict(everybody)
            for metric, text in row.items():
                put(metric, None, text)
            only = {**when, "priority": frozenset({priority}) & when.get("priority", {priority})}
            policies.append(Policy(part.key, part.label, only, part.calendar, targets, part.calendars))
        policies.append(Policy(part.key, part.label, when, part.calendar, everybody, part.calendars))
    metrics = tuple(_metric(part, procedure.statuses) for part in procedure.metrics if not part.counts_work)
    return Terms(version, metrics, tuple(policies), calendars, _sprints(procedure))


def values(wanted: str | bool | tuple[str, ...]) -> frozenset[str]:
    """The values of a condition of a file, any of which will do."""
    if isinstance(wanted, bool):
        return frozenset({"true" if wanted else "false"})
    return frozenset({wanted} if isinstance(wanted, str) else wanted)


def _sprints(procedure: Procedure) -> Sprints:
    """The bounds of the first sprint cadence, twenty years of them."""
    cadence = next((cadence for cadence in procedure.cadences if cadence.kind == "sprint"), None)
    if cadence is None:
        return Sprints()
    from dateutil.rrule import rrulestr

    part = next(iter(procedure.calendars.values()))
    zone = calendar(part)
    first = datetime(cadence.first.year, cadence.first.month, cadence.first.day)  # noqa: DTZ001 - wall time
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001
    length = parse_target(cadence.length, zone.day_length).seconds
    bounds = []
    for start in rrulestr(cadence.rule, dtstart=first).between(first, first + timedelta(days=7305), inc=True):
        local = int((start - epoch).total_seconds())
        bounds.append((zone.from_local(local), zone.from_local(local + length)))
    return Sprints(tuple(bounds))

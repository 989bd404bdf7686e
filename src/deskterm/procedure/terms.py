"""From the tables of a procedure to the terms that clocks are judged by: calendars, metrics, policies, sprints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, overload

from deskterm.sla.calendar import Calendar, WallSpan
from deskterm.sla.clock import Condition, Metric, Policy, Sprints, Terms
from deskterm.sla.targets import Target, parse_duration, parse_target

if TYPE_CHECKING:
    from deskterm.procedure.schema import Cadence, CalendarPart, MetricPart, PolicyPart, Procedure, Status

HOLIDAY_YEARS = 2010, 2040
"""The years for which a calendar's region is looked up where a file is worked by directly; a desk keeps dates."""

_SPRINT_YEARS = 20


def terms(procedure: Procedure, version: int) -> Terms:
    """What clocks are judged by. version: the row in the store that the procedure stands in, 0 for a bare file."""
    calendars = {key: calendar(part) for key, part in procedure.calendars.items()}
    metrics = tuple(
        _metric(part, procedure.statuses, procedure.sla.count_auto_ack)
        for part in procedure.metrics
        if not part.counts_work
    )
    policies = tuple(policy for part in procedure.policies for policy in _policies(part, calendars))
    return Terms(version, metrics, policies, calendars, _sprints(procedure, next(iter(calendars.values()))))


def calendar(part: CalendarPart) -> Calendar:
    """The working time that a calendar of the file describes. ValueError, in one sentence, when it describes none."""
    holidays: dict[date, str] = {}
    if part.region is not None:
        from deskterm.procedure.pinned import public_holidays

        holidays.update(public_holidays(part.region, *HOLIDAY_YEARS))
    holidays.update((day.date, day.name) for day in part.holidays)
    return Calendar(
        part.timezone,
        {day: wall_spans(spans) for day, spans in part.week.items()},
        holidays,
        {day: wall_spans(spans) for day, spans in part.exceptions.items()},
        None if part.day_length is None else parse_duration(part.day_length, 86_400),
    )


def wall_spans(spans: Iterable[str]) -> list[WallSpan]:
    """`08:00-16:00` as its two times of day."""
    return [(opens, closes) for opens, _, closes in (span.partition("-") for span in spans)]


def condition(text: str) -> Condition:
    """The occurrences that a condition of a file joins by `and`."""
    return frozenset(word.strip() for word in text.split(" and "))


def values(wanted: str | bool | tuple[str, ...]) -> frozenset[str]:
    """The values of a fact in a `when`, any of which will do."""
    if isinstance(wanted, bool):
        return frozenset({"true" if wanted else "false"})
    return frozenset({wanted} if isinstance(wanted, str) else wanted)


def _metric(part: MetricPart, statuses: Iterable[Status], count_auto_ack: bool) -> Metric:
    start = tuple(condition(text) for text in part.start)
    stop = tuple(condition(text) for text in part.stop)
    if count_auto_ack and {"received"} in start and {"agent_reply"} in stop:
        stop = (*stop, frozenset({"auto_reply"}))
    return Metric(
        key=part.key,
        label=part.label,
        start=start,
        stop=stop,
        pauses=frozenset(status.key for status in statuses if part.key in status.pauses),
        each=part.each,
        continues=part.continues,
        warn=tuple(int(match[1]) / 100 for text in part.warn if (match := re.fullmatch(r"(\d+)%", text))),
    )


def _policies(part: PolicyPart, calendars: dict[str, Calendar]) -> Iterator[Policy]:
    """A policy of the file, and before it one for each priority that has targets of its own."""

    def target(metric: str, text: str) -> Target:
        return parse_target(text, calendars[part.calendars.get(metric, part.calendar)].day_length)

    when = {fact: values(wanted) for fact, wanted in part.when.items()}
    targets: dict[tuple[str, str | None], Target] = {
        (metric, None): target(metric, text) for metric, text in part.targets.items()
    }
    for severity, row in part.by_severity.items():
        targets |= {(metric, severity): target(metric, text) for metric, text in row.items()}
    for priority, row in part.by_priority.items():
        own = targets | {(metric, None): target(metric, text) for metric, text in row.items()}
        only = when | {"priority": frozenset({priority}) & when.get("priority", {priority})}
        yield Policy(part.key, part.label, only, part.calendar, own, part.calendars)
    yield Policy(part.key, part.label, when, part.calendar, targets, part.calendars)


def _sprints(procedure: Procedure, zone: Calendar) -> Sprints:
    cadence = next((cadence for cadence in procedure.cadences if cadence.kind == "sprint"), None)
    return Sprints() if cadence is None else Sprints(_Bounds(cadence, zone))


class _Bounds(Sequence[tuple[int, int]]):
    """The sprints of a cadence, twenty years of them, made when somebody first asks for one."""

    def __init__(self, cadence: Cadence, zone: Calendar) -> None:
        self._cadence, self._zone = cadence, zone

    @cached_property
    def _made(self) -> list[tuple[int, int]]:
        from dateutil.rrule import rrulestr

        first = datetime.combine(self._cadence.first, datetime.min.time())
        length = parse_target(self._cadence.length, self._zone.day_length)
        made = []
        last = first + timedelta(days=366 * _SPRINT_YEARS)
        for begin in rrulestr(self._cadence.rule, dtstart=first).between(first, last, inc=True):
            local = round((begin - _EPOCH).total_seconds())
            start = self._zone.from_local(local)
            open_time = length.kind == "open"
            end = (
                self._zone.after(start, length.seconds) if open_time else self._zone.from_local(local + length.seconds)
            )
            made.append((start, end))
        return made

    @overload
    def __getitem__(self, index: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[int, int]]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, int] | list[tuple[int, int]]:
        return self._made[index]

    def __len__(self) -> int:
        return len(self._made)


_EPOCH = datetime.fromisoformat("1970-01-01")  # wall time, as the cadence's

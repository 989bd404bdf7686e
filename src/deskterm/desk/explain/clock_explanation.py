"""Why a clock is due when it is: everything that led to it, as data that adds up.

Pure: a ticket's events and the editions they name go in. Nothing is judged anew: the fold says when a clock is due,
and this tells how that comes about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from deskterm.desk.domain.events import Event
from deskterm.desk.explain.clock_history import (
    ClockHistories,
    ClockHistory,
    ProcedureLookup,
    StatusPeriod,
    build_clock_histories,
)
from deskterm.desk.explain.explanation import Breach, Explanation
from deskterm.desk.explain.intervals import Interval, Pauses, build_intervals
from deskterm.desk.explain.policy_match import Labels, PolicyCheck, check_policies
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.target_kinds.target import Part, Target
from deskterm.sla.targets import parse_target
from deskterm.sla.terms import TIMER_PREFIX


def build_explanations(
    events: Iterable[Event],
    procedures: ProcedureLookup,
    metric: str | None = None,
    cycle: int | None = None,
    *,
    now: datetime,
) -> list[Explanation]:
    """Every clock of a ticket, in the order of the procedure's metrics and of the cycles, or those of a metric, or
    one cycle of it. Timers are told only by their name. procedures: version → that edition."""
    return explain_histories(build_clock_histories(events, procedures), procedures, metric, cycle, now=now)


def explain_histories(
    told: ClockHistories,
    procedures: ProcedureLookup,
    metric: str | None = None,
    cycle: int | None = None,
    *,
    now: datetime,
) -> list[Explanation]:
    """The same of a history that was told already: the time goes on, and nothing else happened."""
    return [
        _explain_history(life, told, procedures, int(now.timestamp()))
        for life in told.histories
        if (life.clock.metric == metric if metric is not None else not life.clock.metric.startswith(TIMER_PREFIX))
        and cycle in (None, life.clock.cycle)
    ]


def explain_policies(events: Iterable[Event], procedures: ProcedureLookup) -> list[PolicyCheck]:
    """Which policy a ticket is under as it stands, and why not under those before it."""
    told = build_clock_histories(events, procedures)
    edition = procedures(told.version)
    return check_policies(edition.terms, told.facts, _collect_labels(edition))


def explain_missing_clock(events: Iterable[Event], procedures: ProcedureLookup, metric: str | None = None) -> str:
    """Why a ticket has no clock, or none of a metric, in one sentence. DeskError for a metric that the procedure
    does not have."""
    told = build_clock_histories(events, procedures)
    procedure = procedures(told.version)
    known = {part.key: part for part in procedure.terms.metrics}
    if metric is not None and metric not in known:
        raise DeskError(
            f"There is no metric {metric!r}: use {', '.join(k for k in known if not k.startswith(TIMER_PREFIX))}."
        )
    if exempt := told.facts.get("exempt"):
        label = next((one.label for one in procedure.definition.sla.exempt_reasons if one.key == exempt), exempt)
        return f"It is exempt ({label}): no policy is looked at for it."
    policy = procedure.terms.find_policy(told.facts)
    if policy is None:
        return "No policy of the procedure is for it."
    severity = told.facts.get("severity")
    wanted = [metric] if metric is not None else list(known)
    if not any(policy.find_target(key, severity).has_clock for key in wanted):
        what = known[metric].label if metric is not None else "anything"
        step = f" at severity {severity}" if severity else ""
        return f"The policy {policy.label} does not promise {what}{step} on a single ticket."
    wanted = [key for key in wanted if metric is not None or not known[key].is_timer]
    starts = dict.fromkeys(" and ".join(sorted(start)) for key in wanted for start in known[key].start)
    return f"Its clock has not started: that takes {', or '.join(starts)}."


def _explain_history(life: ClockHistory, told: ClockHistories, procedures: ProcedureLookup, now: int) -> Explanation:
    clock = life.clock
    terms = procedures(clock.version).terms
    calendar = terms.calendars[clock.calendar]
    target = parse_target(clock.target, calendar.day_length)
    rests = clock.state == "paused"
    metric = terms.find_metric(clock.metric)
    standings = told.idle_periods if metric is not None and metric.counts_work else told.status_periods
    start = clock.started_at if clock.counts_from is None else clock.counts_from
    pauses = [*clock.pauses, *([(clock.since, now)] if rests and now > clock.since else [])]
    due = clock.due_at
    if rests:
        due = told.forecast_due_times(now)[clock.metric, clock.cycle]
    wall = target.in_wall_time
    until = clock.stopped_at if clock.stopped_at is not None else now
    end = due if due is not None else max(until, start)
    intervals = build_intervals(calendar, start, end, pauses, standings, wall_time=wall, split_at=until)
    used = build_intervals(calendar, start, max(until, start), pauses, (), wall_time=wall)
    begun = intervals[-1].total if intervals else 0
    beyond = (
        [] if due is None else _build_overdue_intervals(calendar, max(due, start), until, pauses, standings, wall=wall)
    )
    left = None
    if due is not None:
        ahead = due - until if wall else calendar.open_seconds(until, due)
        left = ahead if due >= until else -_count_overdue(calendar, due, until, pauses, wall=wall)
    return Explanation(
        clock=clock,
        label=_find_metric_label(procedures, told, clock.metric, clock.version),
        target=target,
        calendar=calendar,
        unit="wall" if wall else "working",
        checks=tuple(_check_policies(life, procedures)),
        events=tuple(life.events),
        intervals=tuple(intervals),
        due=due,
        parts=tuple(_find_parts(target, calendar, start, due, intervals, life, terms.cadences)),
        used=used[-1].total if used else 0,
        left=left,
        breach=_find_breach(life, due, now),
        pinned_by=life.pinned_by,
        now=now,
        overdue_intervals=tuple(interval._replace(total=interval.total + begun) for interval in beyond),
        dates=tuple(target.counted_dates(start, calendar)) if not clock.pinned else (),
        coming=target.coming(start, calendar, terms.cadences, told.state.sprint) if not clock.pinned else None,
    )


def _count_overdue(calendar: Calendar, due: int, until: int, pauses: Pauses, *, wall: bool) -> int:
    """What counted from a due instant that has passed, pauses left out."""
    return build_intervals(calendar, due, until, pauses, (), wall_time=wall)[-1].total


def _build_overdue_intervals(
    calendar: Calendar, due: int, until: int, pauses: Pauses, standings: Sequence[StatusPeriod], *, wall: bool
) -> list[Interval]:
    """The time after a due instant that has passed."""
    return build_intervals(calendar, due, until, pauses, standings, wall_time=wall) if due < until else []


def _find_metric_label(procedures: ProcedureLookup, told: ClockHistories, metric: str, version: int) -> str:
    for edition in (version, told.version):
        found = procedures(edition).terms.find_metric(metric)
        if found is not None:
            return found.label
    return metric


def _collect_labels(edition: CompiledProcedure) -> Labels:
    """What conditions of policies are told with."""
    procedure = edition.definition
    scales = {
        "type": procedure.types,
        "severity": procedure.severities,
        "priority": procedure.priority.scale,
        "department": procedure.departments,
        "product": procedure.products,
    }
    return {fact: {part.key: part.label for part in parts} for fact, parts in scales.items()}  # type: ignore[attr-defined]


def _check_policies(life: ClockHistory, procedures: ProcedureLookup) -> list[PolicyCheck]:
    """The policies as they were held against the ticket: by its last facts, or by those of the promise where an
    edition in between judges the last ones otherwise."""
    if life.clock.metric.startswith(TIMER_PREFIX):
        return []
    edition = procedures(life.clock.version)
    terms, labels = edition.terms, _collect_labels(edition)
    checks = check_policies(terms, life.facts, labels)
    matched = next((check.policy for check in checks if check.verdict == "matched"), None)
    return checks if matched == life.clock.policy else check_policies(terms, life.target_facts, labels)


def _find_parts(
    target: Target,
    calendar: Calendar,
    start: int,
    due: int | None,
    intervals: Sequence[Interval],
    life: ClockHistory,
    cadences: Cadences,
) -> list[Part]:
    total = intervals[-1].total if intervals else 0
    if due is None:
        return []
    if life.clock.pinned:
        who = f"{life.pinned_by.actor} set" if life.pinned_by is not None else "was set"
        return [Part(f"up to the instant that {who}", total)]
    return target.parts(start, total, calendar, cadences)


def _find_breach(life: ClockHistory, due: int | None, now: int) -> Breach | None:
    clock = life.clock
    waiver = next((turn for turn in reversed(life.events) if turn.kind == "waived"), None)
    if clock.breached_at is not None:
        return Breach(clock.breached_at, clock.cause or "time", waiver)
    if clock.state == "running" and due is not None and now > due:
        return Breach(due, "time", waiver)
    return None

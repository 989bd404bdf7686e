"""Explanations of clocks: why each is due when it is, built from the history of its ticket.

Pure: a ticket's events and the procedure versions that they name go in. The fold decides when a clock is due; this
module shows how that comes about, and decides nothing itself.
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
from deskterm.desk.explain.intervals import ClockInterval, Pauses, build_intervals
from deskterm.desk.explain.policy_match import Labels, PolicyCheck, check_policies
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.occurrences import describe_occurrence
from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.target_kinds.target import Part, Target
from deskterm.sla.targets import parse_target
from deskterm.sla.timer_keys import TIMER_PREFIX


def build_explanations(
    events: Iterable[Event],
    procedures: ProcedureLookup,
    metric: str | None = None,
    cycle: int | None = None,
    *,
    now: datetime,
) -> list[Explanation]:
    """Explain the clocks of a ticket, by metric and cycle; only those of a metric, or one cycle of it, if given.

    Timers are explained only if they are named. procedures: version → compiled procedure."""
    return explain_histories(build_clock_histories(events, procedures), procedures, metric, cycle, now=now)


def explain_histories(
    ticket: ClockHistories,
    procedures: ProcedureLookup,
    metric: str | None = None,
    cycle: int | None = None,
    *,
    now: datetime,
) -> list[Explanation]:
    """Explain clocks as `build_explanations` does, from histories that are built already, so that only time passes."""
    return [
        _explain_history(history, ticket, procedures, int(now.timestamp()))
        for history in ticket.histories
        if (history.clock.metric == metric if metric is not None else not history.clock.metric.startswith(TIMER_PREFIX))
        and cycle in (None, history.clock.cycle)
    ]


def explain_policies(events: Iterable[Event], procedures: ProcedureLookup) -> list[PolicyCheck]:
    """Return the check of each policy for a ticket as it is now: which one matches, and why those before it do not."""
    ticket = build_clock_histories(events, procedures)
    procedure = procedures(ticket.version)
    return check_policies(procedure.terms, ticket.facts, _collect_labels(procedure))


def explain_missing_clock(events: Iterable[Event], procedures: ProcedureLookup, metric: str | None = None) -> str:
    """Return a sentence that says why a ticket has no clock, or none of a metric. Raises DeskError for a metric that
    the procedure does not have."""
    ticket = build_clock_histories(events, procedures)
    procedure = procedures(ticket.version)
    known = {part.key: part for part in procedure.terms.metrics}
    if metric is not None and metric not in known:
        raise DeskError(
            f"There is no metric {metric!r}: use {', '.join(k for k in known if not k.startswith(TIMER_PREFIX))}."
        )
    if exempt := ticket.facts.get("exempt"):
        label = next((one.label for one in procedure.definition.sla.exempt_reasons if one.key == exempt), exempt)
        return f"It is exempt ({label}): no policy is looked at for it."
    policy = procedure.terms.find_policy(ticket.facts)
    if policy is None:
        return "No policy of the procedure is for it."
    severity = ticket.facts.get("severity")
    wanted = [metric] if metric is not None else list(known)
    promised = [key for key in wanted if policy.find_target(key, severity).has_clock]
    if not promised:
        what = known[metric].label if metric is not None else "anything"
        step = f" at severity {severity}" if severity else ""
        return f"The policy {policy.label} does not promise {what}{step} on a single ticket."
    promised = [key for key in promised if metric is not None or not known[key].is_timer]
    # A ticket is received once: where that starts a clock, and it has none, nothing was promised at that time.
    coming = [start for key in promised for start in known[key].start if "received" not in start]
    if not coming:
        return "Its clock would have started at the receipt, and nothing was promised then."
    starts = dict.fromkeys(
        " together with ".join(describe_occurrence(procedure, one) for one in sorted(start)) for start in coming
    )
    return f"Its clock has not started: it starts with {', or '.join(starts)}."


def _explain_history(
    history: ClockHistory, ticket: ClockHistories, procedures: ProcedureLookup, now: int
) -> Explanation:
    clock = history.clock
    terms = procedures(clock.version).terms
    calendar = terms.calendars[clock.calendar]
    target = parse_target(clock.target, calendar.day_length)
    is_paused = clock.state == "paused"
    metric = terms.find_metric(clock.metric)
    # Hands-on work pauses because nobody is at it, whatever the status
    status_periods = ticket.idle_periods if metric is not None and metric.counts_work else ticket.status_periods
    start = clock.started_at if clock.counts_from is None else clock.counts_from
    # The fold lists pauses that are over; the one that lasts is added up to now
    pauses = [*clock.pauses, *([(clock.since, now)] if is_paused and now > clock.since else [])]
    due = clock.due_at
    if is_paused:
        # While it rests a clock has no due time of its own: shown is the one it would have if it resumed now
        due = ticket.forecast_due_times(now)[clock.metric, clock.cycle]
    wall_time = target.in_wall_time
    until = clock.stopped_at if clock.stopped_at is not None else now
    # Up to the due time even if it lies ahead: the account has to add up to the target
    end = due if due is not None else max(until, start)
    intervals = build_intervals(calendar, start, end, pauses, status_periods, wall_time=wall_time, split_at=until)
    # Apart from the account above, which may end before or after this instant
    used = build_intervals(calendar, start, max(until, start), pauses, (), wall_time=wall_time)
    counted = intervals[-1].total if intervals else 0
    overdue = (
        []
        if due is None
        else _build_overdue_intervals(calendar, max(due, start), until, pauses, status_periods, wall_time=wall_time)
    )
    left = None
    if due is not None:
        # A running clock has no pause ahead, so the calendar alone says what is left
        ahead = due - until if wall_time else calendar.open_seconds(until, due)
        left = ahead if due >= until else -_count_overdue(calendar, due, until, pauses, wall_time=wall_time)
    return Explanation(
        clock=clock,
        label=_find_metric_label(procedures, ticket, clock.metric, clock.version),
        target=target,
        calendar=calendar,
        unit="wall" if wall_time else "working",
        checks=tuple(_check_policies(history, procedures)),
        events=tuple(history.events),
        intervals=tuple(intervals),
        due=due,
        parts=tuple(_find_parts(target, calendar, start, due, intervals, history, terms.cadences)),
        used=used[-1].total if used else 0,
        left=left,
        breach=_find_breach(history, due, now),
        pinned_by=history.pinned_by,
        now=now,
        overdue_intervals=tuple(interval._replace(total=interval.total + counted) for interval in overdue),
        dates=tuple(target.counted_dates(start, calendar)) if not clock.pinned else (),
        coming=target.coming(start, calendar, terms.cadences, ticket.state.sprint) if not clock.pinned else None,
    )


def _count_overdue(calendar: Calendar, due: int, until: int, pauses: Pauses, *, wall_time: bool) -> int:
    """Return the counted seconds since a due time that has passed."""
    return build_intervals(calendar, due, until, pauses, (), wall_time=wall_time)[-1].total


def _build_overdue_intervals(
    calendar: Calendar, due: int, until: int, pauses: Pauses, status_periods: Sequence[StatusPeriod], *, wall_time: bool
) -> list[ClockInterval]:
    """Return the intervals after a due time that has passed; none before it."""
    return build_intervals(calendar, due, until, pauses, status_periods, wall_time=wall_time) if due < until else []


def _find_metric_label(procedures: ProcedureLookup, ticket: ClockHistories, metric: str, version: int) -> str:
    # A metric may have been dropped by a later procedure, or be new in it
    for number in (version, ticket.version):
        found = procedures(number).terms.find_metric(metric)
        if found is not None:
            return found.label
    return metric


def _collect_labels(procedure: CompiledProcedure) -> Labels:
    """Return the labels of values in the conditions of policies, by fact."""
    definition = procedure.definition
    scales = {
        "type": definition.types,
        "severity": definition.severities,
        "priority": definition.priority.scale,
        "department": definition.departments,
        "product": definition.products,
    }
    return {fact: {part.key: part.label for part in parts} for fact, parts in scales.items()}  # type: ignore[attr-defined]


def _check_policies(history: ClockHistory, procedures: ProcedureLookup) -> list[PolicyCheck]:
    """Return the checks of all policies as they were made when the clock's target was chosen.

    The ticket's last facts usually give the clock's policy. They do not if the version of the procedure changed in
    between; then the facts of the choice itself are used."""
    if history.clock.metric.startswith(TIMER_PREFIX):
        return []
    procedure = procedures(history.clock.version)
    terms, labels = procedure.terms, _collect_labels(procedure)
    checks = check_policies(terms, history.facts, labels)
    matched = next((check.policy for check in checks if check.verdict == "matched"), None)
    return checks if matched == history.clock.policy else check_policies(terms, history.target_facts, labels)


def _find_parts(
    target: Target,
    calendar: Calendar,
    start: int,
    due: int | None,
    intervals: Sequence[ClockInterval],
    history: ClockHistory,
    cadences: Cadences,
) -> list[Part]:
    total = intervals[-1].total if intervals else 0
    if due is None:
        return []
    if history.clock.pinned:
        who = f"{history.pinned_by.actor} set" if history.pinned_by is not None else "was set"
        return [Part(f"up to the instant that {who}", total)]
    return target.parts(start, total, calendar, cadences)


def _find_breach(history: ClockHistory, due: int | None, now: int) -> Breach | None:
    clock = history.clock
    waiver = next((event for event in reversed(history.events) if event.kind == "waived"), None)
    if clock.breached_at is not None:
        return Breach(clock.breached_at, clock.cause or "time", waiver)
    if clock.state == "running" and due is not None and now > due:
        return Breach(due, "time", waiver)
    return None

"""Forecast of due times: every metric's due time under a procedure, before there is a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.occurrences import describe_occurrence
from deskterm.procedure.sla_terms import AROUND_THE_CLOCK
from deskterm.sla.due import due_instant
from deskterm.sla.targets import NONE
from deskterm.sla.terms import Metric, Policy


@dataclass(frozen=True, slots=True)
class DueForecast:
    """The due time of one metric. due_at: epoch seconds, None where there is no instant yet, for the `reason`: the
    target gives none, the clock starts later than at the receipt, or it counts hands-on work. offset: the calendar
    zone's offset from UTC at the due time, in seconds. holidays_known: years whose holidays the calendar knows, where
    the time up to the due time goes beyond them."""

    metric: str
    label: str
    target: str
    due_at: int | None
    reason: str
    policy: str
    calendar: str
    timezone: str
    offset: int
    holidays_known: tuple[int, int] | None = None


def find_policy(procedure: CompiledProcedure, facts: Mapping[str, object]) -> Policy | None:
    """Return the first policy that matches a ticket with these facts."""
    return procedure.terms.find_policy(facts)


def forecast_metrics(
    procedure: CompiledProcedure, policy: Policy, severity: str | None, start: int, kind: str | None = None
) -> list[DueForecast]:
    """Return the due time of every metric that the policy has a target for, counted from `start` (epoch seconds): the
    receipt. kind: the type of the request, whose initial status may start a clock too."""
    found = []
    at_receipt = _find_occurrences_at_receipt(procedure, kind)
    for metric in procedure.terms.metrics:
        target = policy.find_target(metric.key, severity)
        if target == NONE:
            continue
        key = policy.calendars.get(metric.key, policy.calendar)
        calendar = procedure.terms.calendars[key]
        reason = _find_reason_to_wait(procedure, metric, at_receipt)
        # Without pauses: a request that there is not yet has had none
        due = None if reason else due_instant(target, start, calendar, (), procedure.terms.cadences)
        if key == AROUND_THE_CLOCK:
            # Its own zone is nobody's: the desk reads times in that of its policy
            calendar = procedure.terms.calendars[policy.calendar]
        found.append(
            DueForecast(
                metric=metric.key,
                label=metric.label,
                target=target.text,
                due_at=due,
                reason=reason or ("" if due is not None else target.reason_without_due),
                policy=policy.key,
                calendar=key,
                timezone=calendar.timezone,
                offset=calendar.offset(due if due is not None else start),
                holidays_known=calendar.find_holiday_limits(start, due) if due is not None else None,
            )
        )
    return found


def _find_occurrences_at_receipt(procedure: CompiledProcedure, kind: str | None) -> frozenset[str]:
    """Return what happens to a request as it is received: it comes, and enters the initial status of its type."""
    if kind is None or kind not in procedure.types:
        return frozenset({"received"})
    status = procedure.find_initial_status(kind)
    return frozenset({"received", f"status:{status.key}", f"category:{status.category}"})


def _find_reason_to_wait(procedure: CompiledProcedure, metric: Metric, at_receipt: frozenset[str]) -> str:
    """Return the reason why a metric has no due time at the receipt, whatever its target: hands-on work has not begun,
    or something else starts its clock. Empty where the receipt does."""
    if metric.counts_work:
        return "when so much hands-on work is done"
    if any(condition <= at_receipt for condition in metric.start):
        return ""
    starts = (
        " together with ".join(describe_occurrence(procedure, one) for one in sorted(condition))
        for condition in metric.start
    )
    return f"starts with {' or '.join(dict.fromkeys(starts))}"

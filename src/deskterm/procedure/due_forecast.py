"""Forecast of due times: every metric's due time under a procedure, before there is a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.due import due_instant
from deskterm.sla.targets import NONE
from deskterm.sla.terms import Policy


@dataclass(frozen=True, slots=True)
class DueForecast:
    """The due time of one metric. due_at: epoch seconds, None where the target gives no instant, for the `reason`.
    offset: the calendar zone's offset from UTC at the due time, in seconds. holidays_known: years whose holidays the
    calendar knows, where the time up to the due time goes beyond them."""

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
    procedure: CompiledProcedure, policy: Policy, severity: str | None, start: int
) -> list[DueForecast]:
    """Return the due time of every metric that the policy has a target for, counted from `start` (epoch seconds)."""
    found = []
    for metric in procedure.terms.metrics:
        target = policy.find_target(metric.key, severity)
        if target == NONE:
            continue
        key = policy.calendars.get(metric.key, policy.calendar)
        calendar = procedure.terms.calendars[key]
        # Without pauses: a request that there is not yet has had none
        due = due_instant(target, start, calendar, (), procedure.terms.cadences)
        found.append(
            DueForecast(
                metric=metric.key,
                label=metric.label,
                target=target.text,
                due_at=due,
                reason="" if due is not None else target.reason_without_due,
                policy=policy.key,
                calendar=key,
                timezone=calendar.timezone,
                offset=calendar.offset(due if due is not None else start),
                holidays_known=calendar.find_holiday_limits(start, due) if due is not None else None,
            )
        )
    return found

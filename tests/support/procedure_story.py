"""Stories of a ticket under the SLA terms of a shipped procedure."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.sla.clock import Clock
from deskterm.sla.due import due_instant
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import fold_clocks
from deskterm.sla.terms import Facts
from deskterm.sla.timer_keys import TIMER_PREFIX
from store_templates import load_shipped


@cache
def shipped(name: str) -> CompiledProcedure:
    """Return a shipped procedure, compiled once."""
    return CompiledProcedure(load_shipped(name))


def at(instant: str) -> int:
    """Epoch seconds of an ISO instant with its offset."""
    return int(datetime.fromisoformat(instant).timestamp())


def fold_story(procedure: CompiledProcedure, facts: Facts, *turns: tuple[str, str, str]) -> list[Clock]:
    """Return the clocks, but for timers, after events of (instant, status afterwards, occurrences by space)."""
    clocks = fold_clocks([build_event(procedure, facts, *turn) for turn in turns], procedure.terms)
    return [clock for clock in clocks if not clock.metric.startswith(TIMER_PREFIX)]


def build_event(procedure: CompiledProcedure, facts: Facts, instant: str, status: str, occurrences: str) -> SlaEvent:
    """Return an event. `moved` stands for entering the status, with its category."""
    happened = set(occurrences.split())
    if "moved" in happened:
        happened |= {f"status:{status}", f"category:{procedure.statuses[status].category}"}
    return SlaEvent(at(instant), frozenset(happened), status, facts)


def list_next_statuses(procedure: CompiledProcedure, kind: str, status: str) -> list[str]:
    """Return the keys of the statuses that may follow on one."""
    return [target.key for target in procedure.find_next_statuses(kind, status)]


def format_due(procedure: CompiledProcedure, metric: str, start: str, **facts: object) -> str | None:
    """Return the due time of a metric that starts at `start`, in the zone of its calendar; None without a target."""

    policy = procedure.terms.find_policy(facts)
    assert policy is not None
    calendar = procedure.terms.calendars[policy.calendars.get(metric, policy.calendar)]
    instant = due_instant(policy.find_target(metric, facts.get("severity")), at(start), calendar)
    return None if instant is None else f"{datetime.fromtimestamp(instant, ZoneInfo(calendar.timezone)):%a %d %H:%M}"

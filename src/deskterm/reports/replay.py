"""The replay of tickets under two procedures, and the sums that it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from deskterm.desk.domain.event_application import apply_event
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.state import State
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.attainment import Continuation, Judgement, Tally, find_continuation, judge_cycle
from deskterm.reports.comparison import Flip, UnknownKey, WhatIf, WhatIfRow
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import fold_clocks
from deskterm.sla.terms import SlaTerms

if TYPE_CHECKING:
    from deskterm.procedure.schema import Status

_JudgedClock = tuple[Clock, Continuation]

_FLIPS = frozenset({("met", "late"), ("late", "met"), ("running", "late"), ("late", "running")})
"""Verdicts before and after that make a flip."""


class Replay:
    """Judges tickets one by one and adds them up in a comparison. sides: the procedure in force and the other one.
    keep: number of flips to name, None for all."""

    def __init__(
        self, comparison: WhatIf, sides: tuple[CompiledProcedure, CompiledProcedure], keep: int | None
    ) -> None:
        self._comparison, self._keep = comparison, keep
        self._sides = sides
        self._terms = [_without_timers(side.terms) for side in sides]
        categories = [{key: status.category for key, status in side.statuses.items()} for side in sides]
        self._has_same_categories = all(
            categories[1].get(key, category) == category for key, category in categories[0].items()
        )
        """True when both procedures read the history alike: no status is of another category."""
        self._rows: dict[tuple[str, str | None], tuple[Tally, Tally]] = {}
        self._key_counts: dict[tuple[str, str], int] = {}

    def judge_ticket(self, number: int, events: Sequence[Event]) -> None:
        """Judge a ticket by both procedures."""
        state, sla_events = _to_sla_events(events, self._sides[0])
        # Reading the history is most of the work, and seldom differs between the sides.
        other_events = sla_events if self._has_same_categories else _to_sla_events(events, self._sides[1])[1]
        comparison = self._comparison
        comparison.tickets += 1
        comparison.events += len(events)
        comparison.exempt += state.exempt is not None
        self._record_keys(state, events)
        cycles: dict[tuple[str, int], list[_JudgedClock | None]] = {}
        both = fold_clocks(sla_events, self._terms[0]), fold_clocks(other_events, self._terms[1])
        for side, clocks in enumerate(both):
            earlier: dict[str, Clock] = {}
            for clock in clocks:
                judged = clock, find_continuation(clock, earlier.get(clock.metric))
                cycles.setdefault((clock.metric, clock.cycle), [None, None])[side] = judged
                earlier[clock.metric] = clock
        for (metric, cycle), sides in cycles.items():
            self._count_cycle(number, state, metric, sides, (metric, cycle) in state.waived)

    def _count_cycle(
        self, number: int, state: State, metric: str, sides: Sequence[_JudgedClock | None], waived: bool
    ) -> None:
        """Count a cycle on both sides, and record a flip. A side that never promised it has no clock."""
        period = self._comparison.period
        tallies = self._rows.setdefault((metric, state.severity), (Tally(), Tally()))
        judgements: list[Judgement | None] = []
        for side, tally in zip(sides, tallies, strict=True):
            judgement = None
            if side is not None:
                clock, continuation = side
                judgement = judge_cycle(
                    clock, period.until, continuation=continuation, exempt=state.exempt is not None, waived=waived
                )
            judgements.append(judgement)
            if judgement is not None and judgement.at >= period.since:
                tally.count(judgement)
        before, after = judgements
        first, second = sides
        if first is None or second is None or before is None or after is None:
            return
        clock_before, clock_after = first[0], second[0]
        # Decided on both sides before the period began
        if max(before.at, after.at) < period.since:
            return
        verdicts = before.verdict, after.verdict
        if verdicts not in _FLIPS:
            return
        comparison = self._comparison
        comparison.flipped[verdicts] = comparison.flipped.get(verdicts, 0) + 1
        if self._keep is None or len(comparison.flips) < self._keep:
            comparison.flips.append(
                Flip(
                    number,
                    clock_before.metric,
                    clock_before.cycle,
                    state.severity,
                    *verdicts,
                    _find_due(clock_before),
                    _find_due(clock_after),
                    clock_before.stopped_at,
                )
            )

    def _record_keys(self, state: State, events: Sequence[Event]) -> None:
        """Count the keys that a ticket has, or once had as its status."""
        keys = {("status", event.changes["status"][1]) for event in events if "status" in event.changes}
        keys |= {(what, value) for what in ("type", "severity", "priority") if (value := getattr(state, what))}
        for key in keys:
            self._key_counts[key] = self._key_counts.get(key, 0) + 1

    def finish(self, other: CompiledProcedure, statuses: Mapping[str, Status]) -> None:
        """Write the rows in order, and the keys that the other procedure lacks. statuses: all that the desk had."""
        present = self._sides[0]
        # Reversed, so that the labels of the procedure in force are those that stay
        labels = {metric.key: metric.label for side in reversed(self._sides) for metric in side.terms.metrics}
        metrics = list(dict.fromkeys(metric.key for side in self._sides for metric in side.terms.metrics))
        severities = other.severities | present.severities

        def sort_key(key: tuple[str, str | None]) -> tuple[int, int, str]:
            rank = present.severity_rank.get(key[1] or "", len(present.severity_rank) + (key[1] is None))
            return metrics.index(key[0]), rank, key[1] or ""

        for metric, severity in sorted(self._rows, key=sort_key):
            tallies = self._rows[metric, severity]
            # All of its cycles were decided before the period
            if tallies == (Tally(), Tally()):
                continue
            step = severities.get(severity or "")
            label = step.label if step else severity or "none"
            self._comparison.rows.append(WhatIfRow(metric, labels[metric], severity, label, *tallies))
        tables: dict[str, Mapping[str, object]] = {
            "status": other.statuses,
            "type": other.types,
            "severity": other.severities,
            "priority": other.priorities,
        }
        for what, key in sorted(self._key_counts):
            if key not in tables[what]:
                category = (statuses[key].category if key in statuses else "open") if what == "status" else ""
                self._comparison.unknown.append(UnknownKey(what, key, self._key_counts[what, key], category))


def _find_due(clock: Clock) -> int | None:
    """Return the due time of a clock, of a paused one that is late the one that was missed."""
    return clock.due_at if clock.due_at is not None or clock.cause != "time" else clock.breached_at


def _to_sla_events(events: Sequence[Event], procedure: CompiledProcedure) -> tuple[State, list[SlaEvent]]:
    """Return the state of a ticket after its events and their SLA events, read by one procedure throughout."""
    state = State()
    return state, [apply_event(state, event, procedure) for event in events]


def _without_timers(terms: SlaTerms) -> SlaTerms:
    """Return the terms without timers, which promise nothing."""
    return replace(terms, metrics=tuple(metric for metric in terms.metrics if not metric.is_timer))

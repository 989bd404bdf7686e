"""Promises: what was met and what was late, and what is undecided (R-21, R-22)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deskterm.reports.attainment import judge_cycle
from deskterm.reports.lives.life import Cycle, Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

_VERDICTS = ("met", "late", "retarget", "already", "exempt", "cancelled", "waived")


def _collect_verdicts(life: Life, scope: Scope) -> Iterator[tuple[Part, Row]]:
    hands = None
    resolution = life.resolution
    if resolution is not None:
        hands = resolution.visit
    for cycle in life.cycles:
        judgement = judge_cycle(
            cycle,
            scope.known_until,
            continuation=cycle.continuation,
            as_of=scope.as_of,
            exempt=life.exempt is not None,
            waived=cycle.waived,
        )
        if judgement is None or judgement.at < scope.period.since:
            continue
        row = Row(life, judgement.at, hands=hands, cycle=cycle)
        if judgement.verdict != "running":
            yield (cycle.metric, judgement.verdict), row
            if judgement.verdict == "late" and judgement.retarget:
                yield (cycle.metric, "retarget"), row


def _collect_undecided(life: Life, scope: Scope) -> Iterator[tuple[Part, Row]]:
    visit = life.find_visit(scope.end)
    if life.exempt is not None or visit is None:
        return
    for cycle in life.cycles:
        judgement = judge_cycle(
            cycle, scope.known_until, continuation=cycle.continuation, waived=cycle.waived, as_of=scope.as_of
        )
        if judgement is None:
            continue
        row = Row(life, cycle.continuation.began, status=visit.status, cycle=cycle)
        if judgement.verdict == "running":
            yield (cycle.metric,), row
            state = "paused" if scope.rules.pauses(visit.status, cycle.metric) else "running"
            yield (cycle.metric, state), row
        elif judgement.verdict in ("late", "already") and _has_not_stopped(cycle, scope):
            yield (cycle.metric, "late-and-open"), Row(life, judgement.at, status=visit.status, cycle=cycle)


def _has_not_stopped(cycle: Cycle, scope: Scope) -> bool:
    """Return whether a cycle had begun by the end of the period, and had not stopped then."""
    is_stopped = cycle.stopped_at is not None and cycle.stopped_at <= scope.end
    return cycle.continuation.began < scope.known_until and not is_stopped


def _collect_unpromised(life: Life, scope: Scope) -> Iterator[tuple[Part, Row]]:
    if not life.cycles and scope.has(life.received_at):
        yield (), Row(life, life.received_at)


def _list_parts(scope: Scope, names: Sequence[str]) -> list[Part]:
    return [(metric.key, name) if name else (metric.key,) for metric in scope.rules.metrics for name in names]


MEASURES = (
    Measure(
        "attainment",
        "Attainment",
        "Cycles of clocks that were decided in the period: met at the instant of their stop, late at their due time or "
        "at the change that made them late (retarget, a part of late). Apart: those that were late already before a "
        "reopening, exempt, cancelled and waived ones.",
        _collect_verdicts,
        over="cycles",
        unit="cycles",
        parts=lambda scope: _list_parts(scope, _VERDICTS),
        needs="targets",
    ),
    Measure(
        "no-target",
        "Without a target",
        "Tickets received in the period to which no clock was promised: no part of any attainment.",
        _collect_unpromised,
    ),
    Measure(
        "undecided",
        "Undecided",
        "Cycles of clocks that began by the end of the period and were neither met nor late then: running or paused; "
        "and those that were late and had not stopped.",
        _collect_undecided,
        over="cycles",
        unit="cycles",
        parts=lambda scope: _list_parts(scope, ("", "running", "paused", "late-and-open")),
        needs="targets",
    ),
)

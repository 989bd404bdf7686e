"""The golden vectors of the specification (section 3), through the fold: pauses are changes of status."""

from __future__ import annotations

import pytest

from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import fold_clocks
from deskterm.sla.target_kinds.working_duration import WorkingDuration
from deskterm.sla.targets import Target
from deskterm.sla.terms import Metric, Policy, SlaTerms
from sla.golden_vectors import BETWEEN, CALENDARS, VECTORS, Vector
from sla.minute_calendar import parse_utc

METRIC = Metric(
    "resolution", "Resolution", (frozenset({"received"}),), (frozenset({"resolution"}),), frozenset({"waiting"})
)


def _fold_clock(calendar: str, seconds: int, happened: list[tuple[int, str, str]]) -> Clock:
    targets: dict[tuple[str, str | None], Target] = {("resolution", None): WorkingDuration(f"{seconds}s", seconds)}
    terms = SlaTerms(1, (METRIC,), (Policy("all", "All", {}, "office", targets),), {"office": CALENDARS[calendar]})
    facts: dict[str, object] = {}
    (clock,) = fold_clocks([SlaEvent(at, frozenset({word}), status, facts) for at, word, status in happened], terms)
    return clock


def _list_events(vector: Vector) -> list[tuple[int, str, str]]:
    happened = [(int(vector.start.timestamp()), "received", "open")]
    for begin, end in vector.pauses:
        happened.append((int(begin.timestamp()), "status:waiting", "waiting"))
        happened.append((int(end.timestamp()), "status:open", "open"))
    return happened


@pytest.mark.parametrize("vector", VECTORS, ids=[vector.name for vector in VECTORS])
def test_a_clock_is_due_as_two_methods_agree(vector: Vector) -> None:
    due = int(vector.due.timestamp())
    clock = _fold_clock(vector.calendar, vector.seconds, _list_events(vector))
    assert (clock.state, clock.due_at) == ("running", due)
    for at, state in ((due, "met"), (due + 1, "late")):
        clock = _fold_clock(vector.calendar, vector.seconds, [*_list_events(vector), (at, "resolution", "done")])
        assert (clock.state, clock.due_at, clock.stopped_at) == (state, due, at)
        assert clock.breached_at == (None if state == "met" else due)
    assert (
        _fold_clock(vector.calendar, vector.seconds, [*_list_events(vector), (due, "resolution", "done")]).consumed
        == vector.seconds
    )


@pytest.mark.parametrize(("name", "start", "end", "seconds"), BETWEEN)
def test_a_stopped_clock_has_consumed_what_two_methods_agree_on(name: str, start: str, end: str, seconds: int) -> None:
    begin, stop = int(parse_utc(start).timestamp()), int(parse_utc(end).timestamp())
    assert _fold_clock(name, 1, [(begin, "received", "open"), (stop, "resolution", "done")]).consumed == seconds

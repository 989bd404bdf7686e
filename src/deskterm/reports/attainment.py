"""Attainment: the share of targets that were met, of those that were decided in a period.

A cycle of a clock is decided once: met when it stopped in time, late when its due time passed. It belongs to the period
in which that fell, so that no cycle counts twice and none is left out. Exempt, cancelled and waived cycles are counted
apart, and so are those that were not decided by the end of the period, and those that a reopening continues and that
were late already as the cycle before (R-34).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from deskterm.sla.clock import Clock

Verdict = Literal["met", "late", "already", "running", "cancelled", "exempt", "waived"]

COUNTED = "cycles that were met or became late in the period"
"""The denominator of attainment, in words to print."""


class Period(NamedTuple):
    """A period, half-open `[since, until)`, in epoch seconds."""

    since: int
    until: int


class Judgement(NamedTuple):
    """The judgement of a cycle as of the end of a period. at: instant since which it holds, epoch seconds. retarget:
    late by a change of its target or of the procedure version, not by its own time."""

    verdict: Verdict
    at: int
    retarget: bool = False


class Continuation(NamedTuple):
    """The relation of a cycle to the one before it. began: instant from which on there was such a cycle, epoch seconds:
    of one that a reopening continues the reopening, though the clock counts from an earlier start (R-33). late_already:
    it was missed as the cycle before it, so that it is not decided again (R-34)."""

    began: int
    late_already: bool = False


class JudgedCycle(Protocol):
    """The parts of a cycle that its judgement depends on: those of a `Clock`."""

    @property
    def state(self) -> str: ...
    @property
    def started_at(self) -> int: ...
    @property
    def due_at(self) -> int | None: ...
    @property
    def stopped_at(self) -> int | None: ...
    @property
    def breached_at(self) -> int | None: ...
    @property
    def cause(self) -> str | None: ...


def find_continuation(clock: Clock, previous: Clock | None) -> Continuation:
    """Return how a clock continues the cycle of its metric before it, None where it is the first."""
    if previous is None or previous.stopped_at is None or clock.started_at != previous.started_at:
        return Continuation(clock.started_at)
    # The time between is a pause of the continued clock; one without length is none
    reopened = next((end for begin, end in clock.pauses if begin == previous.stopped_at), previous.stopped_at)
    return Continuation(reopened, is_late_already(clock, previous))


def is_late_already(cycle: JudgedCycle, previous: JudgedCycle) -> bool:
    """Return whether a cycle was missed as the one before it (R-34)."""
    return cycle.breached_at is not None and cycle.breached_at == previous.breached_at


def find_breach(
    state: str, breached: int | None, target_seconds: int | None, consumed: int, since: int, as_of: int
) -> int | None:
    """Return the breach of a cycle, which of one that rests may be to come and certain: a target that was used up to
    the second when the clock went to rest is late at that instant, because from there it can only stop (R-35). as_of:
    the last instant of which anything is known."""
    is_used_up = state == "paused" and breached is None and consumed == target_seconds and since < as_of
    return since if is_used_up else breached


def judge_cycle(
    cycle: JudgedCycle,
    until: int,
    *,
    continuation: Continuation | None = None,
    exempt: bool = False,
    waived: bool = False,
    as_of: int | None = None,
) -> Judgement | None:
    """Judge a cycle as of an instant; None of one that had not started. continuation: how it continues the cycle before
    it, None where it does not. exempt: its ticket is exempt from service levels (S2-14). waived: a lead excused a
    breach (S1-11), which counts only where there is one. as_of: the last
    instant of which anything is known: at its due second itself a clock is not late yet (SLA rule 11)."""
    began, late_already = continuation or Continuation(cycle.started_at)
    # One that was late already stands beside the cycle that was decided, in the period of that
    if (cycle.breached_at if late_already and cycle.breached_at is not None else began) >= until:
        return None
    # As of the end of the period: what came later is not known yet
    stopped = cycle.stopped_at if cycle.stopped_at is not None and cycle.stopped_at < until else None
    if exempt:
        return Judgement("exempt", until if stopped is None else stopped)
    broken = cycle.breached_at
    if broken is None and cycle.state == "running" and (as_of is None or (cycle.due_at or 0) < as_of):
        # It ran out after the ticket's last event, so the fold has not noted the miss
        broken = cycle.due_at
    if broken is not None and broken < until:
        verdict: Verdict = "already" if late_already else "waived" if waived else "late"
        return Judgement(verdict, broken, cycle.cause in ("retarget", "policy"))
    if stopped is None:
        return Judgement("running", until)
    return Judgement("cancelled" if cycle.state == "cancelled" else "met", stopped)


@dataclass(slots=True)
class Tally:
    """Counts of judged cycles. late: all late ones, `retarget` among them. already: late before a reopening continued
    them, and counted there (R-34)."""

    met: int = 0
    late: int = 0
    retarget: int = 0
    running: int = 0
    cancelled: int = 0
    exempt: int = 0
    waived: int = 0
    already: int = 0

    @property
    def decided(self) -> int:
        """The denominator: met and late."""
        return self.met + self.late

    @property
    def attainment(self) -> float | None:
        """The share that was met, 0 to 1; None where nothing was decided."""
        return self.met / self.decided if self.decided else None

    def count(self, judgement: Judgement) -> None:
        """Add a judgement."""
        setattr(self, judgement.verdict, getattr(self, judgement.verdict) + 1)
        self.retarget += judgement.verdict == "late" and judgement.retarget

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.met + other.met,
            self.late + other.late,
            self.retarget + other.retarget,
            self.running + other.running,
            self.cancelled + other.cancelled,
            self.exempt + other.exempt,
            self.waived + other.waived,
            self.already + other.already,
        )

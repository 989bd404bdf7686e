"""Attainment: the share of targets that were met, of those that were decided in a period.

A cycle of a clock is decided once: met when it stopped in time, late when its due time passed. It belongs to the period
in which that fell, so that no cycle counts twice and none is left out. Exempt, cancelled and waived cycles are counted
apart, and so are those that were not decided by the end of the period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from deskterm.sla.clock import Clock

Verdict = Literal["met", "late", "running", "cancelled", "exempt", "waived"]

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


def judge_cycle(clock: Clock, until: int, *, exempt: bool = False, waived: bool = False) -> Judgement | None:
    """Judge a cycle as of an instant; None of one that had not started. exempt: its ticket is exempt from service
    levels (S2-14). waived: a lead excused a breach (S1-11), which counts only where there is one."""
    if clock.started_at >= until:
        return None
    # As of the end of the period: what came later is not known yet
    stopped = clock.stopped_at if clock.stopped_at is not None and clock.stopped_at < until else None
    if exempt:
        return Judgement("exempt", until if stopped is None else stopped)
    broken = clock.breached_at
    if broken is None and clock.state == "running":
        # It ran out after the ticket's last event, so the fold has not noted the miss
        broken = clock.due_at
    if broken is not None and broken < until:
        return Judgement("waived" if waived else "late", broken, clock.cause in ("retarget", "policy"))
    if stopped is None:
        return Judgement("running", until)
    return Judgement("cancelled" if clock.state == "cancelled" else "met", stopped)


@dataclass(slots=True)
class Tally:
    """Counts of judged cycles. late: all late ones, `retarget` among them."""

    met: int = 0
    late: int = 0
    retarget: int = 0
    running: int = 0
    cancelled: int = 0
    exempt: int = 0
    waived: int = 0

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
        )

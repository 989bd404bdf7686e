"""No target: `none`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.target_kinds.target import Form, Pauses, Target


class NoTarget(Target):
    """Nothing is promised: the metric has no clock."""

    __slots__ = ()

    name = "none"
    forms = (Form("`none`", "no target"),)
    has_clock = False

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        return cls("none") if words in ("none", "-") else None

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> None:
        return None


NONE = NoTarget("none")

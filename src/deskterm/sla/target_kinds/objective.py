"""An objective on the average of many tickets: `mean 50h`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import parse_duration
from deskterm.sla.target_kinds.target import Form, Pauses, Target, match_words


class MeanObjective(Target):
    """A mean of open seconds, which promises nothing about a single ticket."""

    __slots__ = ()

    name = "mean"
    forms = (Form("`mean 50h`", "an objective on the average; no due time for one ticket"),)
    has_clock = False

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        match = match_words(r"mean (.+)", words)
        return cls(words, parse_duration(match[1], day_length)) if match else None

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> None:
        return None

    @property
    def reason_without_due(self) -> str:
        return "an objective on the average of many tickets"

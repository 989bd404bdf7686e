"""Open time of the calendar: `30m`, `4h`, `2d`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import leading_days, match_duration
from deskterm.sla.target_kinds.target import Form, Part, Pauses, Target


class WorkingDuration(Target):
    """So many open seconds."""

    __slots__ = ()

    name = "open"
    forms = (
        Form("`30m`, `4h`, `1h30m`", "open time of the policy's calendar"),
        Form("`2d`", "open time; a day is the calendar's usual day, or its `day_length`"),
    )
    is_length = True

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        seconds = match_duration(words, day_length)
        return None if seconds is None else cls(words, seconds)

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> int:
        return calendar.add_seconds(start, self.seconds, pauses)

    @property
    def exact_seconds(self) -> int:
        return self.seconds

    @property
    def days(self) -> int | None:
        return leading_days(self.text)

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        return [Part(self.text, self.seconds)]

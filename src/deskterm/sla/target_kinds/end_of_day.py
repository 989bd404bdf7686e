"""Open time that is rounded up to the end of its last day: `2d end of day`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import leading_days, parse_duration
from deskterm.sla.target_kinds.pauses import move_to_end_of_day
from deskterm.sla.target_kinds.target import Form, Part, Pauses, Target, match_words, split_parts


class WorkingDurationToEndOfDay(Target):
    """So many open seconds, and then the rest of that day's hours."""

    __slots__ = ()

    name = "open"
    forms = (Form("`2d end of day`", "open time, then on to the end of that day's hours"),)
    is_length = True

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        match = match_words(r"(.+) end of day", words)
        return cls(words, parse_duration(match[1], day_length)) if match else None

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> int:
        return move_to_end_of_day(calendar.add_seconds(start, self.seconds, pauses), calendar, pauses)

    @property
    def days(self) -> int | None:
        return leading_days(self.text)

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        return split_parts(self.text.removesuffix(" end of day"), self.seconds, "to the end of that day", total)

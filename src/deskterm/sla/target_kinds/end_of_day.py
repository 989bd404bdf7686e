"""Open time that is rounded up to the end of its last day: `2d end of day`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar, merge_pauses
from deskterm.sla.durations import leading_days, parse_duration
from deskterm.sla.target_kinds.pauses import move_by_open_time
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
        # The pauses before the open time is used up belong to it; only later ones move the end of the day.
        worked = calendar.add_seconds(start, self.seconds, pauses)
        later = [pause for pause in merge_pauses(pauses) if pause[0] >= worked]
        return move_by_open_time(
            calendar.find_close_of_day(worked), worked, calendar, later, calendar.find_close_of_day
        )

    @property
    def days(self) -> int | None:
        return leading_days(self.text)

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        return split_parts(self.text.removesuffix(" end of day"), self.seconds, "to the end of that day", total)

"""Time on the clock, open or not: `7c`, `7 calendar days`, `36h elapsed`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import check_length, parse_duration
from deskterm.sla.opening_hours import DAY
from deskterm.sla.target_kinds.pauses import move_by_wall_time
from deskterm.sla.target_kinds.target import Form, Part, Pauses, Target, match_words


class CalendarDuration(Target):
    """So many seconds on the clock."""

    __slots__ = ()

    name = "elapsed"
    forms = (Form("`7c`, `7 calendar days`, `36h elapsed`", "time on the clock, open or not"),)
    in_wall_time = True
    is_length = True

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        if match := match_words(r"(\d{1,30}) ?(?:c|calendar days?)", words):
            return cls(words, check_length(words, int(match[1]) * DAY))
        if match := match_words(r"(.+) elapsed", words):
            return cls(words, parse_duration(match[1], DAY))
        return None

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> int:
        return move_by_wall_time(start + self.seconds, start, pauses)

    @property
    def exact_seconds(self) -> int:
        return self.seconds

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        return [Part(self.text, self.seconds)]

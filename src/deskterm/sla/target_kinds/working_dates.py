"""Dates on which the calendar opens: `3 working dates`, `2 working dates end of day`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import check_length
from deskterm.sla.opening_hours import DAY
from deskterm.sla.target_kinds.pauses import move_by_open_time, move_to_end_of_day
from deskterm.sla.target_kinds.target import Form, Part, Pauses, Target, match_words, split_parts


@dataclass(frozen=True, slots=True)
class WorkingDates(Target):
    """So many open dates after that of the start, at the same time of day or at the end of the day's hours."""

    name = "dates"
    forms = (Form("`3 working dates`", "so many open dates later, at the same time of day"),)
    is_length = True

    dates: int = 0
    end_of_day: bool = False

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        match = match_words(r"(\d{1,30}) working dates?( end of day)?", words)
        if match is None:
            return None
        check_length(words, int(match[1]) * DAY)
        return cls(words, dates=int(match[1]), end_of_day=bool(match[2]))

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> int:
        reached = calendar.add_working_dates(start, self.dates)
        if not self.end_of_day:
            return move_by_open_time(reached, start, calendar, pauses)
        close = calendar.add_working_dates(start, self.dates, end_of_day=True)
        # For a start after hours, the last date ends when the desk closes, not on the date after it
        used_up = move_by_open_time(min(reached, close), start, calendar, pauses)
        return move_to_end_of_day(max(used_up, close), calendar, pauses)

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        seconds = calendar.open_seconds(start, calendar.add_working_dates(start, self.dates, self.end_of_day))
        # Less when a pause covered part of the last date, which still ends when the desk closes
        seconds = min(seconds, total)
        return split_parts(self.text, seconds, "to the end of the day again, after a pause", total)

    def counted_dates(self, start: int, calendar: Calendar) -> Iterator[int]:
        for _ in range(self.dates):
            # The second before closing time still belongs to that date
            start = calendar.add_working_dates(start, 1, end_of_day=True) - 1
            yield calendar.to_working_date(start)

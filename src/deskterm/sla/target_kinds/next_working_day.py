"""A time of day on the next working day: `next working day by 12:00`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.opening_hours import DAY, parse_time_of_day
from deskterm.sla.target_kinds.pauses import move_by_open_time
from deskterm.sla.target_kinds.target import Form, Part, Pauses, Target, match_words, split_parts


@dataclass(frozen=True, slots=True)
class NextWorkingDay(Target):
    """A time of day on the first open date after that of the start, whether the desk is open at that time or not.

    time: seconds since midnight, local time of the calendar. A pause moves the due time by whole working days: the open
    time that was left when the pause began has to pass after it, and the target is due at the next such time of day.
    """

    name = "next-working-day"
    forms = (
        Form(
            "`next working day by 12:00`",
            "that time on the first open date after the one on which the ticket came, be the desk open then or not; a "
            "pause moves it by whole working days",
        ),
    )

    time: int = 0

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        match = match_words(r"next working day by (\S+)", words)
        return cls(words, time=parse_time_of_day(match[1])) if match else None

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> int:
        def round_up(instant: int) -> int:
            return self._first_from(start, instant, calendar)[1]

        return move_by_open_time(round_up(start + 1), start, calendar, pauses, round_up)

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        seconds = calendar.open_seconds(start, self._first_from(start, start + 1, calendar)[1])
        return split_parts(self.text, seconds, "to that time of a working day again, after a pause", total)

    def counted_dates(self, start: int, calendar: Calendar) -> Iterator[int]:
        yield self._first_from(start, start + 1, calendar)[0]

    def _first_from(self, start: int, earliest: int, calendar: Calendar) -> tuple[int, int]:
        """Return the first open date after that of the start on which its time is not before `earliest`, in days since
        1970-01-01, and the instant of that time."""
        # In a night that began the day before, the time of the next open date may have passed already at the start.
        day = calendar.to_working_date(start)
        while True:
            day = calendar.find_next_open_date(day)
            instant = calendar.from_local(day * DAY + self.time)
            if instant >= earliest:
                return day, instant

"""The next sprint or release: `next sprint`, `next release, at most 10 working days`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.durations import check_length
from deskterm.sla.opening_hours import DAY
from deskterm.sla.target_kinds.pauses import move_by_wall_time
from deskterm.sla.target_kinds.target import Coming, Form, Part, Pauses, Target, match_words

_END = {"sprint": "to the end of the sprint", "release": "to the release"}


@dataclass(frozen=True, slots=True)
class NextPeriod(Target):
    """The end of the first sprint or release that starts after the ticket came, or the cap if that is sooner. The cap
    is a time on the clock (`cap`, seconds) or a number of open dates."""

    name = "next"
    forms = (
        Form(
            "`next sprint, at most 14 days`",
            "the end of the first sprint that starts after the ticket came, but no later than that",
        ),
        Form(
            "`next release, at most 10 working days`",
            "the first release after the ticket came, but no later than that",
        ),
    )
    in_wall_time = True

    cap: int | None = None
    dates: int = 0

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        match = match_words(r"next (sprint|release)(?:, at most (\d{1,30})( working)? days?)?", words)
        if match is None:
            return None
        cadence, days, working = match.groups()
        most = check_length(words, int(days) * DAY) if days else None
        if working:
            return cls(words, cadence=cadence, dates=int(days))
        return cls(words, cadence=cadence, cap=most)

    def due(
        self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None
    ) -> int | None:
        following = self._first_after(start, cadences)
        ends = self._caps(start, calendar)
        if following is not None:
            ends.append(following[1])
        return move_by_wall_time(min(ends), start, pauses) if ends else None

    @property
    def reason_without_due(self) -> str:
        return f"no {self.cadence} is planned after that"

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        following = self._first_after(start, cadences)
        is_capped = following is None or start + total != following[1]
        return [Part("the most it may take" if is_capped else f"{_END[self.cadence]} after it", total)]

    def coming(self, start: int, calendar: Calendar, cadences: Cadences, scheduled: str | None) -> Coming | None:
        following = self._first_after(start, cadences)
        if following is None:
            return None
        return Coming(self.cadence, *following, min(self._caps(start, calendar), default=None))

    def _first_after(self, start: int, cadences: Cadences) -> tuple[int, int] | None:
        cadence = cadences.get(self.cadence)
        return None if cadence is None else cadence.first_after(start)

    def _caps(self, start: int, calendar: Calendar) -> list[int]:
        caps = [] if self.cap is None else [start + self.cap]
        return [*caps, calendar.add_working_dates(start, self.dates)] if self.dates else caps

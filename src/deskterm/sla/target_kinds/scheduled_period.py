"""The sprint or release that a person schedules the ticket to: `scheduled sprint`, `scheduled release`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.target_kinds.target import Coming, Form, Part, Pauses, Target, match_words

_END = {"sprint": "to the scheduled end of the sprint", "release": "to the scheduled release"}


class ScheduledPeriod(Target):
    """The end of the sprint or release that the ticket is scheduled to, pauses or not."""

    __slots__ = ()

    name = "scheduled"
    forms = (
        Form("`scheduled sprint`", "the end of the sprint that the ticket is put into; no due time before"),
        Form("`scheduled release`", "the release that the ticket is put into; no due time before"),
    )
    in_wall_time = True
    is_scheduled = True

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        match = match_words(r"scheduled (sprint|release)", words)
        return cls(words, cadence=match[1]) if match else None

    def due(
        self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None
    ) -> int | None:
        period = self._period(cadences, scheduled)
        return None if period is None else period[1]

    @property
    def reason_without_due(self) -> str:
        return f"due when it is scheduled to a {self.cadence}"

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        return [Part(_END[self.cadence], total)]

    def coming(self, start: int, calendar: Calendar, cadences: Cadences, scheduled: str | None) -> Coming | None:
        period = self._period(cadences, scheduled)
        return None if period is None else Coming(self.cadence, *period, None)

    def _period(self, cadences: Cadences, scheduled: str | None) -> tuple[int, int] | None:
        cadence = cadences.get(self.cadence)
        return None if cadence is None or scheduled is None else cadence.find_starting(scheduled)

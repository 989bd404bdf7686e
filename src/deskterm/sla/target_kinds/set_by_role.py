"""A due time that a person sets: `set by ROLE`."""

from __future__ import annotations

from typing import Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar
from deskterm.sla.target_kinds.target import Form, Pauses, Target, match_words


class SetByRole(Target):
    """No due time until a person of the role sets one. The clock keeps what they set, as it does for every kind."""

    __slots__ = ()

    name = "manual"
    forms = (Form("`set by ROLE`", 'a person of that role says when; the role needs `may = ["set-due"]`'),)

    @classmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        match = match_words(r"set by ([a-z0-9-]+)", words)
        return cls(words, role=match[1]) if match else None

    def due(self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None) -> None:
        return None

    @property
    def reason_without_due(self) -> str:
        return f"due when {self.role} sets it"

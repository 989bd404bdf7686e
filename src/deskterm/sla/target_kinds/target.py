"""The interface that every kind of target implements, and what an explanation of a due time is made of."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

from deskterm.sla.cadence import Cadences
from deskterm.sla.calendar import Calendar

Pauses = Sequence[tuple[int, int]]
"""Start and end of each pause in epoch seconds."""


class Form(NamedTuple):
    """A way to write a target, with its meaning: a row of the manual, in Markdown."""

    written: str
    meaning: str


class Part(NamedTuple):
    """A summand of the due time, in seconds of what counts."""

    what: str
    seconds: int


class Coming(NamedTuple):
    """The sprint or release that a target waits for. start, end: its own; cap: the instant by which the target is due
    at the latest, None without one."""

    kind: str
    start: int
    end: int
    cap: int | None


@dataclass(frozen=True, slots=True)
class Target(ABC):
    """A target of a metric: how much time it has, as one kind of target means it.

    A kind is a frozen dataclass of what its text says, and overrides the traits and methods in which it differs.
    Targets are made once, when a procedure is compiled: the fold calls `due` and reads the traits at every step, and
    compares no kinds.
    """

    name: ClassVar[str]
    """Name of the kind in machine-readable output."""
    forms: ClassVar[tuple[Form, ...]]
    """The ways to write it, for the manual."""
    has_clock: ClassVar[bool] = True
    """False for a kind that promises nothing about a single ticket."""
    in_wall_time: ClassVar[bool] = False
    """Used and left time is time on the clock, open or not, instead of open time."""
    is_scheduled: ClassVar[bool] = False
    """Due when the sprint or release ends that a person schedules the ticket to; pauses do not move it."""
    is_length: ClassVar[bool] = False
    """A length of time, which other tables of the procedure file use too."""

    text: str
    """The target as it was written, in small letters and with single spaces."""
    seconds: int = 0
    """Amount of time of a kind that has one: open seconds, or seconds on the clock if `in_wall_time`."""
    role: str = ""
    """Key of the role that sets the due time."""
    cadence: str = ""
    """Kind of cadence that it needs: `sprint` or `release`."""

    @classmethod
    @abstractmethod
    def parse(cls, words: str, day_length: int) -> Self | None:
        """Return the target that a text stands for, None when it is not written in a form of this kind.

        words: in small letters and with single spaces. day_length: seconds of a day of the calendar. Raises ValueError,
        in one sentence, for a text in a form of this kind that makes no target.
        """

    @abstractmethod
    def due(
        self, start: int, calendar: Calendar, pauses: Pauses, cadences: Cadences, scheduled: str | None
    ) -> int | None:
        """Return the due time of a target that is counted from `start` (epoch seconds); None where the target gives no
        instant (yet).

        A pause that begins before the target is due leaves as much time after it as there was before it, counted as
        the target is; a later one changes nothing. scheduled: start date of the sprint or release that a person
        scheduled the ticket to.
        """

    @property
    def kind(self) -> str:
        """Name of the kind in machine-readable output."""
        return f"{self.name}-{self.cadence}" if self.cadence else self.name

    # -- description ---------------------------------------------------------------------------------------------

    @property
    def exact_seconds(self) -> int | None:
        """Seconds that it takes whatever the start; None where the start decides."""
        return None

    @property
    def working_seconds(self) -> int | None:
        """Open seconds that it counts, None for a kind that counts anything else."""
        return None if self.in_wall_time else self.seconds or None

    @property
    def days(self) -> int | None:
        """Days as they are written, of a kind that converts them to seconds of the calendar's day."""
        return None

    @property
    def reason_without_due(self) -> str:
        """Reason why a new ticket would have no due time, where that can be."""
        return ""

    # -- explanation ---------------------------------------------------------------------------------------------

    def parts(self, start: int, total: int, calendar: Calendar, cadences: Cadences) -> list[Part]:
        """Return the summands of the time from `start` to the due time. total: all that counts in it, in seconds."""
        return [Part(self.text, total)]

    def counted_dates(self, start: int, calendar: Calendar) -> Iterator[int]:
        """Yield the dates that count, in days since 1970-01-01, of a kind that goes by dates."""
        return iter(())

    def coming(self, start: int, calendar: Calendar, cadences: Cadences, scheduled: str | None) -> Coming | None:
        """Return the sprint or release that it waits for, of a kind that goes by one."""
        return None


def match_words(pattern: str, words: str) -> re.Match[str] | None:
    """Match the whole of a text; digits are ASCII digits. Patterns are compiled at their first use, not at import."""
    return re.fullmatch(pattern, words, re.ASCII)


def split_parts(what: str, seconds: int, rest: str, total: int) -> list[Part]:
    """Return the first summand, and the rest of the total where it is not all."""
    first = Part(what, seconds)
    return [first] if total == seconds else [first, Part(rest, total - seconds)]

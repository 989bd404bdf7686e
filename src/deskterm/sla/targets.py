"""Targets: how much time a metric has, read from the text of a procedure file.

`KINDS` is the table of all kinds. A new kind is a module in `target_kinds` and a row here; its forms are printed into
the manual of procedure files.
"""

from __future__ import annotations

from deskterm.sla.durations import parse_duration
from deskterm.sla.target_kinds.calendar_duration import CalendarDuration
from deskterm.sla.target_kinds.end_of_day import WorkingDurationToEndOfDay
from deskterm.sla.target_kinds.next_period import NextPeriod
from deskterm.sla.target_kinds.next_working_day import NextWorkingDay
from deskterm.sla.target_kinds.no_target import NONE, NoTarget
from deskterm.sla.target_kinds.objective import MeanObjective
from deskterm.sla.target_kinds.scheduled_period import ScheduledPeriod
from deskterm.sla.target_kinds.set_by_role import SetByRole
from deskterm.sla.target_kinds.target import Target
from deskterm.sla.target_kinds.working_dates import WorkingDates
from deskterm.sla.target_kinds.working_duration import WorkingDuration

__all__ = ["KINDS", "NONE", "Target", "parse_target"]

KINDS: tuple[type[Target], ...] = (
    WorkingDuration,
    WorkingDates,  # before the end of day, whose form is open: it would take `2 working dates` for a duration
    WorkingDurationToEndOfDay,
    NextWorkingDay,
    CalendarDuration,
    NextPeriod,
    ScheduledPeriod,
    SetByRole,
    MeanObjective,
    NoTarget,
)
"""All kinds of target, in the order in which a text is tried and the manual lists them."""


def parse_target(text: str, day_length: int) -> Target:
    """Return the target that a text of the procedure file stands for. day_length: seconds of `1d`.

    Raises ValueError, in one sentence, for a text that is no target.
    """
    words = " ".join(text.strip().lower().split())
    for kind in KINDS:
        target = kind.parse(words, day_length)
        if target is not None:
            return target
    return WorkingDuration(words, parse_duration(words, day_length))  # raises, and says how a duration is written

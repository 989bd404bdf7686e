"""Working time: calendars, targets and clocks. Pure: no input or output, and nobody asks what time it is.

Inside, an instant is a whole number of seconds since 1970-01-01 UTC; at the edges it is an aware datetime.
"""

from deskterm.sla.calendar import Calendar, Span
from deskterm.sla.clock import Clock, Mark, fold
from deskterm.sla.durations import parse_duration
from deskterm.sla.targets import Target
from deskterm.sla.terms import Metric, Policy, Terms

__all__ = ["Calendar", "Clock", "Mark", "Metric", "Policy", "Span", "Target", "Terms", "fold", "parse_duration"]

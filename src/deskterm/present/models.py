"""What panes are given: values with safe text only. Instants are epoch seconds, lengths open seconds."""

from __future__ import annotations

from typing import Literal, NamedTuple

from deskterm.present.sanitize import Safe
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import remaining_seconds

Voice = Literal["requester", "agent", "internal", "system", "history"]
"""Whose a timeline entry is."""

Urgency = Literal["breached", "soon", "fine", "paused", "none", "done"]

GLYPHS: dict[Urgency, str] = {"breached": "✖", "soon": "▲", "fine": "●", "paused": "‖", "none": "·", "done": "✓"}
MEANINGS: dict[Urgency, str] = {
    "breached": "a target was missed",
    "soon": "due within the hour",
    "fine": "in time",
    "paused": "its clocks rest",
    "none": "no clock runs",
    "done": "solved or closed",
}

SOON = 3600
"""Open seconds: what has less left is due soon, and counts its seconds."""


class QueueLine(NamedTuple):
    """A ticket in a list. status, category: keys, for rules; the rest is for reading. step: its severity, or its
    priority where there is no severity. due: None without a running clock; calendar: what that clock is counted
    in; paused: a clock is paused. since, overrun: of that clock, as `seconds_left` takes them."""

    number: int
    subject: Safe
    status: str
    status_label: Safe
    category: str
    type: str
    type_label: Safe
    importance: Safe
    requester: Safe
    organisation: Safe
    assignee: Safe
    team: Safe
    due: int | None
    metric: Safe
    calendar: Calendar | None
    paused: bool
    breached: bool
    received: int
    updated: int
    since: int = 0
    overrun: int = 0
    department: Safe = Safe("")
    fields: tuple[Safe, ...] = ()
    """The values of the declared fields of the queue (`procedure.ticket_fields.QUEUE_FIELDS`), in their order."""

    def seconds_left(self, now: int) -> int | None:
        """Open seconds left; below nothing when the due instant has passed; None without a running clock."""
        return seconds_left(self.due, self.calendar, now, self.since, self.overrun)

    def urgency(self, now: int) -> Urgency:
        if self.category in ("solved", "closed"):
            return "breached" if self.breached else "done"
        if self.breached or (self.due is not None and self.due < now):
            return "breached"
        remaining = self.seconds_left(now)
        if remaining is None:
            return "paused" if self.paused else "none"
        return "soon" if remaining < SOON else "fine"


def seconds_left(due: int | None, calendar: Calendar | None, now: int, since: int = 0, overrun: int = 0) -> int | None:
    """Open seconds from now to a due instant, wall seconds where no calendar is known; None without one. since: the
    clock's last change of state; overrun: what counted after the due instant until then, pauses left out."""
    if due is None:
        return None
    return remaining_seconds(due, calendar, now, since, overrun)


def next_opening(calendar: Calendar | None, now: int) -> int | None:
    """When working time goes on, if it rests now."""
    if calendar is None:
        return None
    try:
        opens = calendar.add_seconds(now, 1) - 1
    except ValueError:  # it never opens again
        return None
    return opens if opens > now else None


class TimelineEntry(NamedTuple):
    """A message or a happening. voice: whose it is. words: several lines; detail: how it came."""

    seq: int
    at: int
    voice: Voice
    author: Safe
    detail: Safe
    text: Safe


class TicketClock(NamedTuple):
    """A cycle of a metric. calendar: the policy's; counted_in: what is left is counted in, None for the clock on the
    wall."""

    metric: str
    label: Safe
    cycle: int
    state: str
    started: int
    target: Safe
    target_seconds: int | None
    due: int | None
    stopped: int | None
    consumed: int
    since: int
    breached_at: int | None
    cause: str | None
    policy: Safe
    calendar_key: Safe
    calendar: Calendar | None
    counted_in: Calendar | None
    overrun: int = 0

    def seconds_left(self, at: int) -> int | None:
        """What is left of it at an instant up to which it has gone on as it is; None without a due instant."""
        return seconds_left(self.due, self.counted_in, at, self.since, self.overrun)


class TicketView(NamedTuple):
    """A ticket, opened. facts: what there is to know beside the line, as label and value; standing: what is to be
    minded about it, likewise; version: what a person who writes has seen."""

    line: QueueLine
    version: int
    facts: tuple[tuple[str, Safe], ...]
    tags: tuple[Safe, ...]
    clocks: tuple[TicketClock, ...]
    timeline: tuple[TimelineEntry, ...]
    circumstances: tuple[tuple[str, Safe], ...] = ()

    @property
    def number(self) -> int:
        return self.line.number


class Choice(NamedTuple):
    """Something to choose: its key, what it is called, and what it means."""

    key: str
    label: Safe
    definition: Safe = Safe("")
    short: Safe = Safe("")


class Person(NamedTuple):
    """Somebody who works here."""

    login: str
    name: Safe
    role: str
    team: str | None
    active: bool = True


class ViewLine(NamedTuple):
    """A view in the side bar; total is None for what is not counted."""

    key: str
    label: Safe
    total: int | None = None


class DeskView(NamedTuple):
    """The desk, as the console finds it."""

    name: Safe
    simulated: bool
    timezone: str
    agent: Person
    people: tuple[Person, ...] = ()

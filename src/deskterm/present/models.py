"""View models: values for panes and tables, with safe text only. Instants are epoch seconds, lengths open seconds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from deskterm.present.sanitize import Safe
from deskterm.present.time_bases import TimeBase
from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import remaining_seconds

if TYPE_CHECKING:
    from deskterm.store.personal.saved_views import SavedView

Voice = Literal["requester", "agent", "internal", "system", "history"]
"""The origin of a timeline entry."""

Urgency = Literal["breached", "soon", "fine", "paused", "none", "done"]

GLYPHS: dict[Urgency, str] = {"breached": "✖", "soon": "▲", "fine": "●", "paused": "‖", "none": "·", "done": "✓"}
MEANINGS: dict[Urgency, str] = {
    "breached": "a target was missed",
    "soon": "due within the hour",
    "fine": "in time",
    "paused": "SLA paused",
    "none": "no clock runs",
    "done": "solved or closed",
}

SOON = 3600
"""Open seconds: a ticket with less time left is due soon, and its countdown shows seconds."""


class QueueLine(NamedTuple):
    """A ticket in a list. status, category, type: keys, the other texts are labels; importance: the short label of its
    severity, or of its priority where it has none; status_short: the status for narrow columns; base: what its time
    left is counted in, where that has to be said; due: the next due time, None without a running clock; metric,
    calendar, since, overrun: of the clock that is due then, as `seconds_left` takes them; paused: a clock is paused."""

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
    status_short: Safe = Safe("")
    base: TimeBase = ""
    fields: tuple[Safe, ...] = ()
    """The values of the declared fields of the queue (`procedure.ticket_fields.QUEUE_FIELDS`), in their order."""

    def seconds_left(self, now: int) -> int | None:
        """Return the open seconds left, negative when the due time has passed; None without a running clock."""
        return seconds_left(self.due, self.calendar, now, self.since, self.overrun)

    def urgency(self, now: int, remaining: int | None = None) -> Urgency:
        """Return the urgency of the ticket: that of its next due time, unless it is solved or a target was missed.
        remaining: the open seconds left then, if they are known already."""
        if self.category in ("solved", "closed"):
            return "breached" if self.breached else "done"
        if self.breached or (self.due is not None and self.due < now):
            return "breached"
        if remaining is None:
            remaining = self.seconds_left(now)
        if remaining is None:
            return "paused" if self.paused else "none"
        return "soon" if remaining < SOON else "fine"


def seconds_left(due: int | None, calendar: Calendar | None, now: int, since: int = 0, overrun: int = 0) -> int | None:
    """Return the open seconds from now to a due time, wall seconds without a calendar; None without a due time.

    since: the clock's last change of state; overrun: the seconds that counted after the due time until then, pauses
    left out.
    """
    if due is None:
        return None
    return remaining_seconds(due, calendar, now, since, overrun)


def next_opening(calendar: Calendar | None, now: int) -> int | None:
    """Return the instant at which working time goes on; None while it runs, or when it never does again."""
    if calendar is None:
        return None
    opening = calendar.next_opening(now)
    return opening if opening is not None and opening > now else None


Folding = Literal["", "automatic letter", "taken back"]
"""The reason why an entry is folded to one line in the thread; empty for an entry that is shown whole."""


class Delivery(NamedTuple):
    """The outcome of the letter that a message is. state: in a word or two; at: the instant at which it left, or is
    tried again, None for neither; reason: the one for which it did not arrive, or did not leave to somebody."""

    state: Safe
    at: int | None = None
    reason: Safe = Safe("")


class TimelineEntry(NamedTuple):
    """A message or a change of the ticket. voice: its kind of author; text: may have several lines; detail: the channel
    and other facts of a message; parts: written and quoted parts of a text that quotes, in order; files: those of the
    message, with their sizes; delivery: of its letter, None where it is none (M-47)."""

    seq: int
    at: int
    voice: Voice
    author: Safe
    detail: Safe
    text: Safe
    folding: Folding = ""
    parts: tuple[tuple[bool, str], ...] = ()
    files: tuple[Safe, ...] = ()
    delivery: Delivery | None = None


class TicketClock(NamedTuple):
    """A cycle of a metric. calendar: the one that its time left is counted in, None for wall time; consumed: open
    seconds used; since: the last change of its state; overrun: as `seconds_left` takes it; base: as of `QueueLine`."""

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
    calendar: Calendar | None
    overrun: int = 0
    base: TimeBase = ""

    def seconds_left(self, at: int) -> int | None:
        """Return the time left at an instant until which its state has not changed; None without a due time."""
        return seconds_left(self.due, self.calendar, at, self.since, self.overrun)


TabKey = Literal["thread", "history", "client", "files", "links", "work"]

TABS: dict[TabKey, str] = {
    "thread": "Thread",
    "history": "History",
    "client": "Client",
    "files": "Files",
    "links": "Links",
    "work": "Work",
}
"""The tabs of a ticket, in their order, with their names (C-13)."""


class TabLine(NamedTuple):
    """A line of a tab beside the thread. number: the ticket that it is about, which can be opened from it; file: the
    number in the list of the file that it is about, from 1."""

    text: Safe
    style: Literal["head", "plain", "faint"] = "plain"
    number: int | None = None
    file: int | None = None


class TicketView(NamedTuple):
    """A ticket as it is opened. version: the one that this view shows; facts: its fields, as label and value;
    circumstances: anything else that an agent has to know before acting, likewise; counts: tab → number of things in
    it; tab: the one whose lines are in `page`; participants: the names of those on CC."""

    line: QueueLine
    version: int
    facts: tuple[tuple[str, Safe], ...]
    tags: tuple[Safe, ...]
    clocks: tuple[TicketClock, ...]
    timeline: tuple[TimelineEntry, ...]
    circumstances: tuple[tuple[str, Safe], ...] = ()
    counts: Mapping[TabKey, int] = MappingProxyType({})
    tab: TabKey = "thread"
    page: tuple[TabLine, ...] = ()
    participants: tuple[Safe, ...] = ()

    @property
    def number(self) -> int:
        """The ticket's number."""
        return self.line.number


class Choice(NamedTuple):
    """One of several things to choose from. short: the label for narrow places."""

    key: str
    label: Safe
    definition: Safe = Safe("")
    short: Safe = Safe("")


class Person(NamedTuple):
    """Somebody who works at the desk. active: false also for a user who is no agent of it."""

    login: str
    name: Safe
    role: str
    team: str | None
    active: bool = True


class ViewLine(NamedTuple):
    """A view in the side bar; total is None when its tickets are not counted. saved: its definition, if an agent made
    it."""

    key: str
    label: Safe
    total: int | None = None
    saved: SavedView | None = None


class DeskView(NamedTuple):
    """The desk with its people. agent: the one at the console."""

    name: Safe
    agent: Person
    people: tuple[Person, ...] = ()

"""The SLA pane: every clock of a ticket with its time left, its due time, and why it does not run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo

from textual.content import Content

from deskterm.present import formats
from deskterm.present.models import GLYPHS, SOON, TicketClock, TicketView, Urgency, next_opening
from deskterm.tui.panes.colours import BOLD, FAINT, bar_style, urgency_style
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import ShortList

BAR = 8
"""Cells of the bar that shows how much of the time is used."""


class Clocks(ShortList):
    """Two lines a clock: the live ones first, then the newest of those that stopped."""

    row_height = 2

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self._zone: tzinfo = UTC
        self._ticket: TicketView | None = None
        self._clocks: list[TicketClock] = []
        self._painted: list[str] = []
        """The texts that tick, as they stand on the screen."""

    def __len__(self) -> int:
        return len(self._clocks)

    def empty_text(self) -> str:
        return "No clock runs for this ticket." if self._ticket else ""

    def show(self, ticket: TicketView | None, now: int, zone: tzinfo) -> None:
        """Show the clocks of a ticket; the chosen row stays chosen while it is the same ticket."""
        self._now, self._zone = now, zone
        if ticket is None or self._ticket is None or ticket.number != self._ticket.number:
            self.index = 0
        self._ticket = ticket
        clocks = list(ticket.clocks) if ticket else []
        live = sorted(
            (c for c in clocks if c.state in ("running", "paused")), key=lambda c: (c.due is None, c.due or 0)
        )
        stopped = [clock for clock in clocks if clock.state not in ("running", "paused")]
        self._clocks = live + sorted(stopped, key=lambda clock: -(clock.stopped or 0))
        self._painted = []
        self.refresh(layout=True)

    def tick(self, now: int) -> None:
        """Count down; repaint only when a text has changed."""
        self._now = now
        texts = [self._time_text(clock) if clock.state == "running" else "" for clock in self._clocks]
        before, self._painted = self._painted, texts
        self.repaint_rows(index for index, text in enumerate(texts) if index >= len(before) or text != before[index])

    @property
    def clocks(self) -> Sequence[TicketClock]:
        """The clocks in the order of the pane."""
        return self._clocks

    @property
    def chosen(self) -> TicketClock | None:
        """The clock in the chosen row."""
        return self._clocks[self.index] if self.index < len(self._clocks) else None

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        clock = self._clocks[index]
        urgency = clock_urgency(clock, self._now)
        time_text = self._time_text(clock)
        sign = "▸" if chosen and self.has_focus else " "
        name = clock.label if clock.cycle == 1 else f"{clock.label} {clock.cycle}"
        first = Content.assemble(
            sign,
            (GLYPHS[urgency], urgency_style(urgency)),
            " ",
            (fit(name, max(width - len(time_text) - 4, 1)) + " ", BOLD),
            (time_text, urgency_style(urgency)),
        )
        return [first, Content.assemble("   ", *self._detail(clock, urgency, width - 3))]

    def _time_text(self, clock: TicketClock) -> str:
        """Format the time left of a running clock, else its state."""
        remaining = clock.seconds_left(self._now)
        if clock.state == "running":
            return formats.format_time_left(remaining, clock.base) if remaining is not None else "no due time yet"
        if clock.stopped is not None:
            return f"{clock.state} {formats.format_message_time(clock.stopped, self._now, self._zone)}"
        return clock.state

    def _detail(self, clock: TicketClock, urgency: Urgency, width: int) -> list[tuple[str, str]]:
        if clock.state == "cancelled":
            return [("cancelled", FAINT)]
        if clock.stopped is not None:
            return [(fit(_margin(clock), width), FAINT)]
        if clock.state == "paused":
            used = f"{formats.format_length(clock.consumed)} of {clock.target} used"
            return [
                (fit(f"{used}, since {formats.format_message_time(clock.since, self._now, self._zone)}", width), FAINT)
            ]
        if clock.due is None:
            return [(fit(clock.target, width), FAINT)]
        text = f" due {formats.format_instant(clock.due, self._now, self._zone)}"
        opening = next_opening(clock.calendar, self._now)
        if opening is not None and clock.due >= self._now:
            text = f" resumes {formats.format_instant(opening, self._now, self._zone)} (out of hours)"
        return [(usage_bar(clock, self._now), bar_style(urgency)), (fit(text, max(width - BAR - 2, 1)), FAINT)]


def clock_urgency(clock: TicketClock, now: int) -> Urgency:
    """Return the urgency of one clock, whatever the ticket's other clocks do."""
    if clock.state == "late" or clock.breached_at is not None:
        return "breached"
    if clock.state in ("met", "cancelled"):
        return "done"
    if clock.state == "paused":
        return "paused"
    remaining = clock.seconds_left(now)
    if remaining is None:
        return "none"
    # Past its due time, though the miss has not been noted yet
    if clock.due is not None and clock.due < now:
        return "breached"
    return "soon" if remaining < SOON else "fine"


def usage_bar(clock: TicketClock, now: int) -> str:
    """Draw the share of the time that is used, in blocks."""
    remaining = clock.seconds_left(now)
    whole = clock.target_seconds
    if whole is None and clock.due is not None:  # a target without a length, like a date: the time on the wall counts
        remaining, whole = clock.due - now, clock.due - clock.started
    share = 1.0 if not whole or remaining is None else min(max(1 - remaining / whole, 0.0), 1.0)
    full = int(share * BAR)
    return f"▕{'█' * full}{'░' * (BAR - full)}▏"


def _margin(clock: TicketClock) -> str:
    """Format by how much a target was met or missed."""
    margin = clock.seconds_left(clock.stopped) if clock.stopped is not None else None
    if margin is None:
        return f"target {clock.target}"
    if margin < 0:
        return f"{formats.format_length(margin)} late, target {clock.target}"
    return f"{formats.format_length(margin)} early, target {clock.target}"

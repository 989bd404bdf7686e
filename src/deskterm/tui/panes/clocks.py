"""The SLA pane: every clock of a ticket, what it has left, when it is due, and why it rests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo

from textual.content import Content

from deskterm.present import formats
from deskterm.present.models import GLYPHS, SOON, ClockCard, TicketView, Urgency, resumes
from deskterm.tui.panes.colours import FAINT, STRONG, URGENCY
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.short_list import Rows

BAR = 8


class Clocks(Rows):
    """Two lines a clock: the live ones first, then the newest of those that stopped."""

    lines_each = 2

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._now = now
        self._zone: tzinfo = UTC
        self._card: TicketView | None = None
        self._clocks: list[ClockCard] = []
        self._said: list[str] = []

    def __len__(self) -> int:
        return len(self._clocks)

    def nothing(self) -> str:
        return "No clock runs for this ticket." if self._card else ""

    def show(self, card: TicketView | None, now: int, zone: tzinfo) -> None:
        self._now, self._zone = now, zone
        if card is None or self._card is None or card.number != self._card.number:
            self.index = 0
        self._card = card
        found = list(card.clocks) if card else []
        live = sorted((c for c in found if c.state in ("running", "paused")), key=lambda c: (c.due is None, c.due or 0))
        stopped = [clock for clock in found if clock.state not in ("running", "paused")]
        self._clocks = live + sorted(stopped, key=lambda clock: -(clock.stopped or 0))
        self._said = []
        self.refresh(layout=True)

    def tick(self, now: int) -> None:
        self._now = now
        said = [self._told(clock) for clock in self._clocks if clock.state == "running"]
        if said != self._said:
            self._said = said
            self.refresh()

    @property
    def clocks(self) -> Sequence[ClockCard]:
        """As they stand in the pane."""
        return self._clocks

    @property
    def chosen(self) -> ClockCard | None:
        """The clock in the chosen row."""
        return self._clocks[self.index] if self.index < len(self._clocks) else None

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return max(len(self._clocks) * self.lines_each, 1)

    def row(self, index: int, width: int, chosen: bool) -> list[Content]:
        clock = self._clocks[index]
        mood = urgency(clock, self._now)
        told = self._told(clock)
        sign = "▸" if chosen and self.has_focus else " "
        name = clock.label if clock.cycle == 1 else f"{clock.label} {clock.cycle}"
        first = Content.assemble(
            (f"{sign}{GLYPHS[mood]} ", URGENCY[mood]),
            (fit(name, max(width - len(told) - 4, 1)) + " ", STRONG),
            (told, URGENCY[mood]),
        )
        return [first, Content.assemble("   ", *self._detail(clock, mood, width - 3))]

    def _told(self, clock: ClockCard) -> str:
        remaining = clock.left(self._now)
        if clock.state == "running":
            return formats.countdown(remaining) if remaining is not None else "no due time yet"
        if clock.stopped is not None:
            return f"{clock.state} {formats.stamp(clock.stopped, self._now, self._zone)}"
        return clock.state

    def _detail(self, clock: ClockCard, mood: Urgency, width: int) -> list[tuple[str, str]]:
        if clock.state == "cancelled":
            return [("cancelled", FAINT)]
        if clock.stopped is not None:
            return [(fit(_margin(clock), width), FAINT)]
        if clock.state == "paused":
            used = f"{formats.length(clock.consumed)} of {clock.target} used"
            return [(fit(f"{used}, since {formats.stamp(clock.since, self._now, self._zone)}", width), FAINT)]
        if clock.due is None:
            return [(fit(clock.target, width), FAINT)]
        said = f" due {formats.instant(clock.due, self._now, self._zone)}"
        opens = resumes(clock.counted_in, self._now)
        if opens is not None and clock.due >= self._now:
            said = f" rests, resumes {formats.instant(opens, self._now, self._zone)}"
        return [(bar(clock, self._now), URGENCY[mood]), (fit(said, max(width - BAR - 2, 1)), FAINT)]


def urgency(clock: ClockCard, now: int) -> Urgency:
    """How a clock stands: with its own glyph and word, whatever the ticket's other clocks do."""
    if clock.state == "late" or clock.breached_at is not None:
        return "breached"
    if clock.state in ("met", "cancelled"):
        return "done"
    if clock.state == "paused":
        return "paused"
    remaining = clock.left(now)
    if remaining is None:
        return "none"
    if clock.due is not None and clock.due < now:
        return "breached"
    return "soon" if remaining < SOON else "fine"


def bar(clock: ClockCard, now: int) -> str:
    """How much of the time is used, in blocks."""
    remaining = clock.left(now)
    whole = clock.target_seconds
    if whole is None and clock.due is not None:
        remaining, whole = clock.due - now, clock.due - clock.started
    share = 1.0 if not whole or remaining is None else min(max(1 - remaining / whole, 0.0), 1.0)
    full = int(share * BAR)
    return f"▕{'█' * full}{'░' * (BAR - full)}▏"


def _margin(clock: ClockCard) -> str:
    """By how much a target was met or missed."""
    margin = clock.left(clock.stopped) if clock.stopped is not None else None
    if margin is None:
        return f"target {clock.target}"
    if margin < 0:
        return f"{formats.length(margin)} late, target {clock.target}"
    return f"{formats.length(margin)} early, target {clock.target}"

"""The ticket pane: what is known of a ticket, above its conversation."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from deskterm.tui import words
from deskterm.tui.panes.clocks import urgency
from deskterm.tui.panes.colours import FAINT, STRONG, URGENCY
from deskterm.tui.panes.conversation import Conversation
from deskterm.tui.shown import GLYPHS, Card, ClockCard, left

UNBROKEN = "\N{NO-BREAK SPACE}"

_PLAIN = ("Status", "Severity", "Priority", "Requester", "Organisation", "Assignee")
"""Facts that say themselves; the others stand with their label."""


class Ticket(Vertical):
    """Facts, tags, the most pressing clock where the SLA pane is not in sight, and the conversation."""

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._now = now
        self._zone = ZoneInfo("UTC")
        self._said = ""
        self.card: Card | None = None
        self.with_clock = False

    def compose(self) -> ComposeResult:
        yield Static(id="facts", markup=False)
        yield Static(id="pressing", markup=False)
        yield Conversation(self._now, id="conversation")

    @property
    def conversation(self) -> Conversation:
        return self.query_one(Conversation)

    def show(self, card: Card | None, now: int, zone: ZoneInfo) -> None:
        self.card, self._now, self._zone = card, now, zone
        self.query_one("#facts", Static).update(_facts(card) if card else Content(""))
        self.conversation.show(card, now, zone)
        self._said = ""
        self.tick(now)

    def tick(self, now: int) -> None:
        self._now = now
        clock = _pressing(self.card) if self.card is not None and self.with_clock else None
        pressing = self.query_one("#pressing", Static)
        pressing.display = clock is not None
        if clock is not None:
            said = _clock_line(clock, now, self._zone)
            if said.plain != self._said:
                self._said = said.plain
                pressing.update(said)


def _facts(card: Card) -> Content:
    parts: list[tuple[str, str] | str] = []
    for name, fact in card.facts:
        value = fact.replace(" ", UNBROKEN)
        if parts:
            parts.append((" · ", FAINT))
        if name in _PLAIN:
            parts.append((value, STRONG) if name in ("Status", "Severity", "Priority") else value)
        else:
            parts += [(f"{name}{UNBROKEN}", FAINT), value]
    for tag in card.tags:
        parts += [" ", (f"#{tag}", "$text-accent")]
    return Content.assemble(*parts)


def _pressing(card: Card) -> ClockCard | None:
    live = [clock for clock in card.clocks if clock.state == "running" and clock.due is not None]
    resting = [clock for clock in card.clocks if clock.state == "paused"]
    return min(live, key=lambda clock: clock.due or 0, default=resting[0] if resting else None)


def _clock_line(clock: ClockCard, now: int, zone: ZoneInfo) -> Content:
    mood = urgency(clock, now)
    remaining = left(clock.due, clock.calendar, now)
    if remaining is None or clock.due is None:
        return Content.assemble((f"{GLYPHS[mood]} {clock.label} {clock.state}", URGENCY[mood]))
    return Content.assemble(
        (f"{GLYPHS[mood]} {clock.label} {words.countdown(remaining)}", URGENCY[mood]),
        (f"  due {words.instant(clock.due, now, zone)}", FAINT),
    )

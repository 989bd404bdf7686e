"""The ticket pane: what is known of a ticket, above its conversation."""

from __future__ import annotations

from datetime import UTC, tzinfo

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from deskterm.present import formats
from deskterm.present.models import GLYPHS, ClockCard, TicketView
from deskterm.tui.panes.clocks import urgency
from deskterm.tui.panes.colours import FAINT, STRONG, URGENCY
from deskterm.tui.panes.conversation import Conversation

_PLAIN = ("Status", "Severity", "Priority", "Requester", "Organisation", "Assignee")
"""Facts that say themselves; the others stand with their label."""


class Facts(Widget):
    """Facts side by side, none of them broken over two lines where it fits in one."""

    def __init__(self) -> None:
        super().__init__(id="facts")
        self._facts: list[Content] = []

    def show(self, card: TicketView | None) -> None:
        self._facts = [_fact(name, value) for name, value in (*card.facts, *card.standing)] if card else []
        if card is not None:
            self._facts += [Content.styled(f"#{tag}", "$text-accent") for tag in card.tags]
        self.refresh(layout=True)

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return max(len(self._lines(width)), 1)

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for fact in self._facts:
            if lines and lines[-1].cell_length + fact.cell_length + 3 <= width:
                lines[-1] = Content.assemble(lines[-1], (" · ", FAINT), fact)
            else:
                lines.append(fact)
        return lines


class Ticket(Vertical):
    """Facts, tags, the most pressing clock where the SLA pane is not in sight, and the conversation."""

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._now = now
        self._zone: tzinfo = UTC
        self._said = ""
        self.card: TicketView | None = None
        self.with_clock = False

    def compose(self) -> ComposeResult:
        yield Facts()
        yield Static(id="pressing", markup=False)
        yield Conversation(self._now, id="conversation")

    @property
    def conversation(self) -> Conversation:
        return self.query_one(Conversation)

    def show(self, card: TicketView | None, now: int, zone: tzinfo) -> None:
        self.card, self._now, self._zone = card, now, zone
        self.query_one(Facts).show(card)
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


def _fact(name: str, value: str) -> Content:
    if name in ("Status", "Severity", "Priority"):
        return Content.styled(value, STRONG)
    return Content(value) if name in _PLAIN else Content.assemble((f"{name} ", FAINT), value)


def _pressing(card: TicketView) -> ClockCard | None:
    live = [clock for clock in card.clocks if clock.state == "running" and clock.due is not None]
    resting = [clock for clock in card.clocks if clock.state == "paused"]
    return min(live, key=lambda clock: clock.due or 0, default=resting[0] if resting else None)


def _clock_line(clock: ClockCard, now: int, zone: tzinfo) -> Content:
    mood = urgency(clock, now)
    remaining = clock.left(now)
    if remaining is None or clock.due is None:
        return Content.assemble((f"{GLYPHS[mood]} {clock.label} {clock.state}", URGENCY[mood]))
    return Content.assemble(
        (f"{GLYPHS[mood]} {clock.label} {formats.countdown(remaining)}", URGENCY[mood]),
        (f"  due {formats.instant(clock.due, now, zone)}", FAINT),
    )

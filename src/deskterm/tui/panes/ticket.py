"""The ticket pane: the facts of a ticket above its tabs."""

from __future__ import annotations

from datetime import UTC, tzinfo

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from deskterm.present import formats
from deskterm.present.models import GLYPHS, TabKey, TicketClock, TicketView
from deskterm.tui.panes.bars.tab_bar import TabBar
from deskterm.tui.panes.clocks import clock_urgency
from deskterm.tui.panes.colours import BOLD, FAINT, urgency_style
from deskterm.tui.panes.conversation import Conversation

_PLAIN = ("Status", "Severity", "Priority", "Requester", "Organisation", "Assignee")
"""Facts whose values are clear without a label; the others are shown with theirs."""


class Facts(Widget):
    """Facts side by side; none is broken over two lines where it fits in one."""

    def __init__(self) -> None:
        super().__init__(id="facts")
        self._facts: list[Content] = []

    def show(self, ticket: TicketView | None) -> None:
        """Show the facts and tags of a ticket."""
        self._facts = [_render_fact(*fact) for fact in (*ticket.facts, *ticket.circumstances)] if ticket else []
        if ticket is not None:
            self._facts += [Content.styled(f"#{tag}", "$text-accent") for tag in ticket.tags]
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
    """Facts, tags, the most pressing clock where the SLA pane is out of sight, and the conversation. with_clock:
    whether that pane is out of sight."""

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._now = now
        self._zone: tzinfo = UTC
        self._painted = ""
        self.ticket: TicketView | None = None
        self.with_clock = False

    def compose(self) -> ComposeResult:
        yield Facts()
        yield Static(id="pressing", markup=False)
        yield TabBar()
        yield Conversation(self._now, id="conversation")

    @property
    def conversation(self) -> Conversation:
        """The pane with the messages."""
        return self.query_one(Conversation)

    def show(self, ticket: TicketView | None, now: int, zone: tzinfo) -> None:
        """Show a ticket; None empties the pane."""
        self.ticket, self._now, self._zone = ticket, now, zone
        self.query_one(Facts).show(ticket)
        self.show_tab(ticket.tab if ticket is not None else "thread")
        self.conversation.show(ticket, now, zone)
        self._painted = ""
        self.tick(now)

    def show_tab(self, tab: TabKey) -> None:
        """Show which tab is open, even before its contents have been read."""
        self.query_one(TabBar).show(tab, self.ticket)

    def tick(self, now: int) -> None:
        """Count the most pressing clock down."""
        self._now = now
        clock = _most_pressing(self.ticket) if self.ticket is not None and self.with_clock else None
        pressing = self.query_one("#pressing", Static)
        pressing.display = clock is not None
        if clock is not None:
            line = _render_clock(clock, now, self._zone)
            if line.plain != self._painted:
                self._painted = line.plain
                pressing.update(line)


def _render_fact(name: str, value: str) -> Content:
    if name in ("Status", "Severity", "Priority"):
        return Content.styled(value, BOLD)
    return Content(value) if name in _PLAIN else Content.assemble((f"{name} ", FAINT), value)


def _most_pressing(ticket: TicketView) -> TicketClock | None:
    """Return the running clock that is due first, else one that is paused."""
    live = [clock for clock in ticket.clocks if clock.state == "running" and clock.due is not None]
    resting = [clock for clock in ticket.clocks if clock.state == "paused"]
    return min(live, key=lambda clock: clock.due or 0, default=resting[0] if resting else None)


def _render_clock(clock: TicketClock, now: int, zone: tzinfo) -> Content:
    urgency = clock_urgency(clock, now)
    remaining = clock.seconds_left(now)
    if remaining is None or clock.due is None:
        return Content.assemble((f"{GLYPHS[urgency]} {clock.label} {clock.state}", urgency_style(urgency)))
    return Content.assemble(
        (f"{GLYPHS[urgency]} {clock.label} {formats.format_time_left(remaining, clock.base)}", urgency_style(urgency)),
        (f"  due {formats.format_instant(clock.due, now, zone)}", FAINT),
    )

"""The conversation of a ticket: its messages, and the changes between them."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from deskterm.present import formats
from deskterm.present.models import TicketView, TimelineEntry
from deskterm.tui.panes.columns import fit

LONGEST = 100_000
"""Characters of one message that are shown at most."""

# a voice is told apart by its sign, its bar and its word too, not by its colour alone
_SIGNS = {"requester": "▶", "agent": "◀", "internal": "◆", "system": "⚙", "history": "·"}
_BARS = {"requester": "┃ ", "agent": "│ ", "internal": "┊ ", "system": "  ", "history": "  "}
_WORDS = {"requester": "requester", "agent": "agent", "internal": "internal note", "system": "system", "history": ""}


class _Line(NamedTuple):
    """A line of the pane: a sign or bar in the voice's colour, and its text. head: it names the author."""

    sign: str
    text: str
    voice: str
    head: bool


# inherit_bindings: keys that Textual gives to scrolling views would come before those of the table of commands
class Conversation(ScrollView, can_focus=True, inherit_bindings=False):
    """Timeline entries, the newest at the end, wrapped to the width."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "conversation--requester",
        "conversation--agent",
        "conversation--internal",
        "conversation--system",
        "conversation--history",
    }

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._now = now
        self._zone: tzinfo = UTC
        self._ticket: TicketView | None = None
        self._lines: list[_Line] = []
        self._wrapped_to = 0
        self._at_end = True

    def show(self, ticket: TicketView | None, now: int, zone: tzinfo) -> None:
        """Show a ticket: another one from its newest message, the same one where the agent reads, or at its end."""
        before = self._ticket
        same = ticket is not None and before is not None and ticket.number == before.number
        if same and ticket is not None and before is not None and ticket.timeline == before.timeline:
            self._ticket = ticket  # nothing to wrap again: most reads follow a change elsewhere
            return
        self._at_end = self._at_end or not same
        self._ticket, self._now, self._zone = ticket, now, zone
        self._wrap()
        self._follow()
        self.refresh()

    def move(self, by: int) -> None:
        self._scroll(self.scroll_offset.y + by)

    def page(self, by: float) -> None:
        self.move(int(by * max(self.size.height - 1, 1)))

    def edge(self, last: bool) -> None:
        self._scroll(self.max_scroll_y if last else 0)

    def choose(self) -> None:
        """Do nothing: no line of a conversation can be opened."""

    @property
    def _text_width(self) -> int:
        """Cells beside the scroll bar. Its column is kept free while there is none too: Textual counts it as part of a
        scrolling view, paints the bar over it, and so over the last letters of full lines (C-13)."""
        return self.size.width - self.styles.scrollbar_size_vertical

    def render_line(self, y: int) -> Strip:
        width = self._text_width
        index = self.scroll_offset.y + y
        base = self.rich_style
        if index >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[index]
        voice_style = base + self.get_component_rich_style(f"conversation--{line.voice}", partial=True)
        text_style = voice_style if line.head or line.voice in ("history", "system") else base
        strip = Strip([Segment(line.sign, voice_style), Segment(fit(line.text, max(width - 2, 1)), text_style)])
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(index)) is not None:
            start, end = span
            # Textual's -1 stands for the end of the line
            end = width if end == -1 else end
            style = self.screen.get_component_rich_style("screen--selection")
            parts = strip.divide([start, end, strip.cell_length])
            strip = Strip.join([part.apply_style(style) if n == 1 else part for n, part in enumerate(parts)])
        # By the offsets Textual knows which text the mouse selects
        return strip.adjust_cell_length(width, base).apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract("\n".join(line.sign + line.text for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        at_end = self._at_end  # wrapping changes the virtual size, and that the scroll offset
        if self._wrapped_to != self._text_width:
            self._wrap()
        self._at_end = at_end
        self.call_after_refresh(self._follow)

    def on_mouse_scroll_up(self) -> None:
        # Textual scrolls by itself here; the next read must not jump back to the end
        self._at_end = False

    def _scroll(self, to: float) -> None:
        self.scroll_to(y=to, animate=False, force=True)
        self._at_end = self.scroll_offset.y >= self.max_scroll_y

    def _follow(self) -> None:
        """Stay at the newest message unless the agent has scrolled away from it."""
        if self._at_end:
            self._scroll(self.max_scroll_y)

    def _wrap(self) -> None:
        width = self._wrapped_to = self._text_width
        self._lines = []
        if self._ticket is not None and width > 4:
            previous = ""
            for entry in self._ticket.timeline:
                # Changes in a row stand close together, so that the messages keep most of the room
                if self._lines and not (entry.voice == previous == "history"):
                    self._lines.append(_Line("  ", "", "history", False))
                self._lines += self._wrap_entry(entry, width - 2)
                previous = entry.voice
        self.virtual_size = Size(width, len(self._lines))

    def _wrap_entry(self, entry: TimelineEntry, width: int) -> list[_Line]:
        stamp = formats.format_message_time(entry.at, self._now, self._zone)
        if entry.voice == "history":
            wrapped = Content(f"{stamp}  {entry.author}: {entry.text}").wrap(width)
            return [_Line("· " if not n else "  ", line.plain, entry.voice, False) for n, line in enumerate(wrapped)]
        detail = f" · {entry.detail}" if entry.detail else ""
        head = f"{stamp}  {entry.author} ({_WORDS[entry.voice]}){detail}"
        body = entry.text[:LONGEST]
        if len(entry.text) > LONGEST:
            body += f"\n… {len(entry.text) - LONGEST:,} more characters: `deskterm ticket show` prints them all."
        bar = _BARS[entry.voice]
        lines = [
            _Line(bar if n else _SIGNS[entry.voice] + " ", line.plain, entry.voice, True)
            for n, line in enumerate(Content(head).wrap(width))
        ]
        return lines + [_Line(bar, line.plain, entry.voice, False) for line in Content(body).wrap(width)]

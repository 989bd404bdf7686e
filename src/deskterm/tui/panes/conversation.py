"""The conversation of a ticket: what was said by whom, and what happened in between."""

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
"""Characters of one message that are shown."""

_SIGNS = {"requester": "▶", "agent": "◀", "internal": "◆", "system": "⚙", "history": "·"}
_BARS = {"requester": "┃ ", "agent": "│ ", "internal": "┊ ", "system": "  ", "history": "  "}
_WORDS = {"requester": "requester", "agent": "agent", "internal": "internal note", "system": "system", "history": ""}


class _Told(NamedTuple):
    """A line: its sign or bar in the voice's colour, and its words."""

    sign: str
    text: str
    voice: str
    head: bool


class Conversation(ScrollView, can_focus=True, inherit_bindings=False):
    """Turns, the newest at the end, wrapped to the width."""

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
        self._card: TicketView | None = None
        self._lines: list[_Told] = []
        self._wrapped_to = 0
        self._at_end = True

    def show(self, card: TicketView | None, now: int, zone: tzinfo) -> None:
        """Another ticket is shown from its newest words; the same one stays where it is read, or at its end."""
        same = card is not None and self._card is not None and card.number == self._card.number
        if same and card is not None and self._card is not None and card.turns == self._card.turns:
            self._card = card
            return
        self._at_end = self._at_end or not same
        self._card, self._now, self._zone = card, now, zone
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
        """There is nothing to open in a conversation."""

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = self.scroll_offset.y + y
        base = self.rich_style
        if index >= len(self._lines):
            return Strip.blank(width, base)
        told = self._lines[index]
        voice = base + self.get_component_rich_style(f"conversation--{told.voice}", partial=True)
        words_style = voice if told.head or told.voice in ("history", "system") else base
        strip = Strip([Segment(told.sign, voice), Segment(fit(told.text, max(width - 2, 1)), words_style)])
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(index)) is not None:
            start, end = span
            end = width if end == -1 else end
            chosen = self.screen.get_component_rich_style("screen--selection")
            parts = strip.divide([start, end, strip.cell_length])
            strip = Strip.join([part.apply_style(chosen) if n == 1 else part for n, part in enumerate(parts)])
        return strip.adjust_cell_length(width, base).apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract("\n".join(line.sign + line.text for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        at_end = self._at_end
        if self._wrapped_to != self.size.width:
            self._wrap()
        self._at_end = at_end
        self.call_after_refresh(self._follow)

    def on_mouse_scroll_up(self) -> None:
        self._at_end = False

    def _scroll(self, to: float) -> None:
        self.scroll_to(y=to, animate=False, force=True)
        self._at_end = self.scroll_offset.y >= self.max_scroll_y

    def _follow(self) -> None:
        """Stay with the newest words unless one has scrolled away from them."""
        if self._at_end:
            self._scroll(self.max_scroll_y)

    def _wrap(self) -> None:
        width = self._wrapped_to = self.size.width
        self._lines = []
        if self._card is not None and width > 4:
            previous = ""
            for turn in self._card.turns:
                if self._lines and not (turn.voice == previous == "history"):
                    self._lines.append(_Told("  ", "", "history", False))
                self._lines += self._told(turn, width - 2)
                previous = turn.voice
        self.virtual_size = Size(width, len(self._lines))

    def _told(self, turn: TimelineEntry, width: int) -> list[_Told]:
        when = formats.stamp(turn.at, self._now, self._zone)
        if turn.voice == "history":
            said = Content(f"{when}  {turn.author}: {turn.words}").wrap(width)
            return [_Told("· " if not n else "  ", line.plain, turn.voice, False) for n, line in enumerate(said)]
        detail = f" · {turn.detail}" if turn.detail else ""
        head = f"{when}  {turn.author} ({_WORDS[turn.voice]}){detail}"
        body = turn.words[:LONGEST]
        if len(turn.words) > LONGEST:
            body += f"\n… {len(turn.words) - LONGEST:,} more characters: `deskterm ticket show` prints them all."
        lines = [_Told(_SIGNS[turn.voice] + " ", head, turn.voice, True)]
        bar = _BARS[turn.voice]
        return lines + [_Told(bar, line.plain, turn.voice, False) for line in Content(body).wrap(width)]

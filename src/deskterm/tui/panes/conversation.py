"""The open tab of a ticket: its thread of messages and changes, or another tab."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from deskterm.present.models import TabKey, TicketView
from deskterm.tui.panes.columns import fit
from deskterm.tui.panes.thread import FileSpot, Line, lay_out_tab, lay_out_thread
from deskterm.tui.panes.unread import Unread
from deskterm.tui.settings.looks import Looks
from deskterm.tui.terminal.hit_painter import HitPainter


# inherit_bindings: keys that Textual gives to scrolling views would come before those of the table of commands
class Conversation(ScrollView, can_focus=True, inherit_bindings=False):
    """The open tab of a ticket, wrapped to the width. The thread opens at the first entry that the agent has not read,
    or at its end when all are read. Spots are the places that enter opens: folds, tickets and files. The chosen spot is
    marked while the pane has the focus."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "conversation--requester",
        "conversation--agent",
        "conversation--internal",
        "conversation--system",
        "conversation--history",
        "conversation--new",
        "conversation--chosen",
        "conversation--hit",
        "conversation--hit-chosen",
    }

    class Opened(Message):
        """A ticket that a tab names was opened."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class FileOpened(Message):
        """A file of the ticket was opened. place: its number in the list."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, now: int, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._now = now
        self._zone: tzinfo = UTC
        self._ticket: TicketView | None = None
        self._lines: list[Line] = []
        self._spots: list[int] = []
        """The lines that have a spot."""
        self._wrapped_to = 0
        self._at_end = True
        self.unread = Unread()
        self._unfolded: set[str] = set()
        self._chosen: str | int | FileSpot | None = None
        """The spot that the agent chose; None for the first one in sight."""
        self._hits = HitPainter()
        self._hit: int | None = None
        """The line of the current hit."""
        self._offsets: dict[TabKey, float] = {}
        """Tab of the shown ticket → the line at which it was left."""

    def keep_looks(self, looks: Looks) -> None:
        """Use these read marks, and read them now."""
        self.unread.looks = looks
        looks.start(lambda: self.call_later(self._mark_first_new))

    def _mark_first_new(self) -> None:
        """Mark the first new entry of a ticket that was shown before the read marks were read."""
        ticket = self._ticket
        if ticket is None or not self.unread.find_first(ticket):
            return
        self._wrap()
        if not self.unread.was_entered:  # else the agent reads already
            self._open_tab(ticket)
        self.refresh()

    def show(self, ticket: TicketView | None, now: int, zone: tzinfo) -> None:
        """Show a ticket: another one from its first new entry; the same one at the present position, or at its end."""
        before = self._ticket
        same = ticket is not None and before is not None and ticket.number == before.number
        same_tab = same and ticket is not None and before is not None and ticket.tab == before.tab
        if (
            same_tab
            and ticket is not None
            and before is not None
            and (ticket.timeline, ticket.page) == (before.timeline, before.page)
        ):
            self._ticket = ticket  # nothing to wrap again: most reads follow a change elsewhere
            return
        if same and before is not None and not same_tab:
            self._offsets[before.tab] = self.scroll_offset.y
        if not same:
            self.unread.note_look(before)
            self.unread.was_entered = self.has_focus
            self._unfolded, self._offsets = set(), {}
        if not same_tab:
            self._chosen = self._hit = None
        self._ticket, self._now, self._zone = ticket, now, zone
        if not same and ticket is not None:
            self.unread.find_first(ticket)
        self._wrap()
        if not same_tab and ticket is not None:
            self._open_tab(ticket)
        else:
            self._follow()
        self.refresh()

    def _open_tab(self, ticket: TicketView) -> None:
        """Scroll a tab to where it was left; a thread that was not open before, to its first new entry or its end."""
        left = self._offsets.get(ticket.tab)
        if left is not None:
            self._scroll(left)
        elif ticket.tab != "thread":
            self._scroll(0)
        else:
            new = next((place for place, line in enumerate(self._lines) if line.mark), None)
            # Keep one line above it in sight, to show that the thread begins earlier
            self._scroll(self.max_scroll_y if new is None else max(new - 1, 0))

    def move(self, by: int) -> None:
        if self._ticket is not None and self._ticket.tab != "thread" and self._step_spot(by):
            return
        self._scroll(self.scroll_offset.y + by)

    def page(self, by: float) -> None:
        self._scroll(self.scroll_offset.y + int(by * max(self.size.height - 1, 1)))

    def edge(self, last: bool) -> None:
        self._chosen = None
        self._scroll(self.max_scroll_y if last else 0)

    def go_to(self, index: int) -> None:
        self._chosen = None
        self._scroll(index)

    # -- hits ----------------------------------------------------------------------------------------------------

    def show_hits(self, words: Sequence[str]) -> None:
        """Highlight these words."""
        if self._hits.set_words(words):
            self._hit = None
            self.refresh()

    def step_hit(self, by: int, *, afresh: bool = False) -> bool:
        """Go to the next line with a hit, or the one before; False where there is none. afresh: to the first one, or
        the last one."""
        lines = self._find_hit_lines()
        if not lines and self._ticket is not None and self._hits.are_in(turn.text for turn in self._ticket.timeline):
            # The hits are inside folds
            self._unfolded = self._list_folds()
            self._wrap()
            lines = self._find_hit_lines()
        if self._hit is None or afresh:
            ahead = lines if by > 0 else lines[::-1]
        else:
            ahead = [n for n in lines if n > self._hit] if by > 0 else [n for n in lines[::-1] if n < self._hit]
        if not ahead:
            return False
        self._hit = ahead[0]
        top = self.scroll_offset.y
        if not top <= self._hit < top + self.size.height:
            self._scroll(max(self._hit - self.size.height // 3, 0))
        self.refresh()
        return True

    def _find_hit_lines(self) -> list[int]:
        return [place for place, line in enumerate(self._lines) if self._hits.is_in(line.text)]

    # -- folds, and tickets that can be opened -------------------------------------------------------------------

    def choose(self) -> None:
        """Open or close the fold of the chosen line, or open the ticket that it names."""
        place = self._find_chosen()
        if place is not None:
            self._open_spot(self._lines[place].spot)

    @property
    def chosen_text(self) -> str:
        """The text of the chosen spot's line; empty when none was chosen."""
        place = self._find_chosen() if self._chosen is not None else None
        return self._lines[place].text if place is not None else ""

    def step_spot(self, by: int) -> None:
        """Go to the next fold, or ticket that can be opened, or to the one before."""
        self._step_spot(by)

    def fold_all(self) -> None:
        """Open all folds of the thread; where all are open, close them."""
        if self._ticket is not None and self._ticket.tab == "thread":
            folds = self._list_folds()
            self._unfolded = set() if folds <= self._unfolded else folds
            self._wrap_in_place()

    def _list_folds(self) -> set[str]:
        """Return the folds of the thread, open or not."""
        ticket = self._ticket
        if ticket is None or ticket.tab != "thread":
            return set()
        every = lay_out_thread(ticket.timeline, self._text_width, self._now, self._zone, _Everything())
        return {line.spot for line in every if isinstance(line.spot, str)}

    def _open_spot(self, spot: str | int | FileSpot | None) -> None:
        if isinstance(spot, int):
            self.post_message(self.Opened(spot))
        elif isinstance(spot, FileSpot):
            self.post_message(self.FileOpened(spot.place))
        elif spot is not None:
            self._chosen = spot
            self._unfolded ^= {spot}
            self._wrap_in_place()

    def _wrap_in_place(self) -> None:
        """Wrap again, with the same line at the top."""
        top = self.scroll_offset.y
        anchor = self._lines[top] if top < len(self._lines) else None
        self._wrap()
        place = next((n for n, line in enumerate(self._lines) if line is anchor or line == anchor), top)
        near = [n for n, line in enumerate(self._lines) if line == anchor]
        self._scroll(min(near, key=lambda n: abs(n - top)) if near else place)
        self.refresh()

    def _find_chosen(self) -> int | None:
        """Return the line of the chosen spot, or of the first one in sight when none is chosen or in sight."""
        top, height = self.scroll_offset.y, self.size.height
        in_sight = [place for place in self._spots if top <= place < top + height]
        chosen = [place for place in in_sight if self._lines[place].spot == self._chosen]
        return next(iter(chosen or in_sight), None)

    def _step_spot(self, by: int) -> bool:
        """Move by so many spots; False when there is none that far."""
        spots, current = self._spots, self._find_chosen()
        if not spots:
            return False
        top = self.scroll_offset.y
        if current is None:
            beyond = [place for place in spots if (place >= top if by > 0 else place < top)]
            target = (beyond[0] if by > 0 else beyond[-1]) if beyond else None
        else:
            index = spots.index(current) + by
            target = spots[index] if 0 <= index < len(spots) else None
        if target is None:
            return False
        self._chosen = self._lines[target].spot
        if not top <= target < top + self.size.height:
            self._scroll(target if by < 0 else target - self.size.height + 1)
        self.refresh()
        return True

    # -- painting ------------------------------------------------------------------------------------------------

    @property
    def _text_width(self) -> int:
        """Width of the text, in cells. The column of the scroll bar is always kept free, because Textual counts it as
        part of the view and paints the bar over the last letters of full lines (C-13)."""
        return self.size.width - self.styles.scrollbar_size_vertical

    def render_line(self, y: int) -> Strip:
        width = self._text_width
        index = self.scroll_offset.y + y
        base = self.rich_style
        if index >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[index]
        if self.has_focus and line.spot is not None and index == self._find_chosen():
            base += self.get_component_rich_style("conversation--chosen", partial=True)
        voice_style = base
        if line.voice:
            voice_style += self.get_component_rich_style(f"conversation--{line.voice}", partial=True)
        text_style = voice_style if line.head or line.voice in ("history", "system") else base
        room = max(width - cell_len(line.sign) - cell_len(line.mark), 1)
        segments = [Segment(line.sign, voice_style), *self._paint_text(fit(line.text, room), text_style, index)]
        if line.mark:
            segments.append(Segment(line.mark, base + self.get_component_rich_style("conversation--new", partial=True)))
        strip = Strip(segments)
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

    def _paint_text(self, text: str, style: Style, index: int) -> list[Segment]:
        """Return the text of a line, with the hits in it."""
        if not self._hits:
            return [Segment(text, style)]
        name = "conversation--hit-chosen" if index == self._hit else "conversation--hit"
        return self._hits.paint(text, style, self.get_component_rich_style(name, partial=True))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract("\n".join(line.sign + line.text for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    # -- events --------------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        at_end = self._at_end  # wrapping changes the virtual size, and that the scroll offset
        if self._wrapped_to != self._text_width:
            first = not self._wrapped_to
            self._wrap()
            if first and self._ticket is not None:
                self.call_after_refresh(self._open_tab, self._ticket)
                return
        self._at_end = at_end
        self.call_after_refresh(self._follow)

    def on_focus(self) -> None:
        self.unread.was_entered = True
        self.refresh()

    def on_blur(self) -> None:
        self.unread.note_look(self._ticket)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        index = self.scroll_offset.y + offset.y if offset is not None else -1
        if 0 <= index < len(self._lines) and self.text_selection is None:
            self._open_spot(self._lines[index].spot)

    def on_mouse_scroll_up(self) -> None:
        # Textual scrolls by itself here; the next read must not jump back to the end
        self._at_end = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        # After scrolling, another spot may be the first in sight, on a line that Textual would move without rendering
        # it
        if round(old_value) != round(new_value) and self._ticket is not None:
            self.refresh()

    def on_unmount(self) -> None:
        self.unread.note_look(self._ticket)
        # Waited for after the terminal is released, because a slow disk must not freeze it
        self.unread.looks.finish(wait=self.app.is_headless)

    def _scroll(self, to: float) -> None:
        self.scroll_to(y=to, animate=False, force=True)
        self._at_end = self.scroll_offset.y >= self.max_scroll_y

    def _follow(self) -> None:
        """Stay at the newest message unless the agent has scrolled away from it."""
        if self._at_end:
            self._scroll(self.max_scroll_y)

    def _wrap(self) -> None:
        width = self._wrapped_to = self._text_width
        ticket = self._ticket
        self._lines = []
        if ticket is not None and width > 4:
            if ticket.tab == "thread":
                self._lines = lay_out_thread(
                    ticket.timeline, width, self._now, self._zone, self._unfolded, self.unread.first
                )
            else:
                self._lines = lay_out_tab(ticket.page, width)
        self._spots = [place for place, line in enumerate(self._lines) if line.spot is not None]
        self.virtual_size = Size(width, len(self._lines))


class _Everything(frozenset[str]):
    """A set that contains every key, for opening all folds."""

    def __contains__(self, key: object) -> bool:
        return True

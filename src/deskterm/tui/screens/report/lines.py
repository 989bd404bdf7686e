"""The page of a report as a list of lines, with a cursor that goes from figure to figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.cells import set_cell_size
from textual.content import Content

from deskterm.present.report.text import Line, Spot
from deskterm.tui.panes.colours import ACCENT, BOLD
from deskterm.tui.panes.short_list import ShortList

_MARGIN = 2
"""Lines kept in sight above and below the cursor: a figure is read with the head of its table."""

_CHOSEN = f"reverse {ACCENT}"
"""The style of the figure under the cursor, which a sign marks as well."""


class ReportLines(ShortList):
    """The lines of a page; the chosen line is that of the cursor, on one of its figures."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.lines: Sequence[Line] = ()
        self._place = 0
        """The place of the figure among those of the line."""
        self.plain: Callable[[], Iterable[str]] = tuple
        """Returns the page without bars and pairs of tables, to be read aloud."""
        self.waiting = ""
        """A text in place of a page, as long as there is none."""

    def __len__(self) -> int:
        return len(self.lines)

    def empty_text(self) -> str:
        return self.waiting

    @property
    def width(self) -> int:
        """Cells of a line: one is left for the sign of the cursor."""
        return self.size.width - 1

    @property
    def spot(self) -> Spot | None:
        """The figure under the cursor; None on a line without any."""
        spots = self.lines[self.index].spots if self.index < len(self.lines) else ()
        return spots[min(self._place, len(spots) - 1)] if spots else None

    def describe(self) -> str:
        """Return the figure under the cursor in words, or the line where it has none."""
        spot = self.spot
        if spot is None:
            return self.lines[self.index].text if self.index < len(self.lines) else self.waiting
        text = self.lines[self.index].text
        first, last = (len(set_cell_size(text, cells)) for cells in (spot.start, spot.end))
        figure = text[first:last]
        return figure if figure.startswith(spot.label) else f"{spot.label}: {figure}"

    def show(self, lines: Sequence[Line], plain: Callable[[], Iterable[str]]) -> None:
        """Show these lines; the cursor stays on its figure, else goes to the first one in sight."""
        self.plain = plain
        before, self.lines = self.spot, lines
        places = [(row, place) for row, line in enumerate(lines) for place in range(len(line.spots))]
        same = (one for one in places if before is not None and lines[one[0]].spots[one[1]][2:] == before[2:])
        first = next((one for one in places if one[0] < max(self.size.height, 1)), (0, 0))
        self.index, self._place = next(same, first)
        self.refresh()

    def move(self, by: int) -> None:
        """Go to the next line with figures, or within a screen of it to where there is more to read."""
        step = 1 if by > 0 else -1
        for _ in range(abs(by)):
            self._go(self._find_next(step))

    def _find_next(self, step: int) -> int:
        reach = max(self.size.height - 1 - 2 * _MARGIN, 1)
        ends = range(self.index + step, len(self.lines) if step > 0 else -1, step)
        found = next((row for row in ends[:reach] if self.lines[row].spots), None)
        return self.index + step * min(reach, len(ends)) if found is None else found

    def page(self, by: float) -> None:
        self._go(self.index + int(by * max(self.size.height, 1)))

    def edge(self, last: bool) -> None:
        self._go(len(self.lines) if last else 0)

    def step(self, by: int) -> None:
        """Go to the next figure of the line; from its last one to the first of the next line with figures."""
        spots = self.lines[self.index].spots if self.lines else ()
        place = min(self._place, max(len(spots) - 1, 0)) + by
        if 0 <= place < len(spots):
            self._place = place
        else:
            rows = range(self.index + by, len(self.lines) if by > 0 else -1, by)
            row = next((row for row in rows if self.lines[row].spots), None)
            if row is None:
                return
            self._set_row(row)
            self._place = 0 if by > 0 else len(self.lines[row].spots) - 1
        self._report()

    def _go(self, row: int) -> None:
        """Go to a line, to the figure in it that is nearest to the one before."""
        before = self.spot
        self._set_row(max(0, min(row, len(self.lines) - 1)))
        if before is not None and self.lines[self.index].spots:
            spots = self.lines[self.index].spots
            self._place = min(range(len(spots)), key=lambda place: abs(spots[place].end - before.end))
        self._report()

    def _set_row(self, row: int) -> None:
        height = max(self.size.height, 1)
        self.index = row
        self._top = min(self._top, max(row - _MARGIN, 0))
        self._top = max(self._top, min(row + _MARGIN, len(self.lines) - 1) - height + 1)

    def _report(self) -> None:
        self.refresh()
        self.post_message(self.Picked(self, self.index, opened=False))

    def render_row(self, index: int, width: int, chosen: bool) -> list[Content]:
        line = self.lines[index]
        text = set_cell_size(f" {line.text}", width)
        spot = self.spot if chosen else None
        if spot is not None:
            first, last = (len(set_cell_size(text, cells + 1)) for cells in (spot.start, spot.end))
            return [Content.assemble(text[: first - 1], (f"▸{text[first:last]}", _CHOSEN), text[last:])]
        if chosen:
            text = f"▸{text[1:]}"
        return [Content.styled(text, BOLD) if line.is_title else Content(text)]

"""Lines of text as strips, without Textual's wrapping, because widgets that count down render the same lines every
second."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content, Span
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget

_MOST_STYLES = 2000
"""Most styles that are cached for a widget."""


class LineStrips:
    """Renders the lines of a widget that are not longer than its width as strips."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[tuple[str | Style, int, int], RichStyle] = {}
        """Cached styles, by their places in the widget."""
        self._styled_for: Style | None = None
        """The style of the widget below them."""

    def render(self, line: Content, y: int) -> Strip:
        """Render one line of the widget."""
        width, style = self._widget.size.width, self._widget.visual_style
        if y and not line:
            return Strip.blank(width, style.rich_style)
        if line.cell_length > width or not _are_apart(line.spans):
            strips = Visual.to_strips(self._widget, line, width, 1, style)
            # None before the first layout
            return strips[0].apply_offsets(0, y) if strips else Strip.blank(width)
        if style is not self._styled_for or len(self._styles) > _MOST_STYLES:
            self._styles, self._styled_for = {}, style
        segments: list[Segment] = []
        end = 0
        for span in line.spans:
            if span.end == span.start:
                continue
            if span.start > end:
                segments.append(Segment(line.plain[end : span.start], self._find_style("", end, y)))
            segments.append(Segment(line.plain[span.start : span.end], self._find_style(span.style, span.start, y)))
            end = span.end
        if end < len(line.plain):
            segments.append(Segment(line.plain[end:], self._find_style("", end, y)))
        return Strip(segments, line.cell_length)

    def _find_style(self, style: str | Style, x: int, y: int) -> RichStyle:
        """Return a style of the theme on the widget's own, with the position that identifies it for selection by
        mouse."""
        key = (style, x, y)
        found = self._styles.get(key)
        if found is None:
            base = self._widget.visual_style
            whole = base + self._widget._get_style(style) if style else base
            found = self._styles[key] = whole.rich_style_with_offset(x, y)
        return found


def _are_apart(spans: Sequence[Span]) -> bool:
    """Return whether spans follow each other and none lies on another one."""
    return all(before.end <= span.start for before, span in pairwise(spans))

"""Countdowns, written without Textual's compositor (C-44).

Each second some dozen cells change, and nothing else. The compositor would put all panes together again for them, which
costs more than everything else that a console at rest does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets._tooltip import Tooltip

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

Part = tuple[int, Strip]
"""A line of a widget's content, and what it begins with."""


def paint_parts(widget: Widget, parts: Sequence[Part]) -> None:
    """Show what lines of a widget begin with now: at once where the application can, else with the next frame."""
    if not parts:
        return
    paint = getattr(widget.app, "paint_parts", None)
    if paint is None or not paint(widget, parts):
        for y, strip in parts:
            widget.refresh(Region(0, y, strip.cell_length, 1))


def is_settled(app: App[Any], screen: Screen[Any]) -> bool:
    """Return whether nothing lies over a screen, and nothing of it waits to be painted by the compositor."""
    return (
        app.screen is screen
        and not app._notifications
        and not screen._dirty_widgets
        and not screen._layout_required
        and not screen.selections
        and not any(isinstance(one, Tooltip) and one.display for one in screen.children)
    )


def place_parts(widget: Widget, parts: Sequence[Part]) -> list[tuple[int, int, Strip]]:
    """Return parts with their places on the screen, in the colours that the compositor gives them. The next frame of
    the compositor renders their lines anew."""
    region, top = widget.content_region, widget.styles.gutter.top
    widget._styles_cache.set_dirty(*(Region(0, y + top, 1, 1) for y, _ in parts))
    filters, (_, background) = widget.get_line_filters(), widget.background_colors
    placed = []
    for y, part in parts:
        if y < region.height:
            strip = part.crop(0, region.width)
            for one in filters:
                strip = strip.apply_filter(one, background)
            placed.append((region.x, region.y + y, strip))
    return placed

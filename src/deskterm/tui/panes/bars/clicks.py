"""The part of a line that was clicked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from textual import events
from textual.widget import Widget

T = TypeVar("T")


def find_clicked(line: Widget, event: events.Click, parts: Iterable[tuple[T, int]]) -> T | None:
    """Return the part of a line that is under the mouse; None beside and behind them. parts: from the left, each with
    its width in cells."""
    offset = event.get_content_offset(line)
    if offset is None:
        return None
    end = 0
    for part, width in parts:
        end += width
        if offset.x < end:
            return part
    return None

"""The due cell of a ticket's row: a sign, and the time left, which counts down."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from deskterm.present import formats
from deskterm.present.models import GLYPHS, SOON, QueueLine, Urgency
from deskterm.tui.panes.columns import BASE_WIDTH, LATE_WIDTH, TIME_WIDTH, fit

_FOR_GOOD = 86_400
"""Seconds after which a cell that does not count down is checked again."""


class DueCell(NamedTuple):
    """The text of a due cell and its urgency. until: instant, epoch seconds, before which it does not change, so that
    ticks can skip it. It may stay the same for longer, while the desk is closed."""

    text: str
    urgency: Urgency
    until: int


def due_cell(line: QueueLine, now: int, *, in_words: bool = False, width: int = 0) -> DueCell:
    """Return the due cell: a glyph and the time left, or the ticket's age when no time is promised (S2-13), or the word
    for why nothing is left. in_words: write the word `late` instead of its glyph, in a wider cell (C-41); width: cells
    of the time, by default the usual ones."""
    remaining = line.seconds_left(now)
    urgency = line.urgency(now, remaining)
    if line.category in ("solved", "closed"):
        text, steady = line.category, _FOR_GOOD
    elif remaining is not None:
        text, steady = formats.format_time_left(remaining, line.base), _steady_seconds(remaining)
    elif line.paused:
        text, steady = "paused", _FOR_GOOD
    else:
        age = now - line.received
        text, steady = formats.format_ticket_age(age), 59 - age % 60
    sign = GLYPHS[urgency]
    if in_words:
        sign = "late" if urgency == "breached" else f"{sign:<{LATE_WIDTH + 1}}"
    room = width or (TIME_WIDTH + BASE_WIDTH if line.base else TIME_WIDTH)
    return DueCell(f"{sign} {text:>{room}}", urgency, now + steady)


def _steady_seconds(remaining: int) -> int:
    """Return the seconds for which the text of a time left does not change. Within the hour it shows seconds, above
    that minutes."""
    if abs(remaining) < SOON:
        return 0
    return remaining % 60 if remaining > 0 else 59 - -remaining % 60


def paint_due(
    cell: str, urgency: Urgency, width: int, base: Style, style_of: Callable[[str], Style], *, no_color: bool
) -> list[Segment]:
    """Return the cell with the time left. What is late is filled, on the row under the cursor too. style_of: gives the
    style of a class of the queue."""
    if urgency != "breached":
        # A colour on a reversed row would fill the cell, as only what is late may be
        style = base if base.reverse else base + style_of(f"queue--{urgency}")
        return [Segment(fit(cell + " ", width), style)]
    late = (
        Style(bold=True, reverse=not base.reverse) if no_color else Style(reverse=False) + style_of("queue--breached")
    )
    return [Segment(fit(cell, width - 1), base + late), Segment(" ", base)]

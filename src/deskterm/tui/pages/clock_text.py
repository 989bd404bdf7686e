"""Explanations of a ticket's clocks as pages to read: the lines of `deskterm sla why`, in colours."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from textual.content import Content

from deskterm.desk.core.event_reader import procedure_versions_from_reader, read_events
from deskterm.desk.core.session import DeskSession
from deskterm.desk.explain.clock_explanation import explain_histories, explain_missing_clock
from deskterm.desk.explain.clock_history import ClockHistories, ProcedureLookup, build_clock_histories
from deskterm.desk.explain.explanation_rows import TextLine, Tone
from deskterm.desk.explain.explanation_text import format_explanation
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT, urgency_style

_STYLES: dict[Tone, str] = {
    "head": ACCENT,
    "counts": BOLD,
    "paused": FAINT,
    "faint": FAINT,
}
_NAME_WIDTH = 10
"""Cells for the name of a fact."""


class ClockExplanation(NamedTuple):
    """One clock's explanation, line by line."""

    metric: str
    cycle: int
    state: str
    lines: Sequence[TextLine]


class TicketClocks:
    """A ticket's history as it was read, from which its clocks are explained at any later instant by arithmetic."""

    def __init__(self, histories: ClockHistories, procedures: ProcedureLookup) -> None:
        self._histories, self._procedures = histories, procedures

    def explain(self, now: datetime, metric: str | None = None, cycle: int | None = None) -> list[ClockExplanation]:
        """Explain the clocks, or one of them, as they stand at an instant."""
        found = explain_histories(self._histories, self._procedures, metric, cycle, now=now)
        return [
            ClockExplanation(one.clock.metric, one.clock.cycle, one.clock.state, format_explanation(one))
            for one in found
        ]


def read_clocks(desk: DeskSession, number: int, now: datetime) -> TicketClocks:
    """Read a ticket's history. It folds all events of the ticket: not for the event loop. Raises DeskError, which says
    why, for a ticket without clocks."""
    with desk.open_reader() as reader:
        events, procedures = read_events(reader, number), procedure_versions_from_reader(reader)
        clocks = TicketClocks(build_clock_histories(events, procedures), procedures)
        if not clocks.explain(now):  # explaining loads the procedure versions too, while there is a connection
            raise DeskError(f"Ticket {number} has no clocks. {explain_missing_clock(events, procedures)}")
        return clocks


def lay_out(lines: Sequence[TextLine], width: int) -> Content:
    """Lay the lines of an explanation out as a page so many cells wide."""
    parts: list[tuple[str, str] | str] = []
    for words, tone in lines:
        safe = sanitize(words)
        if tone == "fact":
            name, value = safe[:_NAME_WIDTH], safe[_NAME_WIDTH:]
            for number, line in enumerate(textwrap.wrap(value, max(width - _NAME_WIDTH, 20)) or [""]):
                parts += [(name if number == 0 else " " * _NAME_WIDTH, FAINT), f"{line}\n"]
        elif len(safe) > width and (halves := _divide(safe)):
            parts.append((halves, _find_style(tone)))
        else:
            parts.append((f"{safe}\n", _find_style(tone)))
    return Content.assemble(*parts)


def _divide(line: str) -> str:
    """Put the instants of a line on one line, and what counts of them on the next."""
    match = re.fullmatch(r"(  .*?\S)  +(\S.*)", line)
    return f"{match[1]}\n{'':<{_NAME_WIDTH}}{match[2]}\n" if match else ""


def _find_style(tone: Tone) -> str:
    return urgency_style("breached") if tone == "late" else _STYLES.get(tone, "")

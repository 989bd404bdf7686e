"""Why a ticket's clocks are due when they are, as pages to read: the lines of `deskterm sla why`, in colours."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from deskterm.present.sanitize import sanitize
from deskterm.tui.panes.colours import FAINT, HERE, STRONG, URGENCY

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.explain.clock_history import ClockHistories, Procedures
    from deskterm.desk.explain.explanation_rows import Said, Tone

_STYLES: dict[Tone, str] = {
    "head": HERE,
    "late": URGENCY["breached"],
    "counts": STRONG,
    "paused": URGENCY["paused"],
    "faint": FAINT,
}
_NAME = 10
"""Cells that the name of a fact stands in."""


class Told(NamedTuple):
    """One clock's explanation, line by line."""

    metric: str
    cycle: int
    state: str
    lines: Sequence[Said]


class Account:
    """A ticket's history as it was read, from which its clocks are explained at any later instant: arithmetic only."""

    def __init__(self, told: ClockHistories, procedures: Procedures) -> None:
        self._told, self._procedures = told, procedures

    def at(self, now: datetime, metric: str | None = None, cycle: int | None = None) -> list[Told]:
        """The clocks, or one of them, as they stand at an instant."""
        from deskterm.desk.explain.clock_explanation import explained
        from deskterm.desk.explain.explanation_text import explanation_summary

        found = explained(self._told, self._procedures, metric, cycle, now=now)
        return [Told(one.clock.metric, one.clock.cycle, one.clock.state, explanation_summary(one)) for one in found]


def read(desk: DeskSession, number: int, now: datetime) -> Account:
    """A ticket's account. It folds the ticket's whole history: not for the event loop. DeskError, which says why, for
    a ticket without clocks."""
    from deskterm.desk.core.event_reader import editions, events_of
    from deskterm.desk.explain.clock_explanation import absence
    from deskterm.desk.explain.clock_history import clock_histories
    from deskterm.errors import DeskError
    from deskterm.store.db.reader import open_reader

    with open_reader(desk.store.url) as reader:
        events, procedures = events_of(reader, number), editions(reader)
        account = Account(clock_histories(events, procedures), procedures)
        if not account.at(now):  # which fetches the editions too, while there is a connection
            raise DeskError(f"Ticket {number} has no clocks. {absence(events, procedures)}")
        return account


def ledger(lines: Sequence[Said], width: int) -> Content:
    """The lines of an explanation as a page so many cells wide."""
    parts: list[tuple[str, str] | str] = []
    for words, tone in lines:
        safe = sanitize(words)
        if tone == "fact":
            name, value = safe[:_NAME], safe[_NAME:]
            for number, line in enumerate(textwrap.wrap(value, max(width - _NAME, 20)) or [""]):
                parts += [(name if number == 0 else " " * _NAME, FAINT), f"{line}\n"]
        elif len(safe) > width and (fits := _in_two(safe)):
            parts.append((fits, _STYLES.get(tone, "")))
        else:
            parts.append((f"{safe}\n", _STYLES.get(tone, "")))
    return Content.assemble(*parts)


def _in_two(line: str) -> str:
    """A line of the account with its instants on one line, and what counts of it on the next."""
    match = re.fullmatch(r"(  .*?\S)  +(\S.*)", line)
    return f"{match[1]}\n{'':<{_NAME}}{match[2]}\n" if match else ""

"""The effect of a change on due times, in words, while the agent chooses: rehearsed by the desk, ticket by ticket, in
the write thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.due_changes import DueChange
from deskterm.desk.tickets.preview import preview_due_changes
from deskterm.errors import DeskError
from deskterm.present import formats
from deskterm.present.models import QueueLine
from deskterm.present.sanitize import sanitize
from deskterm.tui.crash_log import log_crash
from deskterm.tui.panes.colours import BOLD, FAINT, urgency_style

if TYPE_CHECKING:
    from deskterm.tui.console import Console

Field = Literal["severity", "priority", "type", "organisation"]

NO_CHANGE = "no due time moves"


class DuePreview:
    """Previews of a change of one field of these tickets, as of the instant at which the question was asked."""

    def __init__(self, console: Console, lines: Sequence[QueueLine], field: Field) -> None:
        self._console, self._lines, self._field = console, lines, field
        self._now = console.now()
        self._known: dict[str, Content] = {}

    async def describe(self, value: str) -> Content:
        """Describe the effect of setting the field to a value. May be cancelled at any time; a description once made is
        kept."""
        if value not in self._known:
            self._known[value] = await self._rehearse_all(value)
        return self._known[value]

    async def _rehearse_all(self, value: str) -> Content:
        changes: list[DueChange] = []
        refusals: list[str] = []
        for line in self._lines:
            # one call a ticket: commands and cancelling get their turn between two of them
            try:
                changes += await self._console.run(partial(self._rehearse, number=line.number, value=value))
            except DeskError as error:
                refusals.append(str(error))
            except Exception as error:  # a broken preview must not end the console
                refusals.append(log_crash(error))
        if len(self._lines) == 1:
            if refusals:
                return Content.styled(sanitize(refusals[0]), urgency_style("soon"))
            return self._describe_ticket(changes)
        return self._count(changes, refusals)

    def _rehearse(self, desk: DeskSession, *, number: int, value: str) -> list[DueChange]:
        return preview_due_changes(desk, number, now=self._now, **{self._field: value})

    def _describe_ticket(self, changes: Sequence[DueChange]) -> Content:
        """Format a line a clock: `Resolution  Mon 23 Nov 11:45 → Mon 23 Nov 08:45  late at once`."""
        if not changes:
            return Content.styled(NO_CHANGE, FAINT)
        now, zone = int(self._now.timestamp()), self._console.zone
        names = [sanitize(one.label if one.cycle == 1 else f"{one.label} {one.cycle}") for one in changes]
        width = max(map(len, names))
        parts: list[tuple[str, str]] = []
        for name, one in zip(names, changes, strict=True):
            parts.append((f"{name:<{width}}  {formats.format_date_and_time(one.old_due, now, zone)} → ", FAINT))
            parts.append((formats.format_date_and_time(one.new_due, now, zone), BOLD))
            parts.append((" if resumed now" if one.rests else "", FAINT))
            parts.append(("  late at once\n" if one.late_now else "\n", urgency_style("breached")))
        return Content.assemble(*parts).rstrip()

    def _count(self, changes: Sequence[DueChange], refusals: Sequence[str]) -> Content:
        """Format a summary: `12 of 40 tickets: 18 due times move, 3 late at once`."""
        late = sum(one.late_now for one in changes)
        tickets = len({one.number for one in changes})
        share = f"{tickets} of {formats.format_count(len(self._lines), 'ticket')}"
        moves = formats.format_count(len(changes), "due time moves", "due times move")
        parts = [(f"{share}: {moves}" if changes else NO_CHANGE, "" if changes else FAINT)]
        if changes:
            parts.append((f", {late or 'none'} late at once", urgency_style("breached") if late else FAINT))
        if refusals:
            refused = formats.format_count(len(refusals), "ticket")
            parts.append((f"\n{refused} refused: {sanitize(refusals[0])}", urgency_style("soon")))
        return Content.assemble(*parts)

"""What a change would do to due times, in words, while one chooses: rehearsed at the desk, ticket by ticket, away from
the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from deskterm.errors import DeskError
from deskterm.present import formats
from deskterm.present.models import QueueLine
from deskterm.present.sanitize import sanitize
from deskterm.tui.crash_log import written_down
from deskterm.tui.panes.colours import FAINT, STRONG, URGENCY

if TYPE_CHECKING:
    from deskterm.desk.core.session import DeskSession
    from deskterm.desk.domain.due_changes import DueChange
    from deskterm.tui.screens.desk import DeskScreen

Field = Literal["severity", "priority", "type", "organisation"]

NOTHING_MOVES = "no due time moves"


class Foresight:
    """Of a change of one field of these tickets, as of the instant at which it was asked about."""

    def __init__(self, screen: DeskScreen, lines: Sequence[QueueLine], field: Field) -> None:
        self._screen, self._lines, self._field = screen, lines, field
        self._now = screen.instant()
        self._known: dict[str, Content] = {}

    async def of(self, value: str) -> Content:
        """What setting the field to a value would do. Called off at any time; what was found once is kept."""
        if value not in self._known:
            self._known[value] = await self._found(value)
        return self._known[value]

    async def _found(self, value: str) -> Content:
        moved: list[DueChange] = []
        refused: list[str] = []
        for line in self._lines:
            try:
                moved += await self._screen.clerk.do(partial(self._rehearsed, number=line.number, value=value))
            except DeskError as error:
                refused.append(str(error))
            except Exception as error:  # looking ahead must not end the console
                refused.append(written_down(error))
        if len(self._lines) == 1:
            if refused:
                return Content.styled(sanitize(refused[0]), URGENCY["soon"])
            return self._one(moved)
        return self._many(moved, refused)

    def _rehearsed(self, desk: DeskSession, *, number: int, value: str) -> list[DueChange]:
        from deskterm.desk.tickets.preview import preview_due_changes

        return preview_due_changes(desk, number, now=self._now, **{self._field: value})

    def _one(self, moved: Sequence[DueChange]) -> Content:
        """A line a clock: `Resolution  Mon 23 Nov 11:45 → Mon 23 Nov 08:45  late at once`."""
        if not moved:
            return Content.styled(NOTHING_MOVES, FAINT)
        now, zone = int(self._now.timestamp()), self._screen.zone
        names = [sanitize(one.label if one.cycle == 1 else f"{one.label} {one.cycle}") for one in moved]
        width = max(map(len, names))
        parts: list[tuple[str, str]] = []
        for name, one in zip(names, moved, strict=True):
            parts.append((f"{name:<{width}}  {formats.moment(one.old_due, now, zone)} → ", FAINT))
            parts.append((formats.moment(one.new_due, now, zone), STRONG))
            parts.append((" if resumed now" if one.rests else "", FAINT))
            parts.append(("  late at once\n" if one.late_now else "\n", URGENCY["breached"]))
        return Content.assemble(*parts).rstrip()

    def _many(self, moved: Sequence[DueChange], refused: Sequence[str]) -> Content:
        """`12 of 40 tickets: 18 due times move, 3 late at once`."""
        late = sum(one.late_now for one in moved)
        tickets = len({one.number for one in moved})
        of = f"{tickets} of {formats.counted(len(self._lines), 'ticket')}"
        said = formats.counted(len(moved), "due time moves", "due times move")
        parts = [(f"{of}: {said}" if moved else NOTHING_MOVES, "" if moved else FAINT)]
        if moved:
            parts.append((f", {late or 'none'} late at once", URGENCY["breached"] if late else FAINT))
        if refused:
            parts.append(
                (f"\n{formats.counted(len(refused), 'ticket')} refused: {sanitize(refused[0])}", URGENCY["soon"])
            )
        return Content.assemble(*parts)

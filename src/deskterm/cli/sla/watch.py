"""`deskterm sla watch`: what is due next, again and again, for a second screen or a pipe."""

from __future__ import annotations

import shutil
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import ended
from deskterm.cli.sla.listing import ProcedureVersions, View, glyph, of_view

if TYPE_CHECKING:
    from deskterm.store.db.reader import ReadConnection
    from deskterm.store.queries.deadlines import Deadline
    from deskterm.store.queries.ticket_detail import DeskFacts

_POLL = 0.25
"""Seconds between looks at whether somebody has written."""

_ROWS = 20
_PASSING = frozenset({"due", "breached"})
"""Views that tickets enter and leave as time passes."""


def watch(
    context: typer.Context,
    interval: Annotated[
        float, typer.Option(help="Seconds between two looks.", min=0.1, max=86_400, metavar="SECONDS")
    ] = 1.0,
    count: Annotated[
        int | None, typer.Option(help="How many times to look; left out, until Ctrl+C.", min=1, max=10**9, metavar="N")
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            help=f"How many clocks to show; left out, what fits, and {_ROWS} in a pipe.", min=1, max=10_000, metavar="N"
        ),
    ] = None,
    view: View = "open",
) -> None:
    """Watch the clocks that are due next, those that are overdue first.

    On a terminal the lines are painted over; in a pipe each look is a block of lines with an empty line after it. A
    look is taken at every interval, and at once when somebody has written.
    """
    from deskterm.store.queries.ticket_detail import desk_facts

    invocation: CliContext = context.obj
    try:
        with invocation.reader() as reader:
            facts = desk_facts(reader)
            screen = _Screen(sys.stdout.isatty())
            watching = _Watch(reader, facts, invocation, invocation.clock(facts), view)
            looks = 0
            while True:
                screen.show(watching.block(rows or screen.rows()))
                looks += 1
                if count is not None and looks >= count:
                    return
                watching.wait(interval)
    except KeyboardInterrupt:
        return
    except BrokenPipeError as left:  # typer would take it for a failure
        ended(left)


class _Watch:
    """The clocks, read again only when something was written."""

    def __init__(
        self,
        reader: ReadConnection,
        facts: DeskFacts,
        invocation: CliContext,
        clock: Callable[[], datetime],
        view: str,
    ) -> None:
        self._reader, self._facts, self._invocation, self._view = reader, facts, invocation, view
        self._clock = clock
        self._procedures = ProcedureVersions(reader, facts)
        self._running: list[Deadline] | None = None
        self._resting = 0
        self._shown: list[Deadline] = []

    def block(self, rows: int) -> list[str]:
        """The lines of one look: a heading, and the clocks due first."""
        from deskterm.cli.runtime import output as show

        now = int(self._clock().timestamp())
        running = self._read(now)
        overdue = bisect_left(running, now, key=lambda clock: clock.due or 0)
        heading = (
            f"{show.safe(self._facts.name)} · {show.here(now, self._facts.timezone)} · "
            f"{len(running)} running, {overdue} overdue, {self._resting} paused"
        )
        shown = _aligned([self._cells(clock, now) for clock in self._shown[:rows]])
        if not shown:
            shown = ["No clock of these tickets runs towards a due time."]
        more = len(self._shown) - rows
        return [heading, *shown, *([f"… {more} more"] if more > 0 else [])]

    def _read(self, now: int) -> list[Deadline]:
        """The clocks of all open tickets that run towards a due time, and of the view those to show."""
        from deskterm.store.queries.deadlines import due, resting

        running, kept = self._running, self._view not in _PASSING
        if running is None:
            running = self._running = due(self._reader)
            self._resting = resting(self._reader)
            kept = False
        if not kept:
            self._shown = of_view(self._reader, running, self._view, self._invocation, now)
        return running

    def wait(self, interval: float) -> None:
        """Until the interval is over, or somebody has written."""
        until = time.monotonic() + interval
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(_POLL, left))
            if self._reader.changed():
                self._running = None
                return

    def _cells(self, clock: Deadline, now: int) -> list[str]:
        from deskterm.cli.runtime import output as show
        from deskterm.present.formats import countdown
        from deskterm.present.labels import label
        from deskterm.present.models import left

        remaining = left(clock.due, self._procedures.calendar(clock), now, clock.since, clock.overrun) or 0
        cells = [
            f"{glyph(clock, remaining, now)} {countdown(remaining):>7}",
            show.due(clock.due, self._facts.timezone),
            str(clock.number),
            self._procedures.label(clock),
            label(self._procedures.current.statuses, clock.status),
            clock.assignee or "–",
            clock.subject,
        ]
        return [show.safe(cell) for cell in cells]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells under each other, as wide as they are on a terminal; the last one is not filled up."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [*(cell + " " * (width - cell_len(cell)) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]
        )
        for row in rows
    ]


class _Screen:
    """Where the blocks go. On a terminal the last one is painted over, without the alternate screen."""

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal
        self._painted = 0

    def rows(self) -> int:
        """How many clocks fit."""
        return max(shutil.get_terminal_size().lines - 4, 1) if self._terminal else _ROWS

    def show(self, block: list[str]) -> None:
        if not self._terminal:
            print("\n".join([*block, ""]), flush=True)
            return
        from rich.cells import cell_len, set_cell_size

        width = shutil.get_terminal_size().columns - 1
        cut = [line if cell_len(line) <= width else set_cell_size(line, width) for line in block]
        back = f"\x1b[{self._painted}A\r\x1b[J" if self._painted else ""
        self._painted = len(cut)
        sys.stdout.write(back + "\n".join([*cut, ""]))
        sys.stdout.flush()

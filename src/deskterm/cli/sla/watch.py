"""`deskterm sla watch`: the clocks that are due next, painted again and again, for a second screen or a pipe."""

from __future__ import annotations

import shutil
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.cells import cell_len, set_cell_size

from deskterm.cli.runtime.context import CliContext
from deskterm.cli.runtime.exit import report_error
from deskterm.cli.runtime.instants import format_due, format_time_and_zone
from deskterm.cli.sla.clocks import VersionVocabularies, View, choose_sign, find_viewer
from deskterm.present.labels import get_label
from deskterm.present.sanitize import sanitize
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.deadlines import (
    Deadline,
    DeadlineFilter,
    count_paused,
    count_window,
    load_due_instants,
    load_window,
)
from deskterm.store.queries.desk_facts import DeskFacts, load_desk_facts

_POLL = 0.25
"""Seconds between two checks for a write."""

_ROWS = 20
"""Clocks that are shown in a pipe."""

_TIMED_VIEWS = frozenset({"due", "breached"})
"""Views that tickets enter and leave as time passes."""


def watch_clocks(
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
    cli: CliContext = context.obj
    try:
        with cli.open_reader() as reader:
            facts = load_desk_facts(reader)
            screen = _Screen(sys.stdout.isatty())
            clocks = _WatchedClocks(reader, facts, cli, cli.make_clock(facts), view)
            painted = 0
            while True:
                cli.bring_up_to_date(reader, facts)
                screen.paint(clocks.format_block(rows or screen.count_rows()))
                painted += 1
                if count is not None and painted >= count:
                    return
                clocks.wait(interval)
    except KeyboardInterrupt:
        return  # the usual end of a watch, and no failure
    except BrokenPipeError as error:  # typer would end with exit code 1
        report_error(error)


class _WatchedClocks:
    """The clocks of a view, read again only when something was written."""

    def __init__(
        self,
        reader: ReadConnection,
        facts: DeskFacts,
        cli: CliContext,
        clock: Callable[[], datetime],
        view: str,
    ) -> None:
        self._reader, self._facts, self._cli, self._view = reader, facts, cli, view
        self._clock = clock
        self._versions = VersionVocabularies(reader, facts)
        self._running: list[int] | None = None
        """The due instants of the running clocks of all open tickets; None when they must be read again."""
        self._paused = 0
        self._in_view: list[Deadline] = []
        """The clocks of the view that are due first, as many as were shown."""
        self._shown = 0
        self._total = 0
        """The number of clocks in the view."""

    def format_block(self, rows: int) -> list[str]:
        """Return the lines that are painted at once: a heading, and the clocks that are due first. rows: how many."""
        now = int(self._clock().timestamp())
        running = self._refresh(now, rows)
        # Late is what was due before this second (SLA rule 11)
        overdue = bisect_left(running, now)
        heading = (
            f"{sanitize(self._facts.name)} · {format_time_and_zone(now, self._facts.timezone)} · "
            f"{len(running)} running, {overdue} overdue, {self._paused} paused"
        )
        lines = _align([self._format_cells(clock, now) for clock in self._in_view[:rows]])
        if not lines:
            lines = ["No clock of these tickets runs towards a due time."]
        more = self._total - rows
        return [heading, *lines, *([f"… {more} more"] if more > 0 else [])]

    def wait(self, interval: float) -> None:
        """Wait until the interval is over, in seconds, or somebody has written."""
        end = time.monotonic() + interval
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(_POLL, left))
            if self._reader.has_changed():
                self._running = None
                return

    def _refresh(self, now: int, rows: int) -> list[int]:
        """Bring the first clocks of the view up to date, and return the due instants of all running clocks."""
        running, is_current = self._running, self._view not in _TIMED_VIEWS and rows <= self._shown
        if running is None:
            running = self._running = load_due_instants(self._reader)
            self._paused = count_paused(self._reader)
            is_current = False
        if not is_current:
            viewer = find_viewer(self._reader, self._view, self._cli, now)
            wanted = DeadlineFilter(now, dated=True, view=self._view, viewer=viewer)
            self._in_view, self._shown = list(load_window(self._reader, wanted, rows)), rows
            self._total = count_window(self._reader, wanted)
        return running

    def _format_cells(self, clock: Deadline, now: int) -> list[str]:
        seconds_left = self._versions.compute_seconds_left(clock, now) or 0
        cells = [
            f"{choose_sign(clock, seconds_left, now)} {self._versions.format_left(clock, seconds_left):>7}",
            format_due(clock.due, self._facts.timezone),
            str(clock.number),
            self._versions.format_clock(clock),
            get_label(self._versions.current.statuses, clock.status),
            clock.assignee or "–",
            clock.subject,
        ]
        return [sanitize(cell) for cell in cells]


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with their cells below each other; the last cell is not padded."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [*(cell + " " * (width - cell_len(cell)) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]
        )
        for row in rows
    ]


class _Screen:
    """Standard output. On a terminal each block is painted over the one before, without the alternate screen, so that
    the last one stays when the watch ends."""

    def __init__(self, is_terminal: bool) -> None:
        self._is_terminal = is_terminal
        self._painted = 0
        """Lines of the block that is on the terminal."""

    def count_rows(self) -> int:
        """Return how many clocks fit."""
        return max(shutil.get_terminal_size().lines - 4, 1) if self._is_terminal else _ROWS

    def paint(self, block: list[str]) -> None:
        """Paint a block of lines."""
        if not self._is_terminal:
            print("\n".join([*block, ""]), flush=True)
            return
        # A line that the terminal wraps would take two, and the next block would not begin where this one did.
        width = shutil.get_terminal_size().columns - 1
        lines = [line if cell_len(line) <= width else set_cell_size(line, width) for line in block]
        back = f"\x1b[{self._painted}A\r\x1b[J" if self._painted else ""
        self._painted = len(lines)
        # One write, so that the terminal never shows the block half erased.
        sys.stdout.write(back + "\n".join([*lines, ""]))
        sys.stdout.flush()

"""Tables without rules, for people and pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len

from deskterm.present.sanitize import sanitize

_PIPE_WIDTH = 500
"""Columns that a table may take where there is no terminal."""

_FORCED = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
"""Variables by which people make rich treat a pipe as a terminal."""


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()) -> None:
    """Print a table: as wide as it needs in a pipe, as wide as the terminal on one. right: heads of the columns that
    are aligned to the right."""
    cells = [[sanitize(cell) for cell in row] for row in rows]
    lines = None if _is_terminal() else format_table(heads, cells, right)
    for line in _format_with_rich(heads, cells, right) if lines is None else lines:
        print(line)


def format_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()) -> list[str] | None:
    """Format a table for a pipe, without styles; None when it is too wide for one."""
    table = [list(heads), *rows]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > _PIPE_WIDTH:
        return None
    return ["  ".join(_pad(row, widths, heads, right)).rstrip() for row in table]


def _pad(row: Sequence[str], widths: Sequence[int], heads: Sequence[str], right: Collection[str]) -> Iterable[str]:
    for cell, width, head in zip(row, widths, heads, strict=True):
        if head in right:
            cell = cell.rstrip()
        space = " " * (width - cell_len(cell))
        yield space + cell if head in right else cell + space


def _is_terminal() -> bool:
    return sys.stdout.isatty() or any(os.environ.get(name) for name in _FORCED)


def _format_with_rich(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str]) -> list[str]:
    """Format a table as wide as the terminal, cut where that is too narrow, with bold heads where it has styles."""
    # Tables are printed most often into pipes, and importing these takes longer than reading the rows.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        table.add_column(head, justify="right" if head in right else "left", no_wrap=True, overflow="ellipsis")
    for row in rows:
        # As Text, because square brackets in a subject are no markup of rich's
        table.add_row(*map(Text, row))
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]

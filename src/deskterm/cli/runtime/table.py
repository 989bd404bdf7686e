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


_INSTANT_HEADS = frozenset({"Since", "When", "Received", "Due", "Not before", "Began", "Until", "Closed", "Kept until"})
"""Heads of columns that are not cut: a part of an instant says nothing."""
_LEAST_WIDTH, _LEAST_LAST_WIDTH = 8, 20
"""Width to which columns of words, and the last of them, are cut before another column is left out."""


def print_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Collection[str] = (),
    *,
    first_left_out: Sequence[str] = (),
) -> None:
    """Print a table: as wide as it needs in a pipe, as wide as the terminal on one. right: heads of the columns that
    are aligned to the right. first_left_out: heads of the columns that a narrow terminal can do without, in that
    order."""
    cells = [[sanitize(cell) for cell in row] for row in rows]
    lines = None if _is_terminal() else format_table(heads, cells, right)
    for line in format_for_terminal(heads, cells, right, first_left_out) if lines is None else lines:
        print(line)


def fit_columns(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    width: int,
    right: Collection[str] = (),
    first_left_out: Sequence[str] = (),
) -> dict[int, int]:
    """Return the places of the columns that a table of a width can show, each with its own width (C-50).

    Columns of words are cut first, the widest first; then columns are left out: `first_left_out`, then the others from
    the right. Numbers, what stands under `right`, the first column of words and the last one always stay, whole but
    for those words, as long as there is any room for them at all.
    """
    table = [list(heads), *map(list, rows)]
    widths = {place: max(map(cell_len, column)) for place, column in enumerate(zip(*table, strict=True))}
    last = len(heads) - 1
    rigid = {place for place, head in enumerate(heads) if head in right or head in _INSTANT_HEADS}
    least = {
        place: wide if place in rigid else min(wide, _LEAST_LAST_WIDTH if place == last else _LEAST_WIDTH)
        for place, wide in widths.items()
    }
    first_words = next((place for place in widths if place not in rigid and heads[place]), last)
    kept = {first_words, last} | {place for place, head in enumerate(heads) if head in right}
    kept -= {place for place, head in enumerate(heads) if head in first_left_out}
    leaving = [heads.index(head) for head in first_left_out if head in heads]
    leaving += [place for place in reversed(widths) if place not in kept and place not in leaving]
    shown = dict(widths)
    while _measure(least[place] for place in shown) > width and leaving:
        shown.pop(leaving.pop(0))
    for floor in (least, {place: least[place] if place in rigid else 1 for place in shown}):
        while _measure(shown.values()) > width:
            place = max(shown, key=lambda one: (shown[one] - floor[one] > 0, shown[one], one))
            if shown[place] <= floor[place]:
                break
            shown[place] -= 1
    return shown


def _measure(widths: Iterable[int]) -> int:
    """Return the width of columns side by side, with the gaps between them."""
    found = list(widths)
    return sum(found) + 2 * (len(found) - 1)


def format_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()) -> list[str] | None:
    """Format a table for a pipe, without styles; None when it is too wide for one."""
    table = [list(heads), *rows]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    if _measure(widths) > _PIPE_WIDTH:
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


def format_for_terminal(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Collection[str],
    first_left_out: Sequence[str] = (),
    width: int | None = None,
) -> list[str]:
    """Format a table as wide as the terminal, cut where that is too narrow, with bold heads where it has styles. width:
    columns of the table; None: as wide as the terminal, and as wide as needed in a pipe."""
    rows = list(rows)
    # Tables are printed most often into pipes, and importing these takes longer than reading the rows.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, markup=False, width=width or (None if sys.stdout.isatty() else _PIPE_WIDTH))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    columns = fit_columns(heads, rows, console.width, right, first_left_out)
    for place, width in columns.items():
        head = heads[place]
        table.add_column(
            head,
            justify="right" if head in right else "left",
            no_wrap=True,
            overflow="ellipsis",
            width=width or None,
        )
    for row in rows:
        # As Text, because square brackets in a subject are no markup of rich's
        table.add_row(*(Text(row[place]) for place in columns))
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]

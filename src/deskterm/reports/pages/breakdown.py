"""Breakdown of a counted figure by a dimension, and of the ten largest groups with all others (R-41)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskterm.reports.measures.dimensions import DIMENSIONS, list_groups
from deskterm.reports.measures.figures import Figure, FigureSet, build_key
from deskterm.reports.pages.names import Names

MOST_GROUPS = 10
"""Rows of a breakdown by what a desk has many of; the rest is one row."""
OTHERS = "all others"


class Group(NamedTuple):
    """A group of a breakdown. value: key of the group, empty for all others together. figure: its rows."""

    value: str
    name: str
    figure: Figure


def break_down(figures: FigureSet, key: str, dimension: str) -> dict[str, Figure]:
    """Return the groups of a figure in a dimension, by value. Their keys are those that `--by DIMENSION` gives."""
    whole = figures.figures.get(key)
    found: dict[str, Figure] = {}
    for row in whole.rows if whole is not None else ():
        assert whole is not None
        for value in list_groups(dimension, row):
            if value not in found:
                groups = ((dimension, value),)
                found[value] = Figure(
                    build_key(whole.measure.key, whole.part, groups), whole.measure, whole.part, groups
                )
            found[value].rows.append(row)
    return found


def find_figure(figures: FigureSet, key: str) -> Figure | None:
    """Return the figure that a key on a page names: one that was counted, or a group of it (R-40); None where nothing
    counted."""
    if key in figures.figures:
        return figures.figures[key]
    whole, _, end = key.rpartition("/")
    dimension, _, value = end.partition("=")
    if dimension not in DIMENSIONS:
        return None
    return break_down(figures, whole, dimension).get(value.replace("%2F", "/").replace("%25", "%"))


_MONTHS = "months/"
ALL_MONTHS = "*"
"""The name that stands in a key for all months of a trend together."""


def build_month_key(month: str, key: str) -> str:
    """Return the key on a page of a figure of a month of its trend: `months/2026-03/created`. month: its name, or
    `ALL_MONTHS` for the rows of all of them."""
    return f"{_MONTHS}{month}/{key}"


def split_month_key(key: str) -> tuple[str, str] | None:
    """Return the month of a key and the key of its figure; None for a key that is of no month."""
    if not key.startswith(_MONTHS):
        return None
    month, _, rest = key.removeprefix(_MONTHS).partition("/")
    return month, rest


def list_values(broken: Sequence[dict[str, Figure]], dimension: str, names: Names) -> list[str]:
    """Return the values of some breakdowns in the order in which people read them: by the procedure's scale, else the
    largest of the first breakdown first."""
    values = list(dict.fromkeys(value for groups in broken for value in groups))
    first = broken[0]

    def sort_key(value: str) -> tuple[int, int, str]:
        rank = names.rank(dimension, value)
        count = first[value].count if value in first else 0
        return (rank, 0, "") if rank is not None else (0, -count, names.find(dimension, value))

    return sorted(values, key=sort_key)


def add_up(figures: Sequence[Figure], key: str = "") -> Figure | None:
    """Return one figure of the rows of several, with a key of its own; None of none."""
    if not figures:
        return None
    first = figures[0]
    return Figure(key, first.measure, first.part, (), [row for figure in figures for row in figure.rows])

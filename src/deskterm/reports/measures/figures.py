"""Figures: measures counted over lives, with the rows behind each (R-40)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from deskterm.errors import UsageError
from deskterm.reports.lives.life import Life
from deskterm.reports.measures.dimensions import DIMENSIONS, list_groups
from deskterm.reports.measures.measure import Measure, Part, Row, Scope, Statistic
from deskterm.reports.measures.statistics import Times, compute_times

MOST_DIMENSIONS = 2
Groups = tuple[tuple[str, str], ...]
"""Dimension and value, one or two."""
_Rows = defaultdict[Part, list[Row]]
_Grouped = defaultdict[tuple[Part, Groups], list[Row]]
_Collect = Callable[[Life, Scope], Iterator[tuple[Part, Row]]]


def build_key(measure: str, part: Part, groups: Groups = ()) -> str:
    """Return the key of a figure: `attainment/resolution/late/severity=high`. A `/` or `%` of a value is escaped."""
    ends = (f"{name}={value.replace('%', '%25').replace('/', '%2F')}" for name, value in groups)
    return "/".join((measure, *part, *ends))


@dataclass(slots=True)
class Figure:
    """A figure: its rows, and the number or the times that they make."""

    key: str
    measure: Measure
    part: Part
    groups: Groups = ()
    rows: list[Row] = field(default_factory=list)

    @property
    def statistic(self) -> Statistic:
        """The statistic that is made of its rows."""
        return "count" if self.part and self.part[-1] in self.measure.counted else self.measure.statistic

    @property
    def count(self) -> int:
        """The number of its rows."""
        return len(self.rows)

    @property
    def ids(self) -> list[str]:
        """The ids of its rows, sorted: one for each row."""
        return sorted(row.life.id for row in self.rows)

    def compute_times(self) -> Times:
        """Return the statistics of its times; of stays, those of the sum of each ticket."""
        if self.statistic != "stays":
            return compute_times(row.seconds or 0 for row in self.rows)
        sums: dict[int, int] = {}
        for row in self.rows:
            sums[row.life.number] = sums.get(row.life.number, 0) + (row.seconds or 0)
        return compute_times(sums.values())


@dataclass(slots=True)
class FigureSet:
    """All figures of a scope, by key, in the order of the table of measures. lives: how many tickets were looked at.
    has_messages: one of them has a reply, so that what is counted of conversations can be told (R-09)."""

    scope: Scope
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    figures: dict[str, Figure] = field(default_factory=dict)
    lives: int = 0
    has_messages: bool = False

    def find(self, key: str) -> Figure:
        """Return a figure. Raises UsageError where there is none with that key."""
        figure = self.figures.get(key)
        if figure is None:
            raise UsageError(f"There is no figure {key!r} here: without --list all keys are listed.")
        return figure

    def count(self, key: str) -> int:
        """Return the number of rows of a figure, 0 where nothing counted."""
        figure = self.figures.get(key)
        return 0 if figure is None else figure.count

    def is_derivable(self, measure: Measure) -> bool:
        """Return whether the desk has what a measure needs (R-09)."""
        return measure.needs != "messages" or self.has_messages

    @property
    def imbalance(self) -> int:
        """The open tickets at the end that flow does not account for: 0, by the identity that end = begin + created +
        reopened + brought back − resolutions − ended otherwise (R-16)."""
        gains = sum(map(self.count, ("backlog/begin", "created", "reopened", "brought-back")))
        return self.count("backlog/end") - gains + self.count("resolutions") + self.count("ended-otherwise")


class FigureCount:
    """A count that lives are added to one by one; several of them may go over the same lives. Raises UsageError for a
    dimension that there is not, or more than two of them."""

    def __init__(self, scope: Scope, measures: Sequence[Measure], by: Sequence[str] = ()) -> None:
        unknown = [name for name in by if name not in DIMENSIONS]
        if unknown:
            raise UsageError(f"There is no dimension {unknown[0]!r}: use {', '.join(DIMENSIONS)}.")
        if len(by) > MOST_DIMENSIONS or len(set(by)) < len(by):
            raise UsageError("--by takes one dimension, or two different ones.")
        self._scope, self._by = scope, tuple(by)
        self._found = FigureSet(scope, self._by, tuple(measures))
        # By part and groups, and not by key: a key takes as long to build as a row
        self._counted: list[tuple[Measure, _Rows, _Grouped]] = [
            (measure, defaultdict(list), defaultdict(list)) for measure in measures
        ]
        self._over: dict[str, list[tuple[_Collect, _Rows, _Grouped]]] = defaultdict(list)
        for measure, rows, grouped in self._counted:
            self._over[measure.over].append((measure.collect, rows, grouped))
        self._always = self._over.pop("", [])

    def add(self, life: Life) -> None:
        """Count a life."""
        found = self._found
        found.lives += 1
        if not found.has_messages and any(mark.seq > 1 and mark.is_public for mark in life.messages):
            found.has_messages = True
        self._collect(life, self._always)
        for part, collected in self._over.items():
            # Most lives lack one or the other, and to ask each measure takes as long as to count one
            if getattr(life, part):
                self._collect(life, collected)

    def _collect(self, life: Life, measures: Sequence[tuple[_Collect, _Rows, _Grouped]]) -> None:
        scope, by = self._scope, self._by
        for collect, rows, grouped in measures:
            for part, row in collect(life, scope):
                rows[part].append(row)
                if by:
                    for groups in product(*([(name, value) for value in list_groups(name, row)] for name in by)):
                        grouped[part, groups].append(row)

    def finish(self) -> FigureSet:
        """Return the figures of all lives that were added."""
        counted = self._counted
        self._found.figures = {
            figure.key: figure
            for measure, rows, grouped in counted
            for figure in _arrange(measure, {(part, ()): found for part, found in rows.items()} | grouped, self._scope)
        }
        return self._found


def _arrange(measure: Measure, rows: Mapping[tuple[Part, Groups], list[Row]], scope: Scope) -> Iterator[Figure]:
    """Yield the figures of a measure by part and groups; zero where nothing counted (R-38)."""
    places = {part: place for place, part in enumerate(measure.parts(scope))}
    keys = {(part, ()) for part in places} | rows.keys()
    for part, groups in sorted(keys, key=lambda key: (places.get(key[0], len(places)), key)):
        yield Figure(build_key(measure.key, part, groups), measure, part, groups, rows.get((part, groups), []))

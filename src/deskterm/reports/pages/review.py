"""The material of a page: the figures of a period and of the one before it, and the names in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from deskterm.reports.lives.life import Life
from deskterm.reports.measures.figures import Figure, FigureSet
from deskterm.reports.measures.statistics import Times, compute_times
from deskterm.reports.pages.breakdown import build_month_key
from deskterm.reports.pages.names import Names
from deskterm.reports.periods import NamedPeriod


class Month(NamedTuple):
    """A month of a trend. label: `2026-03`, and that it goes on where it does; name: of its period."""

    label: str
    figures: FigureSet
    name: str

    def key(self, key: str) -> str:
        """Return the key on a page of a figure of this month; empty where there is none."""
        return build_month_key(self.name, key) if key in self.figures.figures else ""


@dataclass(frozen=True, slots=True)
class Review:
    """The figures that a page is made of. before: those of the period before, None where there is none to compare with.
    metrics: keys of the clocks that it is about, in their order. months: those of a trend, oldest first."""

    period: NamedPeriod
    figures: FigureSet
    before: FigureSet | None
    names: Names
    metrics: tuple[str, ...]
    months: tuple[Month, ...] = ()

    def count(self, key: str) -> int:
        """Return the number of rows of a figure."""
        return self.figures.count(key)

    def count_before(self, key: str) -> int | None:
        """Return the number of rows of a figure in the period before; None where there is none."""
        return None if self.before is None else self.before.count(key)

    def find(self, key: str) -> Figure | None:
        """Return a figure; None where nothing counted."""
        return self.figures.figures.get(key)

    def compute_times(self, key: str) -> Times:
        """Return the statistics of a figure's times."""
        figure = self.find(key)
        return figure.compute_times() if figure is not None else compute_times(())

    def label_metric(self, metric: str) -> str:
        """Return the label of a clock."""
        labels = {one.key: one.label for one in self.figures.scope.rules.metrics}
        return labels.get(metric, metric)

    def name_ticket(self, life: Life) -> str:
        """Return what a ticket is called in a list: its number, and the external one."""
        return str(life.number) if life.external_id is None else f"{life.number} ({life.external_id})"

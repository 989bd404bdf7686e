"""The report of all figures: a period, a filter and an instant, and what is counted of them (R-04)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from deskterm.errors import UsageError
from deskterm.reports.lives.folded import fold_lives
from deskterm.reports.lives.rules import load_rules
from deskterm.reports.measures.figures import FigureSet, count_figures
from deskterm.reports.measures.measure import Scope, Share
from deskterm.reports.measures.table import MEASURES, list_shares
from deskterm.reports.periods import NamedPeriod
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.conditions import Condition
from deskterm.store.queries.search import load_filtered_numbers


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """A request for figures. as_of: the instant T, epoch seconds, to the second (R-03). filter: in the filter language,
    empty for all tickets. by: dimensions. with_closed: time in closed statuses too."""

    period: NamedPeriod
    as_of: int
    filter: str = ""
    by: tuple[str, ...] = ()
    with_closed: bool = False


class ShareFigure(NamedTuple):
    """A share of two whole numbers. key: that of the share, with the groups that it is of."""

    key: str
    share: Share
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class FigureReport:
    """The figures of a request."""

    request: FigureRequest
    figures: FigureSet

    @property
    def is_running(self) -> bool:
        """True while the period goes on at T (R-39)."""
        return self.request.period.is_running(self.request.as_of)

    def list_shares(self) -> Iterator[ShareFigure]:
        """Yield the shares, those of groups too."""
        for share in list_shares(self.figures.scope):
            ends = {""}
            for key in share.whole:
                ends |= {
                    figure.key.removeprefix(key)
                    for figure in self.figures.figures.values()
                    if figure.groups
                    and figure.key.startswith(f"{key}/")
                    and len(figure.key.split("/")) == len(key.split("/")) + len(figure.groups)
                }
            for end in sorted(ends):
                whole = sum(self.figures.count(key + end) for key in share.whole)
                yield ShareFigure(share.key + end, share, self.figures.count(share.part + end), whole)


def make_figure_report(
    reader: ReadConnection, request: FigureRequest, condition: Condition | None = None
) -> FigureReport:
    """Count all measures for a request. condition: the filter, read on this desk. Raises UsageError for a period that
    has not begun by the instant of the report, and for a filter of an instant that is past."""
    period, as_of = request.period.period, request.as_of
    if as_of < period.since:
        raise UsageError("The period has not begun by the instant of the report: give an earlier period.")
    numbers = None if condition is None else _find_numbers(reader, condition, as_of)
    rules = load_rules(reader, as_of)
    lives = fold_lives(reader, rules.find_version, as_of, numbers)
    scope = Scope(period, as_of, rules, request.with_closed)
    return FigureReport(request, count_figures(lives, scope, MEASURES, request.by))


def _find_numbers(reader: ReadConnection, condition: Condition, as_of: int) -> frozenset[int]:
    later = reader.rows("SELECT 1 FROM event WHERE at > :as_of LIMIT 1", {"as_of": reader.instant(as_of)})
    if later:
        raise UsageError("A filter reads tickets as they are now: leave --filter or --as-of out.")
    return frozenset(load_filtered_numbers(reader, condition, as_of, open_only=False))

"""The report of all figures: a period, a filter and an instant, and what is counted of them (R-04)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from deskterm.errors import UsageError
from deskterm.progress import Progress
from deskterm.reports.attainment import Period, Tally
from deskterm.reports.lives.rules import DeskRules, load_rules
from deskterm.reports.lives.source import read_lives_of
from deskterm.reports.measures.figures import FigureCount, FigureSet, build_key
from deskterm.reports.measures.measure import Scope, Share
from deskterm.reports.measures.table import MEASURES, list_shares
from deskterm.reports.periods import NamedPeriod
from deskterm.reports.row_memory import rows_apart
from deskterm.reports.service_levels import ErrorBudget, compute_budget
from deskterm.store.db.reader import ReadConnection
from deskterm.store.filters.conditions import Condition

_SHARE = re.compile(r"\d{1,3}(\.\d{1,3})?%")


@dataclass(frozen=True, slots=True)
class FigureRequest:
    """A request for figures. as_of: the instant T, epoch seconds, to the second (R-03). filter: in the filter language,
    empty for all tickets. by: dimensions. with_closed: time in closed statuses too.
    objectives: `METRIC=SHARE`, such as `resolution=80%`, besides those of the procedure."""

    period: NamedPeriod
    as_of: int
    filter: str = ""
    by: tuple[str, ...] = ()
    with_closed: bool = False
    objectives: tuple[str, ...] = ()


class ShareFigure(NamedTuple):
    """A share of two whole numbers. key: that of the share, with the groups that it is of."""

    key: str
    share: Share
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class FigureReport:
    """The figures of a request. hidden: departments whose tickets whoever asked for it does not read, by their keys:
    they count in none."""

    request: FigureRequest
    figures: FigureSet
    hidden: tuple[str, ...] = ()

    @property
    def is_running(self) -> bool:
        """True while the period goes on at T (R-39)."""
        return self.request.period.is_running(self.request.as_of)

    def list_shares(self) -> Iterator[ShareFigure]:
        """Yield the shares that can be told, those of groups too."""
        for share in list_shares(self.figures.scope):
            part = self.figures.figures.get(share.part)
            if part is not None and not self.figures.is_derivable(part.measure):
                continue
            for end in self._list_ends(share):
                whole = sum(self.figures.count(key + end) for key in share.whole)
                yield ShareFigure(share.key + end, share, self.figures.count(share.part + end), whole)

    def _list_ends(self, share: Share) -> list[str]:
        """Return the ends of keys for the groups of a share's whole, and the empty one of all."""
        ends = {""}
        for figure in self.figures.figures.values():
            if figure.groups:
                whole = build_key(figure.measure.key, figure.part)
                ends |= {figure.key.removeprefix(whole)} if whole in share.whole else set()
        return sorted(ends)

    def list_budgets(self) -> Iterator[ErrorBudget]:
        """Yield the error budgets: of the procedure's objectives, and of those of the request by the groups too."""
        figures = self.figures
        for part in figures.scope.rules.procedure.definition.objectives:
            if part.statistic == "attainment":
                keys = f"objective/{part.key}/met", f"objective/{part.key}/late"
                tally = Tally(*map(figures.count, keys))
                yield compute_budget(f"budget/{part.key}", part.label, part.target, tally)
        for words in self.request.objectives:
            metric, _, target = words.partition("=")
            label = next(one.label for one in figures.scope.rules.metrics if one.key == metric)
            share = next(share for share in self.list_shares() if share.key == f"kept/{metric}")
            for end in self._list_ends(share.share):
                keys = f"attainment/{metric}/met{end}", f"attainment/{metric}/late{end}"
                yield compute_budget(f"budget/{metric}{end}", label, target, Tally(*map(figures.count, keys)))


def make_figure_report(
    reader: ReadConnection, request: FigureRequest, condition: Condition | None = None
) -> FigureReport:
    """Count all measures for a request. condition: the filter, read on this desk. Raises UsageError for a period that
    has not begun by the instant of the report, and for an objective that is none."""
    return make_figure_reports(reader, [request], condition)[0]


def make_figure_reports(
    reader: ReadConnection,
    requests: Sequence[FigureRequest],
    condition: Condition | None = None,
    progress: Progress | None = None,
) -> list[FigureReport]:
    """Count all measures for requests of one instant and one filter, in one pass over their tickets; days that two of
    them ask for are counted once, whatever they are called. Raises what `make_figure_report` raises. progress: called
    with how many tickets were read, and how many there are."""
    as_of = requests[0].as_of
    for request in requests:
        require_begun(request)
    assert all((request.as_of, request.filter) == (as_of, requests[0].filter) for request in requests)
    with reader.snapshot(), rows_apart():
        rules = load_rules(reader, as_of)
        metrics = {metric.key for metric in rules.metrics}
        for words in (words for request in requests for words in request.objectives):
            _require_objective(words, metrics)
        nameless = [replace(request, period=request.period._replace(name="")) for request in requests]
        distinct = list(dict.fromkeys(nameless))
        counts = [FigureCount(_build_scope(request, rules), MEASURES, request.by) for request in distinct]
        periods = [_find_population(request) for request in distinct]
        for life, places in read_lives_of(reader, periods, as_of, condition, progress):
            for place in places:
                counts[place].add(life)
        found = {request: count.finish() for request, count in zip(distinct, counts, strict=True)}
    hidden = reader.hidden_departments
    return [FigureReport(request, found[key], hidden) for request, key in zip(requests, nameless, strict=True)]


def require_begun(request: FigureRequest) -> None:
    """Raise UsageError for a period that has not begun by the instant of the report."""
    if request.as_of < request.period.period.since:
        raise UsageError("The period has not begun by the instant of the report: give an earlier period.")


def _build_scope(request: FigureRequest, rules: DeskRules) -> Scope:
    return Scope(request.period.period, request.as_of, rules, request.with_closed)


def _find_population(request: FigureRequest) -> Period:
    period = request.period.period
    # Tickets that were closed long ago are in closed statuses still
    return Period(0, period.until) if request.with_closed else period


def _require_objective(words: str, metrics: set[str]) -> None:
    metric, _, target = words.partition("=")
    if metric not in metrics:
        raise UsageError(f"There is no clock {metric!r} for an objective: use {', '.join(sorted(metrics))}.")
    if not _SHARE.fullmatch(target) or float(target.rstrip("%")) > 100:
        raise UsageError(f"{words!r} is no objective: write it as {metric}=80%.")

"""Parts about what is open at the end of a period, or now: by dimension, due next, late, unassigned, waiting (R-49)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deskterm.reports.measures.dimensions import NONE
from deskterm.reports.measures.due import HORIZONS
from deskterm.reports.measures.figures import Figure, build_key
from deskterm.reports.measures.measure import Row
from deskterm.reports.pages.breakdown import MOST_GROUPS, OTHERS, add_up, break_down, list_values
from deskterm.reports.pages.numbers import compute_share, format_number, format_share
from deskterm.reports.pages.page import NOTHING, Column, Part, Remark, Table, TableRow
from deskterm.reports.pages.review import Review

_OPEN = "backlog/end"
_DAY = 86_400


def build_open(review: Review, dimension: str) -> Iterator[Part]:
    """Yield the open tickets by a dimension, each group with its share of them all."""
    title = f"Open by {dimension}"
    broken = break_down(review.figures, _OPEN, dimension)
    if not broken:
        yield Remark(title, ("Nothing is open.",))
        return
    whole = review.count(_OPEN)
    values = list_values([broken], dimension, review.names)
    found = [(review.names.find(dimension, value), broken[value]) for value in values]
    if review.names.rank(dimension, "") is None and len(found) > MOST_GROUPS + 1:
        others = add_up([figure for _, figure in found[MOST_GROUPS:]])
        assert others is not None
        found = [*found[:MOST_GROUPS], (OTHERS, others)]
    rows = [_build_row(name, figure, whole) for name, figure in found]
    notes = ("A ticket with several tags counts in each.",) if dimension == "tags" else ()
    if not notes:
        rows.append(TableRow(("All", format_number(whole), ""), ("", _OPEN), is_total=True))
    columns = (Column(dimension.capitalize(), False), Column("Open"), Column("Share"))
    yield Table(title, columns, tuple(rows), _describe(review), notes)


def _build_row(name: str, figure: Figure, whole: int) -> TableRow:
    cells = (name, format_number(figure.count), format_share(figure.count, whole))
    return TableRow(cells, ("", figure.key), compute_share(figure.count, whole))


def _describe(review: Review) -> str:
    is_now = review.figures.scope.end == review.figures.scope.as_of
    return f"Tickets in an open status at the {'instant of the report' if is_now else 'end of the period'}."


def build_due(review: Review) -> Iterator[Part]:
    """Yield a row a clock: how many are due within so many hours (R-51)."""
    title = "Due next"
    if review.figures.scope.end != review.figures.scope.as_of:
        yield Remark(title, ("The period is over: what is due next is counted of one that goes on, such as today.",))
        return
    rows = []
    for metric in review.metrics:
        keys = [f"due/{metric}/{hours}h" for hours in HORIZONS]
        counts = [review.count(key) for key in keys]
        if any(counts):
            rows.append(TableRow((review.label_metric(metric), *map(format_number, counts)), ("", *keys)))
    if not rows:
        yield Remark(title, (f"No clock is due within {HORIZONS[-1]} hours.",))
        return
    columns = (Column("Clock", False), *(Column(f"{hours} h") for hours in HORIZONS))
    sentence = "Clocks that run, are neither late nor paused, and are due within so many hours of the report's instant."
    yield Table(title, columns, tuple(rows), sentence)


def build_overdue(review: Review) -> Iterator[Part]:
    """Yield a row a clock: how many are late and have not stopped, by severity, or by type where there is none."""
    title = "Late and open"
    dimension = "severity" if review.names.rank("severity", "") is not None else "type"
    broken = {
        metric: groups
        for metric in review.metrics
        if (groups := break_down(review.figures, f"undecided/{metric}/late-and-open", dimension))
    }
    if not broken:
        yield Remark(title, ("No clock is late and open.",))
        return
    values = list_values(list(broken.values()), dimension, review.names)
    rows = []
    for metric, groups in broken.items():
        whole = f"undecided/{metric}/late-and-open"
        figures = [groups.get(value) for value in values]
        cells = (format_number(figure.count) if figure is not None else "0" for figure in figures)
        keys = (figure.key if figure is not None else "" for figure in figures)
        rows.append(
            TableRow(
                (review.label_metric(metric), *cells, format_number(review.count(whole))),
                ("", *keys, whole),
            )
        )
    names = [review.names.find(dimension, value) for value in values]
    columns = (Column("Clock", False), *map(Column, names), Column("All"))
    yield Table(title, columns, tuple(rows), "Clocks whose due time has passed and that have not stopped.")


def build_unassigned(review: Review) -> Iterator[Part]:
    """Yield the open tickets that no agent has, by team."""
    title = "Unassigned"
    free = break_down(review.figures, _OPEN, "agent").get(NONE)
    if free is None:
        yield Remark(title, ("Every open ticket has an agent.",))
        return
    by_team: dict[str, list[Row]] = {}
    for row in free.rows:
        by_team.setdefault(row.life.team or NONE, []).append(row)
    ordered = sorted(by_team, key=lambda team: (-len(by_team[team]), review.names.find("team", team)))
    rows = [_build_team_row(review, free, team, by_team[team]) for team in ordered]
    rows.append(
        TableRow(("All", format_number(free.count), _find_longest(review, free.rows)), ("", free.key), is_total=True)
    )
    columns = (Column("Team", False), Column("Open"), Column("Oldest, days"))
    yield Table(title, columns, tuple(rows), "Open tickets that no agent has, and the age of the oldest of them.")


def _build_team_row(review: Review, free: Figure, team: str, rows: Sequence[Row]) -> TableRow:
    key = build_key(free.measure.key, free.part, (("agent", NONE), ("team", team)))
    cells = (review.names.find("team", team), format_number(len(rows)), _find_longest(review, rows))
    return TableRow(cells, ("", key), compute_share(len(rows), free.count))


def _find_longest(review: Review, rows: Sequence[Row]) -> str:
    return _format_days(review.figures.scope.end - min(row.life.received_at for row in rows))


def build_waiting(review: Review) -> Iterator[Part]:
    """Yield the open tickets that have stayed longest in the status that they are in."""
    title = "Longest in one status"
    whole, end = review.find(_OPEN), review.figures.scope.end
    stays = []
    for row in whole.rows if whole is not None else ():
        visit = row.life.find_visit(end)
        if visit is not None:
            stays.append((visit.since, row.life.number, visit.status, row.life))
    if not stays:
        yield Remark(title, ("Nothing is open.",))
        return
    names = review.names
    rows = [
        TableRow(
            (
                review.name_ticket(life),
                names.find("status", status),
                names.find("client", life.client) if life.client else NOTHING,
                names.find("team", life.team) if life.team else NOTHING,
                names.find("agent", life.assignee) if life.assignee else NOTHING,
                _format_days(end - since),
            )
        )
        for since, _, status, life in sorted(stays, key=lambda stay: stay[:2])[:MOST_GROUPS]
    ]
    words = ("Ticket", "Status", "Client", "Team", "Agent")
    columns = (*(Column(word, False) for word in words), Column("Days"))
    yield Table(title, columns, tuple(rows), "Open tickets by how long they have been in their present status.")


def _format_days(seconds: int) -> str:
    return f"{seconds / _DAY:,.1f}"

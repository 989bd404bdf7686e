"""Time in status: how long tickets were in each status within the period (R-20)."""

from __future__ import annotations

from collections.abc import Iterator

from deskterm.reports.lives.life import Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope


def _collect_stays(life: Life, scope: Scope) -> Iterator[tuple[Part, Row]]:
    since, until = scope.period.since, scope.horizon
    calendar = None
    for visit in life.visits:
        if visit.category == "closed" and not scope.with_closed:
            continue
        begin, end = max(visit.since, since), until if visit.until is None else min(visit.until, until)
        # A visit of no length counts where it began
        if not begin < end and not (visit.since == visit.until and scope.has(visit.since)):
            continue
        calendar = calendar or scope.rules.find_calendar(life)
        yield (visit.status, "elapsed"), Row(life, visit.since, end - begin, visit, visit.status)
        yield (visit.status, "working"), Row(life, visit.since, calendar.open_seconds(begin, end), visit, visit.status)


MEASURES = (
    Measure(
        "time-in-status",
        "Time in status",
        "Time that tickets were in a status within the period, summed up by ticket, elapsed and in working time; equal "
        "statuses in a row are one visit. Closed statuses are left out unless they are asked for.",
        _collect_stays,
        unit="visits",
        statistic="stays",
        parts=lambda scope: (),
    ),
)

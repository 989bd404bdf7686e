"""The figures of a month and of the past on a desk of any size, beside one hand-written aggregate over the same rows.

The tickets came one after the other over three years, and had five events each.

Each figure is the median of three calls in this process, so that importing counts once; memory is the peak of it.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from big_desk import NOW, big_desk
from deskterm.reports.figure_report import FigureRequest, make_figure_report, make_figure_reports
from deskterm.reports.page_report import count_page
from deskterm.reports.pages.definitions import find_definition
from deskterm.reports.periods import parse_period
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.desk_facts import load_desk_facts

AGGREGATE = """
SELECT t.severity, count(*), sum(t.received_at >= :since AND t.received_at < :until),
  sum(t.solved_at >= :since AND t.solved_at < :until), sum(t.closed_at >= :since AND t.closed_at < :until),
  sum(t.is_open), sum(s.n), sum(s.seconds), sum(c.met), sum(c.late)
FROM ticket t
JOIN (SELECT ticket_id, count(*) AS n, sum(min(coalesce(until, :end), :end) - max(since, :begin)) AS seconds
  FROM status_span WHERE since < :end AND coalesce(until, :end) > :begin GROUP BY ticket_id) s ON s.ticket_id = t.id
JOIN (SELECT ticket_id, sum(stopped_at >= :since AND stopped_at < :until AND breached_at IS NULL) AS met,
  sum(breached_at >= :since AND breached_at < :until) AS late FROM clock GROUP BY ticket_id) c ON c.ticket_id = t.id
GROUP BY t.severity
"""
"""Created, resolved, closed and open, time in statuses within the month, met and late, by severity: what somebody would
write by hand, and less than the report counts."""


def measure(act: Callable[[], object]) -> float:
    """Return the median seconds of three calls."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measure_desk(folder: Path, tickets: int) -> float:
    """Measure a desk whose tickets came over three years, and return the seconds of its monthly report."""
    path = folder / f"{tickets}.sqlite3"
    if not path.exists():
        big_desk(path, tickets, are_open=min(tickets // 2, 50_000), years=3).store.close()
    month, now = parse_period("last-month", "UTC", NOW), int(NOW.timestamp())
    request = FigureRequest(month, now)
    then = NOW - timedelta(days=365)
    year_ago = FigureRequest(parse_period("today", "UTC", then), int(then.timestamp()))
    limits = month.period
    words = {"since": f"{month.first} 00:00:00.000000", "until": f"{month.after} 00:00:00.000000"}
    with sqlite3.connect(path) as connection, open_reader(f"sqlite:///{path}") as reader:
        facts = load_desk_facts(reader)
        ((events,),) = reader.rows("SELECT count(*) FROM event")
        figures = make_figure_report(reader, request).figures
        wanted = words | {"begin": limits.since, "end": limits.until}
        rows = connection.execute(AGGREGATE, wanted).fetchall()
        assert sum(row[2] for row in rows) == figures.count("created"), "both count the same tickets"
        aggregate = measure(lambda: connection.execute(AGGREGATE, wanted).fetchall())
        counted = measure(lambda: make_figure_report(reader, request))
        definition = find_definition(figures.scope.rules.procedure, "month")
        page = measure(
            lambda: count_page(reader, facts, definition, request, lambda asked: make_figure_reports(reader, asked))
        )
        by_severity = measure(lambda: make_figure_report(reader, replace(request, by=("severity",))))
        drill = measure(lambda: figures.find("resolved").ids)
        as_of = measure(lambda: make_figure_report(reader, year_ago))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{tickets:,} tickets, {events:,} events, {figures.lives:,} of them in the month; peak so far {peak:,.0f} MB"
    )
    print(f"one hand-written aggregate{aggregate:11.2f} s")
    for name, seconds in (
        ("figures of a month", counted),
        ("the monthly report", page),
        ("figures by severity", by_severity),
        ("a list behind a figure", drill),
        ("the day of a year ago", as_of),
    ):
        print(f"{name:28}{seconds:9.2f} s{seconds / aggregate:9.1f} times the aggregate")
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=(10_000, 100_000))
    parser.add_argument("--keep", metavar="FOLDER", help="keep the desks there, and use those that are there")
    with tempfile.TemporaryDirectory() as folder:
        asked = parser.parse_args()
        place = Path(asked.keep or folder)
        taken = [measure_desk(place, size) for size in asked.sizes]
    print(f"\nThe monthly report of the largest desk against the smallest: {taken[-1] / taken[0]:.1f} times")


if __name__ == "__main__":
    main()

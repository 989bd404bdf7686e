"""The figures of a month and of the past on a desk of any size, beside one hand-written aggregate over the same rows;
export beside Python's csv module, and the whole desk as files beside a copy of the file.

Each figure is the median of three calls in this process, so that importing counts once; memory is the peak of it.
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from big_desk import NOW, big_desk
from deskterm.exchange.exporting.exports import export
from deskterm.exchange.transfer.desk_export import export_desk
from deskterm.reports.figure_report import FigureRequest, make_figure_report
from deskterm.reports.periods import parse_period
from deskterm.store.db.reader import open_reader

AGGREGATE = """
SELECT t.severity, count(*), sum(t.received_at >= :since AND t.received_at < :until),
  sum(t.solved_at >= :since AND t.solved_at < :until OR t.closed_at >= :since AND t.closed_at < :until),
  sum(t.is_open), sum(s.n), sum(s.seconds), sum(c.met), sum(c.late)
FROM ticket t
JOIN (SELECT ticket_id, count(*) AS n, sum(coalesce(until, :end) - since) AS seconds FROM status_span
  GROUP BY ticket_id) s ON s.ticket_id = t.id
JOIN (SELECT ticket_id, sum(state = 'met') AS met, sum(breached_at IS NOT NULL) AS late FROM clock
  GROUP BY ticket_id) c ON c.ticket_id = t.id
GROUP BY t.severity
"""
"""Created, resolved and open, time in statuses, met and late by severity: less than the report counts."""


def measure(act: Callable[[], object]) -> float:
    """Return the median seconds of three calls."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measure_desk(folder: Path, tickets: int) -> None:
    path = folder / f"{tickets}.sqlite3"
    desk = big_desk(path, tickets, are_open=min(tickets, 50_000))
    desk.store.close()
    month, now = parse_period("month", "UTC", NOW), int(NOW.timestamp())
    past = int((NOW - timedelta(days=7)).timestamp())
    limits = {"since": "2026-11-01", "until": "2026-12-01", "end": now}
    with sqlite3.connect(path) as connection, open_reader(f"sqlite:///{path}") as reader:
        aggregate = measure(lambda: connection.execute(AGGREGATE, limits).fetchall())
        report = measure(lambda: make_figure_report(reader, FigureRequest(month, now)))
        by_severity = measure(lambda: make_figure_report(reader, FigureRequest(month, now, by=("severity",))))
        as_of = measure(lambda: make_figure_report(reader, FigureRequest(month, past)))
        rows = connection.execute("SELECT * FROM ticket").fetchall()
        bare = measure(lambda: csv.writer(io.StringIO()).writerows(rows))
        exported = measure(lambda: export(reader, "tickets", "csv", io.StringIO()))
        copy = measure(lambda: shutil.copyfile(path, folder / "copy"))
        began = time.perf_counter()
        export_desk(reader, folder / f"{tickets}.tar", now=NOW)
        whole = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{tickets:,} tickets, {min(tickets, 50_000):,} open; peak so far {peak:,.0f} MB")
    for name, seconds, beside, words in (
        ("figures of a month", report, aggregate, "one hand-written aggregate"),
        ("the same by severity", by_severity, aggregate, "the same"),
        ("the same as of a week ago", as_of, aggregate, "the same"),
        ("export of tickets as csv", exported, bare, "csv.writer over the same rows"),
        ("export of the whole desk", whole, copy, "a copy of the file"),
    ):
        print(f"{name:28}{seconds:9.2f} s{seconds / beside:9.1f} times {words} ({beside:.2f} s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=(10_000, 100_000))
    with tempfile.TemporaryDirectory() as folder:
        for size in parser.parse_args().sizes:
            measure_desk(Path(folder), size)


if __name__ == "__main__":
    main()

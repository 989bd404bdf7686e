"""The report of tickets says of each what figures say of all (R-08, R-43)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.test_random_histories import Step, VersionedDesk
from deskterm.desk.tickets.register import register
from deskterm.reports.figure_report import FigureRequest, make_figure_report
from deskterm.reports.periods import NamedPeriod
from deskterm.reports.ticket_report import make_ticket_report
from deskterm.store.db.reader import open_reader
from due_time_desk import due_time_desk
from examples import examples
from reports.lives.test_as_of import HISTORIES, TICKETS, perform
from small_desk import at

MEASURED = {
    "time-to-resolve/elapsed": "elapsed_seconds",
    "time-to-resolve/working": "working_seconds",
    "time-to-resolve/net": "net_seconds",
    "first-response/elapsed": "response_seconds",
    "first-response/working": "response_working_seconds",
    "time-to-first-resolution": "first_resolved_seconds",
    "hand-offs": "hand_offs",
}


def compare(url: str, as_of: int) -> None:
    """Compare rows of a period that has all of the desk's past with the figures of that period."""
    day = date(2026, 11, 20)
    whole = NamedPeriod("whole", day, day + timedelta(days=90), "Europe/London")
    request = FigureRequest(whole, as_of)
    with open_reader(url) as reader:
        figures = make_figure_report(reader, request).figures
        report = make_ticket_report(reader, request)
    rows = report.rows
    assert [row["number"] for row in rows] == sorted(row.life.number for row in figures.find("created").rows)
    for key, name in MEASURED.items():
        values = sorted(row[name] for row in rows if row[name] is not None)
        assert values == sorted(row.seconds for row in figures.find(key).rows if row.seconds is not None), key
    for key, name in (("resolved", "resolved_at"), ("first-resolved", "first_resolved_at"), ("closed", "closed_at")):
        found = [(row["number"], row[name]) for row in rows if row[name] is not None]
        assert found == sorted((row.life.number, row.at) for row in figures.find(key).rows), key
    assert sum(row["reopened"] for row in rows) == figures.count("reopened")
    for metric in report.metrics:
        for verdict in ("met", "late"):
            total = sum(row["verdicts"][metric][verdict] for row in rows)
            assert total == figures.count(f"attainment/{metric}/{verdict}")


@settings(
    max_examples=examples(6),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(steps=HISTORIES, data=st.data())
def test_rows_add_up_to_the_figures_of_all(tmp_path: Path, steps: list[tuple[int, Step]], data: st.DataObject) -> None:
    with TemporaryDirectory(dir=tmp_path) as folder:
        url = f"sqlite:///{folder}/desk.sqlite3"
        minute = tell_story(url, steps)
        compare(url, int(at(data.draw(st.integers(3, minute))).timestamp()))


def test_rows_add_up_on_either_database(store_url: str) -> None:
    minute = tell_story(
        store_url,
        [
            (1001, Step("reply", 5, 0)),
            (1001, Step("solved", 60, 0)),
            (1002, Step("closed", 30, 0)),
            (1001, Step("answer", 2000, 0)),
            (1003, Step("duplicate", 30, 0)),
        ],
    )
    for one in (80, minute):
        compare(store_url, int(at(one).timestamp()))


def tell_story(url: str, steps: list[tuple[int, Step]]) -> int:
    versions, minute = VersionedDesk([due_time_desk(url)]), len(TICKETS)
    for place, _ in enumerate(TICKETS):
        words: dict[str, Any] = {"body": "y", "type": "fault", "severity": "high", "email": "kim@larch.example"}
        register(versions.desk(0), subject="x", now=at(place), **words)
    for number, step in steps:
        minute += step.minutes
        perform(versions, number, step, minute)
    versions.desk(0).store.close()
    return minute

"""Requests of figures that are counted in one pass over their tickets."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from deskterm.desk.tickets import register, update
from deskterm.reports.figure_report import FigureReport, FigureRequest, make_figure_report, make_figure_reports
from deskterm.reports.periods import parse_period
from deskterm.reports.row_memory import search_everything
from deskterm.store.db.reader import open_reader
from small_desk import MONDAY, at, small_desk

DAY = 24 * 60


def list_numbers(report: FigureReport) -> dict[str, tuple[int, list[str]]]:
    figures = report.figures.figures
    return {"lives": (report.figures.lives, [])} | {key: (one.count, one.ids) for key, one in figures.items()}


@pytest.mark.parametrize("back", [0, 3])
def test_figures_of_several_periods_are_those_of_each_by_itself(tmp_path: Path, back: int) -> None:
    """R-08. back: days before the last one, of the instant that all is counted as of."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    for day in range(9):
        numbers = [
            register.register(desk, type="fault", severity=severity, subject="x", now=at(day * DAY + 60)).number
            for severity in ("high", "low")
        ]
        if day % 2:
            update.move(desk, numbers[0], "solved", now=at((day + 1) * DAY))
        if day % 4 == 3:
            update.move(desk, numbers[0], "working", now=at((day + 1) * DAY + 30))
    desk.store.close()
    now = at((10 - back) * DAY)
    names = ("2026-11-24", "2026-11-26", "2026-11", "2026-W48", "2026-11-24")
    asked = [FigureRequest(parse_period(name, "UTC", now), int(now.timestamp())) for name in names]
    asked[2] = replace(asked[2], by=("severity",), with_closed=True)
    steps: list[tuple[int, int]] = []
    with open_reader(url) as reader:
        found = make_figure_reports(reader, asked, progress=lambda done, total: steps.append((done, total)))
        alone = [make_figure_report(reader, request) for request in asked]
    assert MONDAY.date().isoformat() == "2026-11-23", "the days above are days of the desk"
    assert [one.request for one in found] == asked
    assert list(map(list_numbers, found)) == list(map(list_numbers, alone))
    assert found[0].figures.count("created") == 2
    assert found[0].figures is found[4].figures, "the same days are counted once"
    assert steps[-1][0] == steps[-1][1] > 0


def test_the_search_for_cycles_goes_on_after_a_report(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    desk = small_desk(url)
    register.register(desk, type="fault", severity="high", subject="x", now=at(1))
    desk.store.close()
    request = FigureRequest(parse_period("2026-11", "UTC", at(60)), int(at(60).timestamp()))
    with open_reader(url) as reader:
        make_figure_report(reader, request)
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    search_everything()
    assert gc.get_freeze_count() == 0

"""A report's page in a browser: by day, by night and on paper; it asks for nothing, and nothing is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from deskterm.present.report.html.page import format_html
from deskterm.reports.pages.page import Column, DayChart, Page, Series, Table, TableRow, Tile, Tiles
from present.report.chromium import Browser, open_browser
from present.report.test_html import DOCUMENT, make_page

CUT_OFF = """
[...document.querySelectorAll("svg text")].filter(text => {
  const box = text.getBBox(), room = text.ownerSVGElement.viewBox.baseVal;
  return box.x < 0 || box.y < 0 || box.x + box.width > room.width || box.y + box.height > room.height;
}).map(text => text.textContent)
"""
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
COLOURS = """(style => [style.backgroundColor, style.color])(getComputedStyle(document.body))"""


_SHEET = 688, 1016
"""Pixels of an A4 sheet within its margins, across and down."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with a part of each kind, the longest names and numbers that there are, and five columns of numbers."""
    made = make_page("Resolved without a hand-off")
    rows = tuple(
        TableRow((name, "1,234", "2,345", "3,456", value), (), Fraction(1, 2))
        for name, value in (
            ("Resolved without a hand-off", "1,244,818.1"),
            ("INFRASTRUCTURE REQUESTS OF ALL", "100.0 %"),
        )
    )
    columns = (Column("Status", False), *map(Column, ("Created", "Resolved", "Open", "Hours")))
    parts = (*made.parts, Table("Time in status, hours", columns, rows, "Times.", bar=4))
    path = tmp_path / "month.html"
    path.write_text(
        format_html(Page(made.title, made.facts, parts), ("a fact",), DOCUMENT, path.name), encoding="utf-8"
    )
    return path


def test_a_page_asks_the_network_for_nothing(browser: Browser, page: Path) -> None:
    """R-52."""
    browser.open(page)
    assert browser.requests == [page.as_uri()]


@pytest.mark.parametrize("width", [1100, 700, 400])
def test_nothing_of_it_is_cut_off_whatever_the_width(browser: Browser, page: Path, width: int) -> None:
    """R-55: labels and values stay within their drawing, and the page within its window."""
    browser.open(page, width=width)
    assert browser.evaluate(CUT_OFF) == []
    assert browser.evaluate(TOO_WIDE) <= 0


def test_it_is_light_by_day_dark_by_night_and_black_on_white_on_paper(browser: Browser, page: Path) -> None:
    """R-52, R-54."""
    browser.open(page)
    seen, pictures = [], set()
    for scheme, medium in (("light", ""), ("dark", ""), ("dark", "print")):
        browser.emulate(scheme=scheme, medium=medium)
        seen.append(browser.evaluate(COLOURS))
        pictures.add(browser.take_picture())
    browser.emulate()
    assert seen == [
        ["rgb(255, 255, 255)", "rgb(26, 29, 33)"],
        ["rgb(21, 24, 28)", "rgb(230, 233, 237)"],
        ["rgb(255, 255, 255)", "rgb(0, 0, 0)"],
    ]
    assert len(pictures) == 3


def test_it_prints_on_a4_without_half_a_page_left_empty(browser: Browser, page: Path) -> None:
    """R-54: in two columns, and without the links, which lead nowhere on paper."""
    browser.open(page, width=690)
    browser.emulate(medium="print")
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    figure, table = (
        browser.evaluate(f"document.querySelector('.chart > {name}').getBoundingClientRect().left")
        for name in ("figure", "div")
    )
    browser.emulate()
    assert table > figure + 200
    printed = browser.print_page()
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 3


def test_the_days_of_the_longest_month_have_room_on_the_first_sheet(browser: Browser, tmp_path: Path) -> None:
    """R-54: with all lines that a head may have; how the report was made is not parted either."""
    days = tuple(f"2026-10-{day:02}" for day in range(1, 32))
    series = (Series("Created", (12,) * 31), Series("Resolved", (7,) * 31), Series("Open", (120,) * 31, is_line=True))
    tiles = Tiles(tuple(Tile(f"Figure {place}", "1,319", "+12") for place in range(6)))
    chart = DayChart("Created and resolved", days, series, "1,234 open at the beginning + 372 created. " * 3)
    made = Page("Monthly report", (), (tiles, chart))
    path = tmp_path / "october.html"
    path.write_text(format_html(made, ("a fact",) * 6, DOCUMENT, path.name), encoding="utf-8")
    browser.open(path, width=_SHEET[0])
    browser.emulate(medium="print")
    end = browser.evaluate("document.querySelector('.chart').getBoundingClientRect().bottom")
    kept = browser.evaluate("getComputedStyle(document.querySelector('#made')).breakInside")
    browser.emulate()
    assert (end < _SHEET[1], kept) == (True, "avoid")

"""A page as HTML: it needs nothing else, its charts have their tables, and no text of people becomes a tag."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from deskterm.present.report.html.page import format_html
from deskterm.reports.envelope import PAGE_DIGEST, compute_page_digest
from deskterm.reports.pages.page import Column, DayChart, Page, Remark, Series, Table, TableRow, Tile, Tiles
from present.report.report_page import parse_page

DOCUMENT = {"digest": "0" * 64, "figures": {}, "program": "1", "made_at": "2026-11-01T00:00:00Z"}
texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "</script><script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "&quot;",
            "<!--",
            "]]>",
            "a\x1b[31mb\x00",
        ]
    ),
).map(lambda text: f"{text}–")


def make_page(name: str = "Low") -> Page:
    """Return a page with a part of each kind, and a name in all places that people's words come to."""
    rows = (
        TableRow((name, "5", "83.4 %"), ("", f"created/client={name}", ""), Fraction(5, 6)),
        TableRow(("High", "1", "16.6 %"), (), Fraction(1, 6)),
        TableRow(("All", "6", "–"), ("", "created", ""), is_total=True),
    )
    columns = (Column(name, False), Column("Created"), Column("Kept"))
    days = tuple(f"2026-11-{day:02}" for day in range(1, 31))
    series = (
        Series(name, tuple(range(30))),
        Series("Resolved", (7,) * 30),
        Series("Open", tuple(range(100, 130)), is_line=True),
    )
    return Page(
        name,
        (name,),
        (
            Tiles((Tile(name, "1,319", "+12", "created"), Tile("Kept", "–", "\N{MINUS SIGN}1.2 points"))),
            DayChart(name, days, series, name),
            Table(name, columns, rows, name, (name,), Fraction(9, 10), bar=1),
            Table("Wide", tuple(map(Column, "abcdefgh")), (TableRow(tuple("12345678")),)),
            Remark(name, (name,)),
        ),
    )


def test_a_page_asks_for_nothing_and_every_chart_has_its_table_beside_it() -> None:
    """R-52, R-53."""
    root = parse_page(format_html(make_page(), ("a fact",), DOCUMENT, "month.html"))
    assert len(root.xpath("//*[local-name()='svg']")) == 2
    assert "Created: Low 5, High 1; All 6." in root.xpath("//desc/text()")
    assert root.xpath("//tfoot//td/@data-key") == ["created"]
    assert root.xpath("//div[@role='region']/@tabindex") == ["0", "0"]
    assert root.xpath("//dd[@class='change']/text()") == ["▲ up 12", "▼ down 1.2 points"]
    assert root.xpath("//code/text()") == ["deskterm report verify month.html"]


@settings(max_examples=25)
@given(texts)
def test_words_of_people_stay_words(name: str) -> None:
    """R-48."""
    document = DOCUMENT | {"title": name}
    page = format_html(make_page(name), (name,), document, "month.html")
    assert page == format_html(make_page(name), (name,), document, "month.html")
    root, plain = map(parse_page, (page, format_html(make_page("Low"), ("Low",), DOCUMENT, "month.html")))
    assert [element.tag for element in root.iter()] == [element.tag for element in plain.iter()]
    found = json.loads(root.xpath("string(//script)"))
    assert found.pop(PAGE_DIGEST) == compute_page_digest(page)
    assert found == document
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", page)


@pytest.mark.parametrize("length", [0, 1, 31, 366, 4_000])
def test_a_chart_of_days_is_well_formed_and_stays_in_its_frame_however_long_it_is(length: int) -> None:
    series = (
        Series("Created", tuple(number % 97 for number in range(length))),
        Series("Open", tuple(range(length)), is_line=True),
    )
    chart = DayChart("Days", tuple(map(str, range(length))), series, "All is well.")
    page = format_html(Page("T", (), (chart,)), (), DOCUMENT, "x.html")
    drawing = etree.fromstring(re.search("<svg.*?</svg>", page, re.DOTALL)[0])  # type: ignore[index]
    assert len(drawing.findall("path")) <= 125
    height = float(drawing.get("height"))
    for path in drawing.findall("path"):
        assert all(0 <= float(value) <= height for value in re.findall(r"V([\d.]+)", path.get("d")))
    assert len(drawing.findall("text")) < 30

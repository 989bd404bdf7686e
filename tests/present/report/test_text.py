"""A page as text: columns, bars and pairs of tables (R-47)."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from deskterm.present.report.text import TextStyle, format_lines, format_page
from deskterm.reports.pages.page import Column, DayChart, Page, Part, Remark, Series, Table, TableRow, Tile, Tiles

names = st.sampled_from(
    ["Low", "Źdźbło & Söhne", "日本語の顧客", "x\x1b[31my", "A very long name of a client " * 3, ""]
)
numbers = st.integers(0, 10**9).map(lambda number: f"{number:,}")
shares = st.none() | st.fractions(-1, 2)
tables = st.builds(
    lambda title, rows: Table(title, (Column("Name", False), Column("N"), Column("Share")), tuple(rows), "All of it."),
    names,
    st.lists(
        st.builds(lambda name, number, share: TableRow((name, number, number), (), share), names, numbers, shares),
        max_size=4,
    ),
)
days = st.lists(st.integers(0, 5_000), max_size=400).map(
    lambda values: DayChart(
        "Days", tuple(map(str, range(len(values)))), (Series("Created", tuple(values)),), "All is well."
    )
)
tiles = st.lists(st.builds(Tile, names, numbers, names), min_size=1, max_size=6).map(lambda found: Tiles(tuple(found)))
remarks = st.builds(lambda name: Remark(name, ("Nothing of that.",)), names)
parts: st.SearchStrategy[Part] = st.one_of(tables, days, tiles, remarks)


@given(st.lists(parts, max_size=5), st.sampled_from([40, 80, 120, 180]), st.booleans(), st.booleans())
def test_no_line_is_wider_than_the_terminal_nor_holds_what_it_would_act_on(
    found: list[Part], width: int, bars: bool, rules: bool
) -> None:
    lines = list(format_page(Page("Title", (), tuple(found)), TextStyle(width, bars=bars, rules=rules, explains=True)))
    assert [line for line in lines if cell_len(line) > max(width, 60)] == []
    assert all(character.isprintable() for line in lines for character in line)


def test_a_bar_stands_beside_its_number_in_eighths_with_the_mark_of_an_objective() -> None:
    rows = tuple(TableRow((name, "50.0 %"), (), share) for name, share in (("a", Fraction(1, 2)), ("b", None)))
    table = Table("Kept", (Column("Name", False), Column("Kept")), rows, mark=Fraction(9, 10))
    title, head, first, second = [*format_page(Page("T", (), (table,)), TextStyle(30))][1:]
    assert title == "─ Kept " + "─" * 23
    assert head == " Name    Kept"
    assert first == " a     50.0 % ▕███████     ┊ ▏"
    assert second == " b     50.0 %"


def test_a_year_has_several_days_in_a_column_and_loses_none() -> None:
    """R-47: what came is added up, what is open is that of the last day."""
    days = tuple(f"day {place}" for place in range(1, 101))
    created, opened = [0] * 100, [4] * 100
    created[9] = 1
    opened[-1] = 0
    series = (Series("Created", tuple(created)), Series("Open", tuple(opened), is_line=True))
    page = Page("T", (), (DayChart("Days", days, series, ""),))
    lines = [line.strip() for line in format_page(page, TextStyle(36))]
    assert "Created  1  ▁▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁" in lines
    assert "Open     0  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▁" in lines
    assert "day 1 to day 100, a column 5 days" in lines
    wide = [line.strip() for line in format_page(page, TextStyle(120))]
    assert "day 1 to day 100, a column a day" in wide


def test_tables_stand_in_pairs_from_120_columns_on() -> None:
    tables = tuple(
        Table(name, (Column("Name", False), Column("N")), (TableRow(("a", "1")),)) for name in ("One", "Two")
    )
    lines = [*format_page(Page("T", (), tables), TextStyle(120))][1:]
    assert [line.split()[1] for line in lines[:1]] == ["One"]
    assert "Two" in lines[0]
    assert len(lines) == 3
    assert len([*format_page(Page("T", (), tables), TextStyle(119))][1:]) == 6


@given(
    st.lists(st.lists(st.tuples(names, numbers, numbers), min_size=1, max_size=3), min_size=1, max_size=3),
    st.sampled_from([40, 80, 120, 180]),
)
def test_each_figure_stands_where_the_line_says_and_none_is_left_out(
    found: list[list[tuple[str, str, str]]], width: int
) -> None:
    """R-40: also in tables side by side, and behind names of wide characters."""
    columns = (Column("Name", False), Column("N"), Column("Of"))
    tables = tuple(
        Table(
            f"{place}",
            columns,
            tuple(TableRow(row, ("", f"{place}/{n}/n", f"{place}/{n}/of")) for n, row in enumerate(rows)),
        )
        for place, rows in enumerate(found)
    )
    expected = {
        key: cell for table in tables for row in table.rows for key, cell in zip(row.keys, row.cells, strict=True)
    }
    seen = {}
    for line in format_lines(Page("T", (), tables), TextStyle(width)):
        for spot in line.spots:
            first, last = (len(set_cell_size(line.text, cells)) for cells in (spot.start, spot.end))
            seen[spot.key] = line.text[first:last]
    assert seen == {key: cell for key, cell in expected.items() if key}

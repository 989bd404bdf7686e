"""Columns of the queue: chosen, ordered, sorted, and remembered for each view (C-10)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.cli.ticket.queue_table import COLUMNS
from deskterm.present.labels import Vocabulary, get_short_label
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.store.rows import list_orders
from deskterm.tui.panes.columns import BASE_WIDTH, DUE_WIDTH, NARROWEST_SUBJECT, TIME_WIDTH, make_columns
from deskterm.tui.panes.due import due_cell
from deskterm.tui.screens.titles import column_widths
from deskterm.tui.settings.declarations import COLUMN_NAMES, Settings
from deskterm.tui.settings.file import SettingsFile
from deskterm.tui.settings.preferences import Preferences
from tui.console_session import ConsoleSession, open_console
from tui.queue_rows import NOW, OFFICE, line

pytestmark = pytest.mark.law("C-10")


def remembered(tmp_path: Path) -> Preferences:
    return Preferences(SettingsFile(Path("settings.toml"), Settings()), tmp_path / "console.json")


def header(console: ConsoleSession) -> list[str]:
    return console.panes.queue.render_line(0).text.split()


def numbers(console: ConsoleSession) -> list[int]:
    queue = console.panes.queue
    return [line.number for row in range(queue.count) if (line := queue._pages.row(row)) is not None]


def test_the_console_and_the_command_line_have_the_same_names_for_columns() -> None:
    assert {*COLUMN_NAMES} <= {*COLUMNS}
    assert [column.name for column in make_columns(400, chosen=COLUMN_NAMES)] == [*COLUMN_NAMES]


@given(
    width=st.integers(30, 250),
    chosen=st.lists(st.sampled_from(COLUMN_NAMES), min_size=1, max_size=8, unique=True),
)
def test_chosen_columns_keep_their_order_and_fit_and_number_and_subject_stay(width: int, chosen: list[str]) -> None:
    columns = make_columns(width, chosen=chosen)
    names = [column.name for column in columns]
    assert names == [name for name in chosen if name in names]
    assert {"number", "subject"} & {*chosen} <= {*names}
    if {*names} - {"number", "subject"} and len(names) > 1:
        assert DUE_WIDTH + sum(column.width + 1 for column in columns) - 1 <= max(width, DUE_WIDTH + NARROWEST_SUBJECT)


async def test_chosen_columns_are_there_again_in_their_view_and_in_no_other(url: str, tmp_path: Path) -> None:
    async with open_console(url, preferences=remembered(tmp_path)) as console:
        before = header(console)
        assert before[0] == "Left"
        await console.run("columns", "subject number, requester")
        assert header(console) == ["Left", "Subject", "#", "Requester"]
        console.workspace.show_view("unassigned")
        await console.wait_until(lambda: header(console) == before, "the columns of another view")
    async with open_console(url, preferences=remembered(tmp_path)) as console:
        assert header(console) == ["Left", "Subject", "#", "Requester"]
        assert "Kim Novak" in console.screen_text()
        await console.run("columns", "-")
        assert header(console) == before


async def test_the_settings_say_the_columns_of_views_without_columns_of_their_own(url: str) -> None:
    file = SettingsFile(Path("settings.toml"), Settings(columns=("subject", "number")))
    async with open_console(url, preferences=Preferences(file)) as console:
        assert header(console) == ["Left", "Subject", "#"]


async def test_a_name_that_no_column_has_is_said_with_the_nearest(url: str) -> None:
    async with open_console(url) as console:
        await console.run("columns", "number clent")
        await console.wait_for_notice("There is no column 'clent'. Did you mean client?")


async def test_a_click_on_a_title_sorts_the_list_and_the_view_remembers_it(url: str, tmp_path: Path) -> None:
    async with open_console(url, preferences=remembered(tmp_path)) as console:
        work = numbers(console)
        place = console.panes.queue.render_line(0).text.index("Subject")
        await console.pilot.click("#queue", offset=(place + 1, 1))
        await console.wait_for_text("Queue · by subject · ")
        await console.wait_until(lambda: numbers(console) == sorted(work), "by their subjects")
        assert "▲" in console.panes.queue.render_line(0).text[place:]
        await console.pilot.click("#queue", offset=(place + 1, 1))
        await console.wait_for_text("Queue · by subject, reversed")
        await console.wait_until(lambda: numbers(console) == sorted(work, reverse=True), "from the end")
    assert json.loads((tmp_path / "console.json").read_text("utf-8")) == {"views": {"open": {"order": "-subject"}}}
    async with open_console(url, preferences=remembered(tmp_path)) as console:
        await console.wait_for_text("Queue · by subject, reversed")
        await console.wait_until(lambda: numbers(console) == sorted(work, reverse=True), "from the end again")
        await console.pilot.click("#queue", offset=(place + 1, 1))
        await console.wait_for_text("Queue · by order of work")
        assert numbers(console) == work
        await console.pilot.click("#queue", offset=(5, 1))
        await console.wait_for_text("Left▲")


async def test_a_list_that_is_too_long_for_an_order_has_its_own_and_says_so(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a column without an index each page looks at the whole list."""
    monkeypatch.setattr(list_orders, "MOST_SORTED", 3)
    async with open_console(url) as console:
        work = numbers(console)
        await console.run("order", "-client")
        await console.wait_for_notice("too many to sort by client, reversed: narrow the list with / first")
        await console.wait_for_text("Queue · by order of work")
        assert numbers(console) == work
        await console.run("filter", "severity:low")
        await console.wait_for_text("Queue · by client, reversed · 2 open")


def test_a_list_can_be_sorted_by_every_column() -> None:
    assert set(COLUMN_NAMES) <= set(list_orders.LIST_ORDERS)


async def test_every_order_of_the_list_has_a_name_and_another_is_refused(url: str) -> None:
    async with open_console(url) as console:
        for name, title in (("updated", "last updated first"), ("due", "by due"), ("work", "by order of work")):
            await console.run("order", name)
            await console.wait_for_text(f"Queue · {title}")
        await console.run("order", "-")
        await console.wait_for_text("Queue · by order of work, reversed")
        await console.run("order", "subjct")
        await console.wait_for_notice("No list is sorted by 'subjct'. Did you mean subject?")


@pytest.mark.parametrize(
    "name", ["campus-it", "incident-management", "managed-services", "saas-platform", "web-agency"]
)
def test_a_status_stands_whole_or_in_its_short_form_and_is_cut_nowhere(name: str) -> None:
    """`Waiting for cu…` and `Waiting for re…` were all that narrow lists said."""
    vocabulary = Vocabulary(load(find_procedure(name)).procedure.model_dump_json())
    widths = column_widths(vocabulary)
    for width in range(60, 200, 4):
        columns = make_columns(width, widths.step, widths.status, short_status_width=widths.short_status)
        column = next(column for column in columns if column.name == "status")
        for choice in vocabulary.statuses.values():
            row = line(1, status_label=choice.label, status_short=get_short_label(vocabulary.statuses, choice.key))
            assert column.text(row, 0) in (choice.label, choice.short)
            assert len(column.text(row, 0)) <= column.width


def test_the_column_of_times_has_room_for_what_they_are_counted_in() -> None:
    row = line(1, base="working", calendar=OFFICE, due=NOW + 5 * 86_400)
    cell, *_ = due_cell(row, NOW, width=TIME_WIDTH + BASE_WIDTH)
    assert cell.endswith(" w")
    assert len(cell) == len(
        due_cell(row._replace(base="", paused=True, due=None), NOW, width=TIME_WIDTH + BASE_WIDTH)[0]
    )

"""Pictures of the console: the demo desk's morning on terminals of three sizes, and the dialogs over it.

After an intended change, look at the pictures that `pytest tests/tui/test_snapshots.py --snapshot-update` makes.
"""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from deskterm.tui.commands.table import TABLE
from deskterm.tui.screens.desk import DeskScreen
from deskterm.tui.settings.declarations import Settings
from deskterm.tui.settings.file import SettingsFile
from deskterm.tui.settings.preferences import Preferences
from small_desk import at
from tui.support.snapshot_desk import (
    create_demo_desk,
    create_empty_desk,
    create_hostile_desk,
    make_console,
    wait_for_desk,
    wait_for_rest,
    wait_for_screen,
    wait_until,
)

SnapCompare = Callable[..., bool]
Visit = Callable[[Pilot[Any]], Awaitable[None]]

SMALL, MEDIUM, LARGE = (80, 24), (120, 40), (180, 50)

HOSTILE = [
    "\x1b[31mred\x1b[0m and \x1b[2J\x1b[Hwiped",
    "\x1b]0;title\x07K\x1b]52;c;aGVsbG8=\x07im \x9b31mLee",
    "[red]vip[/red]",
    "Mallory [@click=app.quit]here[/]",
    "[urgent] [/] printer [not a tag [b]down",
    "safe\b\b\b\bevil\rover\x00\x07",
    "invoice\u202efdp.exe \u2067isolated\u2069",
    "Z\u0335\u0322\u0335\u0322\u0335\u0322a\u0335\u0322\u0335\u0322\u0335\u0322lgo",
    "東京の販売管理システムが起動しない 👨\u200d👩\u200d👧 👍🏽",
    "tab\tseparated\tfields and\x85other\u2028lines",
    "\x1b]8;;https://example.com\x07a link\x1b]8;;\x07, and no end: \x1b]0;title",
    "$primary {brace} %s \\[escaped] " + "x" * 200,
]


@pytest.fixture(scope="session")
def demo_place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demo desk, which is copied for each picture."""
    return create_demo_desk(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def demo(demo_place: str, tmp_path: Path) -> str:
    """A demo desk of its own: a look at what would be due records what is due by now, and drafts are kept."""
    place = tmp_path / "demo.sqlite3"
    shutil.copy(demo_place.removeprefix("sqlite:///"), place)
    return f"sqlite:///{place}"


@pytest.fixture(autouse=True)
def _dark_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the environment of the terminal that runs the tests."""
    for name in ("NO_COLOR", "COLORFGBG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def press(*keys: str, opens: str = "", until: Callable[[DeskScreen], bool] = lambda screen: True) -> Visit:
    """Return a visit that presses some keys once the desk has been read. opens: the class of the dialog that each of
    them opens; until: a condition that holds after the last of them."""

    async def visit(pilot: Pilot[Any]) -> None:
        screen = await wait_for_desk(pilot)
        for key in keys:
            below = pilot.app.screen
            await pilot.press(key)
            if opens:
                await wait_until(pilot, lambda below=below: pilot.app.screen is not below, f"{key} opens something")  # type: ignore[misc]
                await wait_for_screen(pilot, opens)
        await wait_until(pilot, lambda: until(screen), f"{keys} do what they do")
        if not opens:
            await wait_for_desk(pilot)
        await wait_for_rest(pilot)

    return visit


def at_row(row: int) -> Callable[[DeskScreen], bool]:
    """Return a condition: the cursor of the queue is at a row."""
    return lambda screen: in_pane("queue")(screen) and screen.panes.queue.cursor == row


def in_pane(pane: str) -> Callable[[DeskScreen], bool]:
    """Return a condition: a pane has the focus."""
    return lambda screen: (
        screen.workspace.layout.pane == pane and screen.focused is not None and screen.focused.id == pane
    )


@pytest.mark.parametrize("look", ["dark", "light", "no-colour"])
@pytest.mark.parametrize("size", [SMALL, MEDIUM, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_desk(
    demo: str, size: tuple[int, int], look: str, snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    if look == "light":
        monkeypatch.setenv("COLORFGBG", "0;15")
    elif look == "no-colour":
        monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make_console(demo), terminal_size=size, run_before=press("j", until=at_row(1)))


@pytest.mark.law("C-41")
@pytest.mark.parametrize("theme", ["high-contrast", "colour-blind", "ansi"])
def test_the_desk_in_each_theme(demo: str, theme: str, snap_compare: SnapCompare) -> None:
    settings: Any = {"theme": theme}
    preferences = Preferences(SettingsFile(Path("settings.toml"), Settings(**settings)))
    app = make_console(demo, preferences=preferences)
    assert snap_compare(app, terminal_size=MEDIUM, run_before=press("j", until=at_row(1)))


def test_a_ticket_that_was_opened(demo: str, snap_compare: SnapCompare) -> None:
    assert snap_compare(
        make_console(demo), terminal_size=MEDIUM, run_before=press("enter", until=in_pane("conversation"))
    )


@pytest.mark.law("C-13")
@pytest.mark.parametrize(
    ("size", "tab", "keys"), [(MEDIUM, "history", "l"), (SMALL, "client", "ll"), (LARGE, "links", "hh")]
)
def test_a_tab_of_a_ticket(demo: str, size: tuple[int, int], tab: str, keys: str, snap_compare: SnapCompare) -> None:
    def is_open(screen: DeskScreen) -> bool:
        ticket = screen.workspace.open_ticket
        return in_pane("conversation")(screen) and ticket is not None and ticket.tab == tab

    visit = press("enter", *keys, until=is_open)
    assert snap_compare(make_console(demo), terminal_size=size, run_before=visit)


def test_a_ticket_over_the_whole_screen(demo: str, snap_compare: SnapCompare) -> None:
    def is_zoomed(screen: DeskScreen) -> bool:
        return in_pane("conversation")(screen) and screen.has_class("-single")

    assert snap_compare(make_console(demo), terminal_size=MEDIUM, run_before=press("enter", "z", until=is_zoomed))


@pytest.mark.parametrize(("pane", "key"), [("views", "l"), ("conversation", "t"), ("clocks", "s"), ("soon", "n")])
def test_a_pane_of_a_small_terminal(demo: str, pane: str, key: str, snap_compare: SnapCompare) -> None:
    def is_at_pane(screen: DeskScreen) -> bool:
        return in_pane(pane)(screen) and screen.panes.queue.cursor == 1

    assert snap_compare(make_console(demo), terminal_size=SMALL, run_before=press("j", "g", key, until=is_at_pane))


@pytest.mark.parametrize(
    "keys", ["s", "S j", "a", "i down", "m"], ids=["status-s", "severity-S", "assign-a", "template-i", "macro-m"]
)
def test_choosing(demo: str, keys: str, snap_compare: SnapCompare) -> None:
    async def visit(pilot: Pilot[Any]) -> None:
        first, *others = keys.split()
        await press(first, opens="FindText" if first in "im" else "Choose")(pilot)
        await pilot.press(*others)
        for preview in pilot.app.screen.query("#preview").results(Static):
            await wait_until(pilot, lambda place=preview: str(place.content) not in ("", "…"), "what it would do")  # type: ignore[misc]
        await wait_for_rest(pilot)

    assert snap_compare(make_console(demo), terminal_size=MEDIUM, run_before=visit)


def test_a_new_ticket(demo: str, snap_compare: SnapCompare) -> None:
    async def visit(pilot: Pilot[Any]) -> None:
        await press("c", "enter", opens="Choose")(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, "Register")
        await pilot.press(*"Scales", "tab", *"Kim")
        requester = pilot.app.screen.query_one("#requester", Input)
        await wait_until(pilot, lambda: requester.value == "Kim", "the requester is typed")
        await wait_for_rest(pilot)

    assert snap_compare(make_console(demo), terminal_size=MEDIUM, run_before=visit)


@pytest.mark.parametrize("size", [SMALL, MEDIUM], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_reply_that_is_being_written(demo: str, size: tuple[int, int], snap_compare: SnapCompare) -> None:
    async def visit(pilot: Pilot[Any]) -> None:
        screen = await wait_for_desk(pilot)
        await pilot.press("r")
        await wait_until(pilot, lambda: screen.workspace.composer is not None, "the composer is open")
        await wait_until(pilot, lambda: isinstance(screen.focused, TextArea), "the composer has the focus")
        await pilot.press(*"It is back.")
        assert screen.workspace.composer is not None
        statuses = screen.workspace.vocabulary.statuses.values()
        awaiting = next(status for status in statuses if status.label == "Awaiting Client Info")
        screen.workspace.composer.set_next_status(awaiting)
        await wait_until(pilot, lambda: isinstance(screen.focused, TextArea), "the composer has the focus again")
        await wait_for_rest(pilot)

    assert snap_compare(make_console(demo), terminal_size=size, run_before=visit)


@pytest.mark.law("C-23")
def test_what_speaks_against_a_letter(demo: str, snap_compare: SnapCompare) -> None:
    async def visit(pilot: Pilot[Any]) -> None:
        screen = await wait_for_desk(pilot)
        await pilot.press("r")
        await wait_until(pilot, lambda: screen.workspace.composer is not None, "the composer is open")
        await wait_until(pilot, lambda: isinstance(screen.focused, TextArea), "the composer has the focus")
        assert screen.workspace.composer is not None
        screen.workspace.composer.text = "Dear Graham,\nsee the attachment. All of it works by 2026-12-24."
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: type(pilot.app.screen).__name__ == "Guard", "the guard is open")
        await pilot.press("2")
        await wait_for_rest(pilot)

    assert snap_compare(make_console(demo), terminal_size=SMALL, run_before=visit)


def test_why_a_clock_is_due_when_it_is(demo: str, snap_compare: SnapCompare) -> None:
    assert snap_compare(make_console(demo), terminal_size=MEDIUM, run_before=press("w", opens="Page"))


@pytest.mark.parametrize("size", [SMALL, MEDIUM], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_help(demo: str, size: tuple[int, int], snap_compare: SnapCompare) -> None:
    assert snap_compare(make_console(demo), terminal_size=size, run_before=press("question_mark", opens="Page"))


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_wall(demo: str, size: tuple[int, int], snap_compare: SnapCompare) -> None:
    async def visit(pilot: Pilot[Any]) -> None:
        screen = await wait_for_desk(pilot)
        await pilot.press("W")
        await wait_for_screen(pilot, "WallScreen")
        await wait_until(pilot, lambda: bool(screen.workspace.wall and screen.workspace.wall.kept), "all figures")
        await pilot.pause(1.1)  # it looks once a second
        await wait_for_rest(pilot)

    assert snap_compare(make_console(demo), terminal_size=size, run_before=visit)


def test_the_palette(demo: str, snap_compare: SnapCompare) -> None:
    async def visit(pilot: Pilot[Any]) -> None:
        await wait_for_desk(pilot)
        await pilot.press("ctrl+p")
        await wait_for_screen(pilot, "CommandPalette")
        commands = pilot.app.screen.query_one(CommandList)
        offered = sum(command.in_palette for command in TABLE)
        await wait_until(pilot, lambda: commands.option_count == offered, "the palette lists every command")
        await wait_for_rest(pilot)

    assert snap_compare(make_console(demo), terminal_size=MEDIUM, run_before=visit)


@pytest.mark.parametrize(("words", "rows"), [("norv", 5), ("qq", 0)])
def test_a_filter_that_is_being_typed(demo: str, words: str, rows: int, snap_compare: SnapCompare) -> None:
    async def visit(pilot: Pilot[Any]) -> None:
        screen = await wait_for_desk(pilot)
        await pilot.press("slash")
        await wait_until(pilot, lambda: isinstance(screen.focused, Input), "the prompt has the focus")
        await pilot.press(*words)
        await wait_until(pilot, lambda: screen.workspace.queue_query.match == words, "the words are the filter")
        await wait_until(pilot, lambda: screen.panes.queue.count == rows, f"{rows} rows are left")
        await wait_for_desk(pilot)
        await wait_for_rest(pilot)

    assert snap_compare(make_console(demo), terminal_size=MEDIUM, run_before=visit)


def test_a_desk_where_nothing_has_come_in(tmp_path_factory: pytest.TempPathFactory, snap_compare: SnapCompare) -> None:
    url = create_empty_desk(tmp_path_factory.mktemp("empty"))
    assert snap_compare(make_console(url, "ann", at(0)), terminal_size=MEDIUM, run_before=press())


def test_words_that_attack_the_terminal(tmp_path_factory: pytest.TempPathFactory, snap_compare: SnapCompare) -> None:
    url = create_hostile_desk(tmp_path_factory.mktemp("hostile"), HOSTILE)
    assert snap_compare(make_console(url, "ann", at(30)), terminal_size=LARGE, run_before=press())

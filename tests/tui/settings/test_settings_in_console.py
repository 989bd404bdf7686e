"""Settings at work in the console: what the file says, what is chosen there, and what a mistake does (C-40)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deskterm.tui.app import DeskApp
from deskterm.tui.settings.declarations import Settings
from deskterm.tui.settings.file import Problem, SettingsFile
from deskterm.tui.settings.preferences import Preferences
from tui.console_session import ConsoleSession, open_console
from tui.real_terminal import Start

pytestmark = pytest.mark.law("C-40")

PATH = Path("settings.toml")


def having(**values: object) -> Preferences:
    """Return preferences of a file with these values."""
    return Preferences(SettingsFile(PATH, Settings(**values)))  # type: ignore[arg-type]


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """The variables that say where settings and choices of this test are."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_STATE_HOME": str(tmp_path / "state")}


def test_a_theme_chosen_in_the_console_is_there_in_the_next_one(
    simulated_url: str, start: Start, folders: dict[str, str]
) -> None:
    place = Path(folders["XDG_STATE_HOME"]) / "deskterm" / "console.json"
    terminal = start(simulated_url, **folders)
    terminal.wait_for("Matter 0")
    assert b"48;2;20;24;29" in terminal.output  # the dark background
    assert not Path(folders["XDG_CONFIG_HOME"]).exists()
    assert not place.exists()
    terminal.type(":theme light\rq")
    assert terminal.wait_for_exit() == 0
    assert json.loads(place.read_text("utf-8")) == {"theme": {"value": "light", "over": "auto"}}
    again = start(simulated_url, **folders)
    again.wait_for("Matter 0")
    assert b"48;2;20;24;29" not in again.output
    again.type("q")
    assert again.wait_for_exit() == 0


def test_a_mistake_is_one_line_in_the_console_which_starts_all_the_same(
    simulated_url: str, start: Start, folders: dict[str, str]
) -> None:
    settings = Path(folders["XDG_CONFIG_HOME"]) / "deskterm" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('theme = "drak"\n[keymap]\nquit = "f6"\nnonsense = "f7"\n', "utf-8")
    terminal = start(simulated_url, size=(180, 40), **folders)
    terminal.wait_for("Matter 0", "settings.toml:1: theme is", "(and 1 more:")
    terminal.type("\x1b[17~")
    assert terminal.wait_for_exit() == 0


async def test_keys_of_the_settings_work_and_stand_in_help_palette_and_the_line_of_keys(url: str) -> None:
    async with open_console(url, preferences=having(keymap={"take": ("R",), "reply": ("f4",), "help": ()})) as console:
        await console.pilot.press("R")
        await console.wait_for_notice("sam")
        assert console.workspace.keys_of("take") == ("R",)
        assert "f4 reply" in console.screen_text()
        await console.pilot.press("r", "question_mark")
        assert type(console.app.screen).__name__ == "DeskScreen"  # the keys that were taken away do nothing
        console.workspace.run_command("help")
        await console.wait_for_text("  f4 ")
        assert "  R  " in console.screen_text()


async def test_a_collision_of_keys_is_said(url: str) -> None:
    async with open_console(url, preferences=having(keymap={"take": ("r",)})) as console:
        await console.wait_for_notice("r is take now, and reply has no key now.")


async def test_one_pane_at_a_time_holds_on_a_wide_terminal_and_is_changed_by_a_command(
    url: str, tmp_path: Path
) -> None:
    state = tmp_path / "console.json"
    preferences = Preferences(SettingsFile(PATH, Settings(layout="single")), state)
    async with open_console(url, size=(180, 40), preferences=preferences) as console:
        assert "SLA ·" not in console.screen_text()
        await console.run("layout")
        await console.wait_for_text("SLA ·")
        assert json.loads(state.read_text("utf-8")) == {"layout": {"value": "auto", "over": "single"}}
        await console.run("layout", "single")
        await console.pilot.press("enter", "escape")
        assert console.workspace.pane == "queue"


@pytest.mark.parametrize(("after_action", "stays"), [("stay", True), ("next", False)])
async def test_after_an_act_the_cursor_stays_with_its_ticket_where_the_settings_say_so(
    simulated_url: str, after_action: str, stays: bool
) -> None:
    async with open_console(simulated_url, preferences=having(after_action=after_action)) as console:
        queue = console.panes.queue
        await console.pilot.press("down", "down", "down")
        await console.wait_until(lambda: queue.cursor == 3, "the fourth row")
        assert queue.current is not None
        number, following = queue.current.number, queue.find_neighbour([queue.current.number])
        await console.run("severity", "high")
        await console.wait_until(lambda: queue.index_of(number) == 0, "the ticket in the first row")
        assert _shown(console) == (number if stays else following)


def _shown(console: ConsoleSession) -> int | None:
    return console.panes.queue.current.number if console.panes.queue.current is not None else None


async def test_after_an_act_in_a_ticket_the_settings_lead_back_to_the_list_but_not_after_a_refusal(url: str) -> None:
    async with open_console(url, preferences=having(after_action="list")) as console:
        await console.pilot.press("enter")
        assert console.workspace.pane == "conversation"
        await console.run("status", "nonsense")
        assert console.workspace.pane == "conversation"
        await console.run("take")
        assert console.workspace.pane == "queue"


@pytest.mark.parametrize(("bell", "rings"), [(True, 2), (False, 0)])
async def test_the_bell_rings_once_a_minute_at_most_and_only_where_the_settings_let_it(
    url: str, monkeypatch: pytest.MonkeyPatch, bell: bool, rings: int
) -> None:
    rung: list[None] = []
    monkeypatch.setattr(DeskApp, "bell", lambda self: rung.append(None))
    async with open_console(url, preferences=having(bell=bell)) as console:
        for seconds in (0, 1, 58, 2):
            console.clock.advance(seconds)
            console.app.on_desk_app_automated(DeskApp.Automated(["1001: Response was missed.", "1002: and this"]))
        assert len(rung) == rings


async def test_without_the_mouse_the_terminal_is_not_asked_for_clicks(
    simulated_url: str, start: Start, folders: dict[str, str]
) -> None:
    settings = Path(folders["XDG_CONFIG_HOME"]) / "deskterm" / "settings.toml"
    settings.parent.mkdir(parents=True)
    for text, asked in (("mouse = false", False), ("mouse = true", True)):
        settings.write_text(text, "utf-8")
        terminal = start(simulated_url, **folders)
        terminal.wait_for("Matter 0")
        assert (b"\x1b[?1000h" in terminal.output) is asked
        terminal.type("q")
        assert terminal.wait_for_exit() == 0


async def test_a_problem_without_a_line_is_said_too(url: str) -> None:
    file = SettingsFile(PATH, problems=(Problem(0, "cannot be read (Permission denied). The defaults hold."),))
    async with open_console(url, preferences=Preferences(file)) as console:
        await console.wait_for_notice("settings.toml: cannot be read")

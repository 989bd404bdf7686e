"""What is chosen in the console is kept, beside the settings file and not in it (C-40)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.present.views import AFTER_ACTIONS
from deskterm.tui.settings.declarations import SETTINGS
from deskterm.tui.settings.file import read_settings
from deskterm.tui.settings.preferences import Preferences

pytestmark = pytest.mark.law("C-40")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "console.json"


def load(settings: Path, state: Path) -> Preferences:
    return Preferences(read_settings(settings), state)


def test_a_choice_holds_in_the_next_console_and_the_file_stays_as_it_was_written(settings: Path, state: Path) -> None:
    settings.write_text('theme = "light" # my eyes\n', "utf-8")
    assert load(settings, state).keep("theme", "colour-blind") == ""
    again = load(settings, state)
    assert again.settings.theme == "colour-blind"
    assert again.is_chosen("theme")
    assert settings.read_text("utf-8") == 'theme = "light" # my eyes\n'


def test_another_value_in_the_file_takes_the_place_of_the_choice(settings: Path, state: Path) -> None:
    load(settings, state).keep("theme", "colour-blind")
    settings.write_text('theme = "high-contrast"\n', "utf-8")
    again = load(settings, state)
    assert again.settings.theme == "high-contrast"
    assert not again.is_chosen("theme")


def test_nothing_is_made_before_something_is_chosen(settings: Path, state: Path) -> None:
    load(settings, state)
    assert not state.parent.exists()
    assert not settings.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"theme": 3}', '{"theme": {"value": "pink", "over": "auto"}}', '{"x": {"value": 1, "over": 2}}'],
)
def test_a_damaged_file_of_choices_is_as_good_as_none(settings: Path, state: Path, text: str) -> None:
    state.parent.mkdir()
    state.write_text(text, "utf-8")
    preferences = load(settings, state)
    assert preferences.settings.theme == "auto"
    assert preferences.keep("theme", "dark") == ""
    assert load(settings, state).settings.theme == "dark"


def test_a_choice_that_cannot_be_kept_holds_until_the_end_and_says_so(settings: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    preferences = Preferences(read_settings(settings), tmp_path / "file" / "console.json")
    assert "That holds until you leave" in preferences.keep("layout", "single")
    assert preferences.settings.layout == "single"


@pytest.mark.law("C-11")
def test_views_know_the_words_of_the_settings() -> None:
    assert SETTINGS["after_action"].choices == AFTER_ACTIONS

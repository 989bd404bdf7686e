"""The settings file: what it says holds, and what is wrong in it is said with its line and stops nothing (C-40)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.tui.settings.declarations import SETTINGS, Settings
from deskterm.tui.settings.file import read_settings
from deskterm.tui.settings.manual import format_manual, format_template
from deskterm.tui.themes import THEMES

pytestmark = pytest.mark.law("C-40")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_without_a_file_every_setting_has_its_default(path: Path) -> None:
    file = read_settings(path)
    assert file.settings == Settings()
    assert not file.problems


def test_every_setting_is_declared_with_its_default_and_documented() -> None:
    assert {name: setting.default for name, setting in SETTINGS.items()} == Settings()._asdict()
    manual = format_manual()
    for name, setting in SETTINGS.items():
        assert f"## {name}\n" in manual
        assert setting.help in manual
        assert all(meaning in manual for meaning in setting.meanings.values())


def test_the_themes_of_the_settings_are_those_that_there_are() -> None:
    assert SETTINGS["theme"].choices == ("auto", *THEMES)


def test_every_example_is_right(path: Path) -> None:
    for name, setting in SETTINGS.items():
        path.write_text(setting.example, "utf-8")
        file = read_settings(path)
        assert file.given == {name}
        assert not file.problems
        assert getattr(file.settings, name) != setting.default


def test_the_file_that_editing_begins_with_says_the_defaults(path: Path) -> None:
    template = format_template()
    assert tomllib.loads(template) == {}
    lines = [line.removeprefix("# ") for line in template.split("\n") if " = " in line and not line.startswith("#   ")]
    path.write_text("\n".join(line for line in lines if line.split(" = ")[0] in SETTINGS), "utf-8")
    file = read_settings(path)
    assert file.settings == Settings()
    assert file.given == {*SETTINGS} - {"keymap"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('theme = "dark"\nthem = 1', 2, "there is no setting 'them': did you mean 'theme'?"),
        ('\ntheme = "drak"', 2, 'theme is auto, dark, light, high-contrast, colour-blind or ansi, and not "drak"'),
        ("bell = 1", 1, "bell is true or false, and not 1. The default, true, holds."),
        ("mouse = true\nbell =", 2, "The defaults hold for all settings."),
        ("[keymap]\n# mine\nreply = 3", 3, "the keys of reply are a word or a list of words"),
        ("keymap = 3", 1, "keymap is a table"),
        ('theme = """', 1, "The defaults hold for all settings."),
    ],
)
def test_a_mistake_is_said_with_its_line_and_the_default_holds(path: Path, text: str, line: int, words: str) -> None:
    path.write_text(text, "utf-8")
    (problem,) = read_settings(path).problems
    assert problem.line == line
    assert words in problem.sentence
    assert problem.format(path).startswith(f"{path}:{line}: ")


def test_what_is_right_holds_beside_what_is_wrong(path: Path) -> None:
    path.write_text('theme = "drak"\nafter_action = "list"\n[keymap]\nreply = 3\ntag = "x"', "utf-8")
    settings = read_settings(path).settings
    assert settings == Settings(after_action="list", keymap={"tag": ("x",)})


def test_a_folder_and_text_in_another_encoding_are_said(tmp_path: Path, path: Path) -> None:
    (problem,) = read_settings(tmp_path).problems
    assert "cannot be read" in problem.sentence
    path.write_bytes(b'theme = "dark"\n# Gr\xfcn\n')
    file = read_settings(path)
    assert file.settings == Settings()
    assert [(one.line, "not UTF-8" in one.sentence) for one in file.problems] == [(2, True)]


@given(
    content=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
)
def test_no_content_stops_the_reading(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any-settings.toml"
    path.write_bytes(content)
    file = read_settings(path)
    assert isinstance(file.settings, Settings)


_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.sampled_from(["dark", "list", "R", ""])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(values=st.dictionaries(st.sampled_from([*SETTINGS, "colour"]), _VALUES, max_size=4))
def test_a_value_either_holds_or_is_said(tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]) -> None:
    path = tmp_path_factory.getbasetemp() / "some-settings.toml"
    path.write_text("\n".join(f"{name} = {_to_toml(value)}" for name, value in values.items()), "utf-8")
    file = read_settings(path)
    assert len(file.given) + len(file.problems) == len(values)
    assert {problem.line for problem in file.problems}.isdisjoint(
        line for line, name in enumerate(values, 1) if name in file.given
    )


def _to_toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_to_toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)

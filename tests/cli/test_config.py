"""`deskterm config`: where the settings are, what holds, and what is wrong with them (C-40)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli_call import Call

pytestmark = pytest.mark.law("C-40")


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the settings of this test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "config" / "deskterm" / "settings.toml"


def write(settings: Path, text: str) -> None:
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(text, "utf-8")


def edit_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> None:
    """Set an editor that runs a program text with the file's path in `path`."""
    script = tmp_path / "editor.py"
    script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{program}\n", "utf-8")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")


def test_path_show_and_check_make_nothing(deskterm: Call, settings: Path) -> None:
    assert deskterm("config", "path").out == f"{settings}\n"
    assert deskterm("config", "check").out == f"{settings} is not there: the defaults hold.\n"
    shown = deskterm("config", "show").out
    assert 'after_action = "next"' in shown
    assert "# default" in shown
    assert not settings.parent.parent.exists()


def test_show_says_where_each_setting_comes_from(deskterm: Call, settings: Path) -> None:
    write(settings, 'bell = false\n[keymap]\nresolve = "R"\n')
    rows = {row["setting"]: row for row in deskterm("config", "show", "--json").json}
    assert rows["bell"] == {"setting": "bell", "value": False, "from": "file"}
    assert rows["keymap"]["value"] == {"resolve": ["R"]}
    assert rows["theme"]["from"] == "default"
    assert 'keymap = { resolve = ["R"] }' in deskterm("config", "show").out


def test_check_names_file_and_line_of_every_mistake(deskterm: Call, settings: Path) -> None:
    write(settings, 'theme = "drak"\n[keymap]\ntag = "r"\nrply = "x"\n')
    answer = deskterm("config", "check")
    assert answer.code == 1
    assert [line.split(": ")[1] for line in answer.err.splitlines()] == [f"{settings}:{line}" for line in (1, 4, 3)]
    problems = deskterm("config", "check", "--json").json["problems"]
    assert [problem["line"] for problem in problems] == [1, 4, 3]


def test_edit_begins_with_every_setting_and_checks_what_was_written(
    deskterm: Call, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_with(monkeypatch, tmp_path, "assert '# after_action = ' in path.read_text()")
    assert deskterm("config", "edit").out == f"{settings}: correct.\n"
    edit_with(monkeypatch, tmp_path, "path.write_text('bel = 1')")
    answer = deskterm("config", "edit")
    assert answer.code == 1
    assert f"{settings}:1: there is no setting 'bel': did you mean 'bell'?" in answer.err


def test_an_editor_that_fails_or_is_not_there_is_said(
    deskterm: Call, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_with(monkeypatch, tmp_path, "sys.exit(3)")
    assert "ended with an error" in deskterm("config", "edit").err
    monkeypatch.setenv("VISUAL", "no-such-editor")
    assert "no-such-editor cannot be run: set VISUAL to your editor." in deskterm("config", "edit").err

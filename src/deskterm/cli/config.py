"""`deskterm config`: the settings of whoever sits at the console. They concern no desk, so none is opened."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import Any

import typer

from deskterm.cli.runtime.options import AsJson
from deskterm.cli.runtime.output import print_json, print_lines
from deskterm.errors import DeskError
from deskterm.present.sanitize import sanitize
from deskterm.tui.commands.keymap import Keymap, find_keymap_problems
from deskterm.tui.control.editor_choice import find_editor
from deskterm.tui.settings.declarations import SETTINGS
from deskterm.tui.settings.file import Problem, SettingsFile, find_settings_path, read_settings
from deskterm.tui.settings.manual import format_template
from deskterm.tui.settings.preferences import find_state_path, load_preferences


def print_path(as_json: AsJson = False) -> None:
    """Print where the settings file is, whether or not it is there."""
    path = find_settings_path()
    if as_json:
        print_json({"path": str(path), "exists": path.exists(), "chosen_path": str(find_state_path())})
    else:
        print_lines([str(path)])


def show_settings(as_json: AsJson = False) -> None:
    """Print the settings in force, and where each comes from: the file, what was chosen in the console, or the
    default."""
    preferences = load_preferences()
    rows = []
    for name in SETTINGS:
        source = "chosen" if preferences.is_chosen(name) else "file" if name in preferences.file.given else "default"
        rows.append((name, getattr(preferences.settings, name), source))
    if as_json:
        print_json([{"setting": name, "value": _to_json(value), "from": source} for name, value, source in rows])
    else:
        sources = {"chosen": "chosen in the console", "file": str(preferences.file.path), "default": "default"}
        lines = [(f"{name} = {_format_value(value)}", sources[source]) for name, value, source in rows]
        width = max(len(line) for line, _ in lines)
        print_lines([f"{line:<{width}}  # {source}" for line, source in lines])
    _print_problems(_find_problems(preferences.file))


def check_settings(as_json: AsJson = False) -> None:
    """Check the settings file; exit code 1 when something in it is wrong."""
    file = read_settings(find_settings_path())
    problems = _find_problems(file)
    if as_json:
        found = [{"line": problem.line, "sentence": problem.sentence} for problem in problems]
        print_json({"path": str(file.path), "exists": file.path.exists(), "problems": found})
    elif not problems:
        print_lines(
            [f"{file.path}: correct." if file.path.exists() else f"{file.path} is not there: the defaults hold."]
        )
    if not as_json:
        _print_problems(problems)
    if problems:
        raise typer.Exit(1)


def edit_settings(as_json: AsJson = False) -> None:
    """Open the settings file in your editor ($VISUAL or $EDITOR), and check it afterwards. One that is not there begins
    with every setting, its meaning and its default."""
    command = find_editor()
    path = find_settings_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(format_template(), "utf-8")
        exit_code = subprocess.run([*command, str(path)], check=False).returncode
    except OSError as error:
        raise DeskError(f"{path} cannot be edited: {error.strerror or error}.") from error
    if exit_code:
        raise DeskError(f"{shlex.join(command)} ended with an error: look at {path} with `deskterm config check`.")
    check_settings(as_json)


def _find_problems(file: SettingsFile) -> list[Problem]:
    return [*file.problems, *find_keymap_problems(file, Keymap(file.settings.keymap))]


def _print_problems(problems: list[Problem]) -> None:
    path = find_settings_path()
    for problem in problems:
        print(sanitize(f"deskterm: {problem.format(path)}"), file=sys.stderr)


def _to_json(value: Any) -> Any:
    return {name: [*keys] for name, keys in value.items()} if hasattr(value, "items") else value


def _format_value(value: Any) -> str:
    """Format a value as the settings file has it, on one line."""
    if isinstance(value, (bool, int)):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_quote, value))}]"
    if hasattr(value, "items"):
        pairs = [f"{name} = [{', '.join(map(_quote, keys))}]" for name, keys in value.items()]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    return _quote(str(value))


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

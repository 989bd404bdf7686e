"""The table of commands: it tells of each command what the command tells of itself, and nothing is loaded too early."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperCommand

from cli_call import Call, every_command
from deskterm.cli.main import build_program
from deskterm.cli.runtime.loading import LazyCommand

HEAVY = ("pydantic", "sqlalchemy", "sqlmodel", "textual")


def lazy_commands(command: object, path: tuple[str, ...] = ()) -> list[tuple[str, LazyCommand]]:
    """Every command of the table with the words that name it."""
    if isinstance(command, LazyCommand):
        return [(" ".join(path), command)]
    inner = getattr(command, "commands", {})
    return [found for name, part in inner.items() for found in lazy_commands(part, (*path, name))]


@pytest.mark.parametrize("limit", [30, 45, 62, 1000])
def test_help_lines_of_the_table_begin_the_help_of_their_commands(limit: int) -> None:
    for name, command in lazy_commands(build_program()):
        assert command.get_short_help_str(limit) == command.loaded.get_short_help_str(limit), name


def test_every_command_of_the_table_is_a_command_of_that_name() -> None:
    for path, command in every_command():
        assert isinstance(command, TyperCommand)
        assert command.name == path[-1]


def test_the_help_of_procedure_files_names_commands_that_there_are() -> None:
    """It named one that there was not."""
    commands = build_program().commands["procedure"]
    _, _, names = str(commands.help).partition(": ")
    assert set(names.rstrip(".").split(", ")) == set(commands.commands)  # type: ignore[attr-defined]


def modules_after(words: list[str], tmp_path: Path) -> set[str]:
    """The modules that a call of the program has imported when it ends."""
    code = (
        "import sys; from deskterm.cli.main import run; run(sys.argv[1:], 'ann'); print(*sys.modules, file=sys.stderr)"
    )
    environment = {**os.environ, "DESKTERM_DATABASE": str(tmp_path / "desk.sqlite3")}
    ended = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True, check=True
    )
    return set(ended.stderr.split())


def command_modules(modules: set[str]) -> set[str]:
    """Those of the modules that define commands."""
    return {command._target.partition(":")[0] for _, command in lazy_commands(build_program())} & {
        name.removeprefix("deskterm.cli.") for name in modules
    }


@pytest.mark.parametrize("words", [["--help"], ["ticket", "--help"], ["ticket"], ["nope"], ["ticket", "lisst"]])
def test_help_and_misspelt_names_load_no_command(words: list[str], tmp_path: Path) -> None:
    modules = modules_after(words, tmp_path)
    assert command_modules(modules) == set()
    assert modules.isdisjoint(HEAVY)


def test_a_list_loads_its_own_module_and_nothing_heavy(desk: Call, tmp_path: Path) -> None:
    modules = modules_after(["ticket", "list"], tmp_path)
    assert command_modules(modules) == {"ticket.list"}
    assert modules.isdisjoint(HEAVY)

"""Calls and options of the command line that sentences name: there are such, and they stand where they can be used."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli_call import Call
from deskterm.cli.main import build_program
from deskterm.errors import DeskError

SOURCE = Path(__file__).parents[2] / "src/deskterm"
HOLE = "1001"
"""What stands for a value that a sentence is given when it is said."""
CALL = re.compile(r"`deskterm ([a-z-][^`…]*)[^`]*`")
OPTION = re.compile(r"(?<![\w`-])--[a-z][a-z-]*")


class Text(NamedTuple):
    """A text in the source. place: file and line."""

    place: str
    words: str


@cache
def list_texts() -> list[Text]:
    """List the texts of the source that are no docstrings, with a number in place of what they are given."""
    return [text for path in sorted(SOURCE.rglob("*.py")) for text in _read_texts(path)]


def _read_texts(path: Path) -> Iterator[Text]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):  # a docstring
            parts |= {node.value}
        elif isinstance(node, ast.JoinedStr):
            parts |= set(node.values)
    for node in ast.walk(tree):
        if node in parts:
            continue
        place = f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Text(place, node.value)
        elif isinstance(node, ast.JoinedStr):
            pieces = (str(value.value) if isinstance(value, ast.Constant) else HOLE for value in node.values)
            yield Text(place, "".join(pieces))


def find_fault(call: str) -> str:
    """Return what is wrong with a call that a sentence names; empty when nothing is."""
    command: Any = build_program()
    options = {
        name
        for parameter in getattr(command, "loaded", command).params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    words = shlex.split(call)
    while words and hasattr(command, "commands"):
        word = words.pop(0)
        if word == "help" or word.isupper() or word == HOLE:  # a command that the sentence leaves open
            return ""
        if word.startswith("-"):
            if word not in options:
                return f"there is no option {word}"
            continue
        if word not in command.commands:
            return f"there is no command {word}"
        command = command.commands[word]
    options |= {"--help"} | {
        name
        for parameter in getattr(command, "loaded", command).params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    return next((f"it has no option {word}" for word in words if word.startswith("--") and word not in options), "")


@pytest.mark.law("C-53")
def test_every_call_that_a_sentence_names_can_be_made() -> None:
    """C-53: `deskterm ticket move` was advised, and there is no such command."""
    calls = [(text.place, call[1]) for text in list_texts() for call in CALL.finditer(text.words)]
    assert len(calls) > 80
    faults = [(place, call, fault) for place, call in calls if (fault := find_fault(call))]
    assert faults == [], "\n".join(map(str, faults))


@pytest.mark.law("C-53")
def test_what_consoles_show_names_no_option_of_the_command_line() -> None:
    """C-53, D-30: such a sentence is read in the console too; the option goes with the error, as `option`."""
    found = [
        text
        for text in list_texts()
        if text.place.startswith(("desk/", "present/", "tui/"))
        and not text.place.startswith("present/report/html/style.py")  # names of colours in a stylesheet
        and " " in text.words
        and not text.words.lstrip().startswith("--")  # the end of a call
        and OPTION.search(re.sub(r"`[^`]*`", "", text.words))
    ]
    assert found == [], "\n".join(map(str, found))


def test_the_command_line_adds_the_option_that_goes_on(desk: Call) -> None:
    desk("ticket", "new", "S", "--type", "fault", "--requester", "Kim", "--now", "2026-11-23T09:00")
    desk("ticket", "note", "1001", "x", "--now", "2026-11-23T10:00")
    answer = desk("ticket", "note", "1001", "x", "--now", "2026-11-23T09:30")
    assert answer.code == 1
    assert "give a later time (--now)." in answer.err


def test_an_error_knows_its_option_apart_from_its_sentence() -> None:
    error = DeskError("Say which, of 1, 2.", option="--item")
    assert (str(error), error.option) == ("Say which, of 1, 2.", "--item")
    with pytest.raises(DeskError, match=r"^Say which, of 1, 2\.$"):
        raise error

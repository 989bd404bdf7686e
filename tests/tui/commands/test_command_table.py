"""One table of commands, from which every other table follows."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from textual.binding import Binding

import deskterm
from deskterm.tui.commands.aliases import ALIASES
from deskterm.tui.commands.command import Command
from deskterm.tui.commands.keymap import Keymap
from deskterm.tui.commands.keys import (
    DIGITS,
    find_sequences,
    footer_commands,
    format_key_table,
    make_bindings,
    name_keys,
)
from deskterm.tui.commands.search import find_command, find_similar_name, search_commands, translate_calls
from deskterm.tui.commands.table import BY_NAME, TABLE
from deskterm.tui.control.command_runner import HANDLERS

SWALLOWED = {"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+left_square_bracket", "ctrl+s", "ctrl+q", "ctrl+z", "ctrl+b",
             "ctrl+a", "alt+b", "alt+f", "ctrl+enter", "shift+enter", "ctrl+tab", "f1", "f10", "f11"}  # fmt: skip
"""Keys that terminals, multiplexers or flow control take for themselves."""


def test_no_key_means_two_things() -> None:
    keys = [key for command in TABLE for key in command.keys]
    assert len(keys) == len(set(keys))


def test_no_name_means_two_things() -> None:
    assert len(BY_NAME) == len(TABLE)


def test_no_command_hangs_on_a_key_that_terminals_swallow() -> None:
    for command in TABLE:
        assert not command.keys or set(command.keys) - SWALLOWED, command.name


def test_u_takes_back() -> None:
    assert BY_NAME["undo"].keys == ("u",)


def test_e_escalates() -> None:
    assert BY_NAME["escalate"].keys == ("e",)


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.name)
def test_a_command_explains_itself(command: Command) -> None:
    assert command.title
    assert command.help.endswith(".")
    assert command.group in ("Work", "Look", "Move", "Program")
    assert command.keys or command.in_palette


@pytest.mark.parametrize("command", [one for one in TABLE if one.handler], ids=lambda command: command.name)
def test_a_command_names_a_function_that_carries_it_out(command: Command) -> None:
    module, _, function = command.handler.rpartition(".")
    assert iscoroutinefunction(getattr(import_module(f"{HANDLERS}.{module}"), function))
    assert command.step is None


def test_every_command_is_carried_out_by_somebody() -> None:
    assert [command.name for command in TABLE if not command.handler and command.step is None] == []


def test_bindings_carry_the_names() -> None:
    found = [binding for binding in make_bindings() if isinstance(binding, Binding)]
    # A digit may begin a count, and so has a binding of its own
    single = {command.name for command in TABLE if any(" " not in key and key not in DIGITS for key in command.keys)}
    assert {binding.id for binding in found if binding.tooltip} == single
    assert {binding.key for binding in found if not binding.tooltip} == {*find_sequences(), *DIGITS[1:]}


def test_the_last_line_begins_with_replying_and_ends_with_help() -> None:
    names = [command.name for command in footer_commands()]
    assert names[0] == "reply"
    assert names[-1] == "help"


def test_a_command_is_found_by_the_beginning_of_its_name() -> None:
    assert find_command("sev") is BY_NAME["severity"]
    assert find_command("STATUS") is BY_NAME["status"]
    assert find_command("t") is None  # tag, take, theme
    assert find_command("") is None
    assert find_similar_name("asign") == "assign"
    assert find_similar_name("xyzzy") == ""


def test_the_documented_table_has_every_command() -> None:
    table = format_key_table()
    assert table.count("\n") == len(TABLE) + 2
    assert "| `r` | `:reply` | Answer the requester, with the conversation in view. |" in table


def test_a_sentence_that_names_a_call_names_the_command_of_the_console_where_there_is_one() -> None:
    sentence = translate_calls(
        "Tick it off with `deskterm ticket check 1006 1 2`, raise it with `deskterm item raise 1006`."
    )
    assert sentence == "Tick it off with `:check`, raise it with `:raise`."
    for unchanged in ("`deskterm ticket list` shows them.", "Use `deskterm ticket merge 1 2 --anyway`."):
        assert translate_calls(unchanged) == unchanged


@pytest.mark.law("C-42")
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("theme", "theme"),
        ("colou", "theme"),
        ("r", "reply"),
        ("R", "reply"),
        ("gd", "drafts"),
        ("ctrl+d", "half-down"),
        ("?", "help"),
        ("answer", "reply"),
        ("assign to me", "take"),
        ("dashboard", "wall"),
        ("postpone", "snooze"),
        ("breach", "waive"),
        ("copy num", "copy"),
    ],
)
def test_commands_are_found_by_key_name_title_other_words_and_help(query: str, first: str) -> None:
    found = search_commands(query, lambda name: BY_NAME[name].keys)
    assert found[0].name == first


@pytest.mark.law("C-42")
def test_a_key_of_ones_own_finds_its_command_and_names_it_in_sentences() -> None:
    keymap = Keymap({"resolve": ("R",), "undo-older": (), "refused": ("f7",)})
    assert search_commands("R", keymap.keys_of)[0].name == "resolve"
    sentence = "Press <key refused> for why, <key undo-older> for older ones, <key drafts> for drafts."
    assert name_keys(sentence, keymap.keys_of) == "Press f7 for why, :undo-older for older ones, gd for drafts."


@pytest.mark.law("C-42")
def test_a_line_of_commands_takes_keys_and_other_words_where_they_stand_for_one() -> None:
    keys_of = Keymap().keys_of
    assert find_command("dashboard", keys_of) is BY_NAME["wall"]
    assert find_command("t", keys_of) is BY_NAME["tag"]
    assert find_command("raise", keys_of) is BY_NAME["raise"]
    assert find_command("nonsense", keys_of) is None
    assert all(name in BY_NAME for name in ALIASES)


@pytest.mark.law("C-42")
def test_no_sentence_of_the_console_names_a_command_that_there_is_not() -> None:
    source = Path(deskterm.__file__).parent
    named = {
        name
        for path in (*source.glob("tui/**/*.py"), *source.glob("present/*.py"))
        for name in re.findall(r"<key ([a-z-]+)>", path.read_text(encoding="utf-8"))
    }
    assert {"undo-older", "refused"} <= named
    assert named <= set(BY_NAME)

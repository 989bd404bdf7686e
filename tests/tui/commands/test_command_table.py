"""One table of commands, from which every other table follows."""

from __future__ import annotations

from importlib import import_module
from inspect import iscoroutinefunction

import pytest
from textual.binding import Binding

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.keys import DIGITS, find_sequences, footer_commands, format_key_table, make_bindings
from deskterm.tui.commands.search import find_command, find_similar_name, translate_calls
from deskterm.tui.commands.table import BY_NAME, TABLE
from deskterm.tui.control.command_runner import HANDLERS

SWALLOWED = {"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+left_square_bracket", "ctrl+s", "ctrl+q", "ctrl+z", "ctrl+b",
             "ctrl+a", "alt+b", "alt+f"}  # fmt: skip
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

"""Tables that follow from the table of commands: key bindings, the last line, the documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from textual.binding import Binding, BindingType

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.table import TABLE

DIGITS = tuple("0123456789")
"""Keys of a count; the first of them, 0, begins none."""


def make_bindings(table: Iterable[Command] = TABLE) -> list[BindingType]:
    """Return a binding for every command that has a key, for every first key of two, and for every digit, which may
    begin a count. The id of a command's is its name, so that a keymap can move it."""
    bindings: list[BindingType] = []
    for command in table:
        keys = ",".join(key for key in command.keys if " " not in key and key not in DIGITS)
        if keys:
            action = f"run_command({command.name!r})"
            bindings.append(Binding(keys, action, command.title, show=False, tooltip=command.help, id=command.name))
    for first in find_sequences(table):
        bindings.append(Binding(first, f"begin_keys({first!r})", "Another key follows", show=False, id=f"keys-{first}"))
    for digit in DIGITS[1:]:
        bindings.append(Binding(digit, f"begin_count({digit!r})", "A count", show=False, id=f"count-{digit}"))
    return bindings


def find_sequences(table: Iterable[Command] = TABLE) -> dict[str, dict[str, Command]]:
    """Return the commands of two keys: first key → second key → command."""
    found: dict[str, dict[str, Command]] = {}
    for command in table:
        for first, space, second in (key.partition(" ") for key in command.keys):
            if space:
                found.setdefault(first, {})[second] = command
    return {first: dict(sorted(commands.items())) for first, commands in found.items()}


def footer_commands(table: Iterable[Command] = TABLE) -> list[Command]:
    """Return the commands that the last line names, in its order."""
    return sorted((command for command in table if command.footer), key=lambda command: command.footer)


def format_key_table(table: Iterable[Command] = TABLE) -> str:
    """Format the commands as a table in Markdown, for the documentation."""
    lines = ["| key | `:` | what it does |", "|---|---|---|"]
    for command in table:
        keys = " ".join(f"`{format_key(key)}`" for key in command.keys)
        call = f"`:{command.name}{' ' + command.argument if command.argument else ''}`" if command.in_palette else ""
        lines.append(f"| {keys} | {call.replace('|', chr(92) + '|')} | {command.help} |")
    return "\n".join(lines) + "\n"


_NAMED_KEY = re.compile(r"<key ([a-z-]+)>")


def name_keys(sentence: str, keys_of: Callable[[str], Sequence[str]]) -> str:
    """Fill the agent's keys into a sentence: `<key undo-older>` becomes `U`, or `:undo-older` when the command has no
    key."""

    def name(found: re.Match[str]) -> str:
        keys = keys_of(found[1])
        return format_key(keys[0]) if keys else f":{found[1]}"

    return _NAMED_KEY.sub(name, sentence)


_ON_KEYBOARDS = {
    "slash": "/", "colon": ":", "question_mark": "?", "asterisk": "*", "left_square_bracket": "[",
    "right_square_bracket": "]", "left_curly_bracket": "{", "right_curly_bracket": "}",
    "escape": "esc", "space": "space", "pageup": "pgup", "pagedown": "pgdn",
    "exclamation_mark": "!", "full_stop": ".", "minus": "-",
}  # fmt: skip


def format_key(key: str) -> str:
    """Format a key, or a sequence of two, as it is labelled on keyboards. key: as of `Command.keys`."""
    return "".join(_ON_KEYBOARDS.get(part, part) for part in key.split(" "))

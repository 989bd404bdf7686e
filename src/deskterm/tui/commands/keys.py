"""Tables that follow from the table of commands: key bindings, the last line, the documents."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.table import TABLE


def make_bindings(table: Iterable[Command] = TABLE) -> list[BindingType]:
    """Return a binding for every command that has keys. Its id is the command's name, so that a keymap can move it."""
    return [
        Binding(
            ",".join(command.keys),
            f"run_command({command.name!r})",
            command.title,
            show=False,
            tooltip=command.help,
            id=command.name,
        )
        for command in table
        if command.keys
    ]


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


_ON_KEYBOARDS = {
    "slash": "/", "colon": ":", "question_mark": "?", "asterisk": "*", "left_square_bracket": "[",
    "right_square_bracket": "]", "escape": "esc", "space": "space", "pageup": "pgup", "pagedown": "pgdn",
}  # fmt: skip


def format_key(key: str) -> str:
    """Return a key as it is written on keyboards. key: Textual's name."""
    return _ON_KEYBOARDS.get(key, key)

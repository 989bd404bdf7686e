"""Everything a key can do. The table is the one source of bindings, footer, palette, `:` and help."""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual.binding import Binding, BindingType

from deskterm.tui.commands.base import Command
from deskterm.tui.commands.closing import ENDING
from deskterm.tui.commands.communication import TELLING
from deskterm.tui.commands.development_billing import CHARGING
from deskterm.tui.commands.linking import TOGETHER
from deskterm.tui.commands.navigation import WALKING
from deskterm.tui.commands.priority import WEIGHING
from deskterm.tui.commands.reclassify import CORRECTING
from deskterm.tui.commands.tickets import WORKING
from deskterm.tui.commands.view import LOOKING

TABLE: tuple[Command, ...] = (
    *WORKING,
    *CORRECTING,
    *WEIGHING,
    *ENDING,
    *TELLING,
    *TOGETHER,
    *CHARGING,
    *LOOKING,
    *WALKING,
)
BY_NAME: dict[str, Command] = {command.name: command for command in TABLE}


def bindings(table: Iterable[Command] = TABLE) -> list[BindingType]:
    """Every key of every command, for a screen. A binding's id is the command's name, so that a keymap can move it."""
    return [
        Binding(
            ",".join(command.keys),
            f"carry_out({command.name!r})",
            command.title,
            show=False,
            tooltip=command.explanation(),
            id=command.name,
        )
        for command in table
        if command.keys
    ]


def in_footer(table: Iterable[Command] = TABLE) -> list[Command]:
    """The commands that the last line names, in its order."""
    return sorted((command for command in table if command.footer), key=lambda command: command.footer)


def named(word: str) -> Command | None:
    """The command that a person means: by its name, or by the only name that begins so; of several, the only one that
    has a key, which is what they do often."""
    wanted = word.casefold()
    if wanted in BY_NAME:
        return BY_NAME[wanted]
    begun = [command for name, command in BY_NAME.items() if name.startswith(wanted) and command.spoken]
    keyed = [command for command in begun if command.keys]
    return begun[0] if len(begun) == 1 else keyed[0] if len(keyed) == 1 else None


_CALLED = re.compile(r"`deskterm (?:ticket |item )?([a-z-]+)[^`]*`")


def spoken(sentence: str) -> str:
    """A sentence of the desk as it helps at the console: `deskterm ticket check 1006 …` is `:check` here. What has no
    command here, or asks for more than it takes, is left to the command line."""

    def said(call: re.Match[str]) -> str:
        command = BY_NAME.get(call[1])
        if command is None or not command.spoken or "--anyway" in call[0]:
            return call[0]
        return f"`:{command.name}`"

    return _CALLED.sub(said, sentence)


def nearest(word: str) -> str:
    """A command that may have been meant; nothing when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word.casefold(), [name for name, command in BY_NAME.items() if command.spoken], n=1)
    return near[0] if near else ""


def key_table(table: Iterable[Command] = TABLE) -> str:
    """The commands as a table in Markdown, for the documentation."""
    lines = ["| key | `:` | what it does |", "|---|---|---|"]
    for command in table:
        keys = " ".join(f"`{display(key)}`" for key in command.keys)
        spoken = f"`:{command.name}{' ' + command.argument if command.argument else ''}`" if command.spoken else ""
        lines.append(f"| {keys} | {spoken.replace('|', chr(92) + '|')} | {command.explanation()} |")
    return "\n".join(lines) + "\n"


_DISPLAY = {
    "slash": "/", "colon": ":", "question_mark": "?", "asterisk": "*", "left_square_bracket": "[",
    "right_square_bracket": "]", "escape": "esc", "space": "space", "pageup": "pgup", "pagedown": "pgdn",
}  # fmt: skip


def display(key: str) -> str:
    """A key as it is written on keyboards."""
    return _DISPLAY.get(key, key)

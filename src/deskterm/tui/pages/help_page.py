"""The help page: every command with its keys, made from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from deskterm.present.models import GLYPHS, MEANINGS
from deskterm.tui.commands.command import Command, Group
from deskterm.tui.commands.keys import format_key
from deskterm.tui.commands.table import TABLE
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT, urgency_style
from deskterm.tui.panes.columns import fit

GROUPS: tuple[Group, ...] = ("Work", "Look", "Move", "Program")

KeysOf = Callable[[str], Sequence[str]]
"""Returns the keys of a command."""

INDENT = 26
"""Cells before the text of a command."""


def format_help(refusals: Mapping[str, str], width: int, keys_of: KeysOf) -> Content:
    """Format all commands by group. refusals: command → why it cannot be run now; width: cells there are; keys_of:
    command → its keys."""
    parts: list[Content | str | tuple[str, str]] = []
    for group in GROUPS:
        parts += [("\n" if parts else "", ""), (f"{group}\n", ACCENT)]
        for command in (command for command in TABLE if command.group == group):
            parts += _format_command(command, keys_of(command.name), refusals.get(command.name, ""), width)
    parts += [("\nSigns\n", ACCENT)]
    for urgency, glyph in GLYPHS.items():
        parts += [(f"  {glyph} ", urgency_style(urgency)), f"{MEANINGS[urgency]}\n"]
    parts += [
        ("  Times left are working time where the target is: they stand still while the desk is closed.\n", FAINT)
    ]
    return Content.assemble(*parts)


def _format_command(
    command: Command, pressed: Sequence[str], refusal: str, width: int
) -> list[Content | str | tuple[str, str]]:
    keys = " ".join(map(format_key, pressed))
    call = f":{command.name}" if command.in_palette else ""
    text = Content(command.help + (f" ({refusal})" if refusal else ""))
    first, *more = text.wrap(max(width - INDENT, 20))
    row: list[Content | str | tuple[str, str]] = [
        (f"  {fit(keys, 13)}", BOLD),
        (f"{fit(call, 10)} ", FAINT),
        first,
        "\n",
    ]
    for line in more:
        row += [" " * INDENT, line, "\n"]
    return row

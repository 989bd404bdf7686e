"""The help page: every command with its keys, made from the table of commands."""

from __future__ import annotations

from textual.content import Content

from deskterm.present.models import GLYPHS, MEANINGS
from deskterm.tui.commands import TABLE, display
from deskterm.tui.commands.base import Command
from deskterm.tui.panes.colours import FAINT, HERE, STRONG, URGENCY
from deskterm.tui.panes.columns import fit

GROUPS = ("Work", "Look", "Move", "Program")


INDENT = 26
"""Cells before what a command does."""


def help_page(refusals: dict[str, str], width: int) -> Content:
    """All commands by group. refusals: command → why it cannot be done now; width: cells there are."""
    parts: list[Content | str | tuple[str, str]] = []
    for group in GROUPS:
        parts += [("\n" if parts else "", ""), (f"{group}\n", HERE)]
        for command in (command for command in TABLE if command.group == group):
            parts += _row(command, refusals.get(command.name, ""), width)
    parts += [("\nSigns\n", HERE)]
    for mood, glyph in GLYPHS.items():
        parts += [(f"  {glyph} ", URGENCY[mood]), f"{MEANINGS[mood]}\n"]
    parts += [("  Times left are working time where the target is: they rest while the desk is closed.\n", FAINT)]
    return Content.assemble(*parts)


def _row(command: Command, refused: str, width: int) -> list[Content | str | tuple[str, str]]:
    keys = " ".join(display(key) for key in command.keys)
    spoken = f":{command.name}" if command.spoken else ""
    said = Content(command.explanation() + (f" ({refused})" if refused else ""))
    first, *more = said.wrap(max(width - INDENT, 20))
    row: list[Content | str | tuple[str, str]] = [
        (f"  {fit(keys, 13)}", STRONG),
        (f"{fit(spoken, 10)} ", FAINT),
        first,
        "\n",
    ]
    for line in more:
        row += [" " * INDENT, line, "\n"]
    return row

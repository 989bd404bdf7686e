"""The help page: every command with its keys, made from the table of commands."""

from __future__ import annotations

from textual.content import Content

from deskterm.tui.commands import TABLE, display
from deskterm.tui.commands.command import Command
from deskterm.tui.panes.colours import FAINT, HERE, STRONG, URGENCY
from deskterm.tui.panes.columns import fit
from deskterm.tui.shown import GLYPHS, MEANINGS

GROUPS = ("Work", "Look", "Move", "Program")


def help_page(refusals: dict[str, str]) -> Content:
    """All commands by group. refusals: command → why it cannot be done now."""
    parts: list[Content | str | tuple[str, str]] = []
    for group in GROUPS:
        parts += [("\n" if parts else "", ""), (f"{group}\n", HERE)]
        for command in (command for command in TABLE if command.group == group):
            parts += _row(command, refusals.get(command.name, ""))
    parts += [("\nSigns\n", HERE)]
    for mood, glyph in GLYPHS.items():
        parts += [(f"  {glyph} ", URGENCY[mood]), f"{MEANINGS[mood]}\n"]
    parts += [("  Times left are working time: they stand still while the desk is closed.\n", FAINT)]
    return Content.assemble(*parts)


def _row(command: Command, refused: str) -> list[Content | str | tuple[str, str]]:
    keys = " ".join(display(key) for key in command.keys)
    spoken = f":{command.name}" if command.spoken else ""
    row: list[Content | str | tuple[str, str]] = [
        (f"  {fit(keys, 14)} ", STRONG),
        (f"{fit(spoken, 11)} ", FAINT),
        command.explanation(),
        "\n",
    ]
    if refused:
        row.insert(3, (f" ({refused})", FAINT))
    return row

"""The help page: every command with its keys, made from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from deskterm.present.models import GLYPHS, MEANINGS
from deskterm.tui.commands.command import Command, Group
from deskterm.tui.commands.keys import format_key
from deskterm.tui.commands.table import BY_NAME, TABLE
from deskterm.tui.panes.bars.keyline import Key
from deskterm.tui.panes.colours import ACCENT, BOLD, FAINT, urgency_style
from deskterm.tui.panes.columns import fit

GROUPS: tuple[Group, ...] = ("Work", "Look", "Move", "Program")

HERE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "queue": (
        "Here, in the queue",
        ("open", "reply", "note", "status", "take", "assign", "mark", "mark-all", "filter", "order", "columns",
         "next-view", "why", "undo"),
    ),
    "conversation": (
        "Here, in the ticket",
        ("next-tab", "previous-tab", "next-fold", "previous-fold", "open", "fold", "next-ticket", "previous-ticket",
         "reply", "note", "status", "zoom", "back"),
    ),
    "clocks": ("Here, at the clocks", ("down", "up", "why", "due", "waive", "back")),
    "views": ("Here, in the views", ("down", "up", "open", "view", "next-view", "previous-view", "back")),
    "soon": ("Here, at what breaches next", ("down", "up", "open", "take", "assign", "reply", "why", "back")),
}  # fmt: skip
"""Pane → its heading on the help page, and the commands that are used most there."""

KeysOf = Callable[[str], Sequence[str]]
"""Returns the keys of a command."""

INDENT = 26
"""Cells before the text of a command."""


def format_help(
    refusals: Mapping[str, str],
    width: int,
    keys_of: KeysOf,
    *,
    pane: str = "",
    typing: Sequence[Key] = (),
    words: str = "",
) -> Content:
    """Format all commands: first those of where the agent is, then by group. refusals: command → why it cannot be run
    now; width: cells there are; keys_of: command → its keys; pane: the one with the focus; typing: keys of the composer
    while it is open; words: a search, for commands with all of these words or with this key."""
    if words.strip():
        return _format_found(words, refusals, width, keys_of)
    parts: list[Content | str | tuple[str, str]] = []
    if typing:
        parts.append(("Here, in the composer\n", ACCENT))
        for key in typing:
            parts += [(f"  {fit(key.key, 13)}", BOLD), " " * 11, f"{key.title[:1].upper()}{key.title[1:]}.\n"]
    elif pane in HERE:
        heading, names = HERE[pane]
        parts.append((f"{heading}\n", ACCENT))
        for name in names:
            parts += _format_command(BY_NAME[name], keys_of(name), refusals.get(name, ""), width)
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


def _format_found(words: str, refusals: Mapping[str, str], width: int, keys_of: KeysOf) -> Content:
    """Format the commands of a search: those with exactly this key, else those with all words."""
    wanted = words.casefold().split()
    found = [command for command in TABLE if words.strip() in map(format_key, keys_of(command.name))]
    found = found or [command for command in TABLE if all(word in _describe(command, keys_of) for word in wanted)]
    if not found:
        return Content.assemble((f"No command has the words “{words.strip()}”: leave some out.\n", FAINT))
    parts: list[Content | str | tuple[str, str]] = []
    for command in found:
        parts += _format_command(command, keys_of(command.name), refusals.get(command.name, ""), width)
    return Content.assemble(*parts)


def _describe(command: Command, keys_of: KeysOf) -> str:
    """Return the text about a command that is searched, in lower case."""
    keys = " ".join(map(format_key, keys_of(command.name)))
    return f"{keys} :{command.name} {command.title} {command.argument} {command.help} {command.group}".casefold()


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

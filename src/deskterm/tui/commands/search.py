"""Find commands by what people type, and in the sentences of the desk."""

from __future__ import annotations

import re
from difflib import get_close_matches

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.table import BY_NAME


def find_command(word: str) -> Command | None:
    """Find the command that a person means: by its name, or by the only name that begins so; of several, the only one
    that has a key, because that is what they do often."""
    prefix = word.casefold()
    if prefix in BY_NAME:
        return BY_NAME[prefix]
    matching = [command for name, command in BY_NAME.items() if name.startswith(prefix) and command.in_palette]
    with_key = [command for command in matching if command.keys]
    return matching[0] if len(matching) == 1 else with_key[0] if len(with_key) == 1 else None


def find_similar_name(word: str) -> str:
    """Find the command that a misspelt word may stand for; empty when none is near."""
    spoken = [name for name, command in BY_NAME.items() if command.in_palette]
    return next(iter(get_close_matches(word.casefold(), spoken, n=1)), "")


_NAMES = {"set": "status"}
"""Command of the command line → command of the console, where the names differ."""
_ONLY_ON_THE_COMMAND_LINE = ("--anyway", "--correct")
"""Options that commands of the console have nothing for."""
_COMMAND_LINE_CALL = re.compile(r"`deskterm (?:ticket |item )?([a-z-]+)[^`]*`")


def translate_calls(sentence: str) -> str:
    """Replace calls of the command line in a sentence by commands of the console: `deskterm ticket check 1006 …` is
    `:check` here. A call without a command here, or with an option that the command does not take, stays."""

    def translate(call: re.Match[str]) -> str:
        command = BY_NAME.get(_NAMES.get(call[1], call[1]))
        if command is None or not command.in_palette or any(one in call[0] for one in _ONLY_ON_THE_COMMAND_LINE):
            return call[0]
        return f"`:{command.name}`"

    return _COMMAND_LINE_CALL.sub(translate, sentence)

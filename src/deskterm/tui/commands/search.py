"""Find commands by what people type, and in the sentences of the desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from deskterm.tui.commands.aliases import ALIASES
from deskterm.tui.commands.command import Command
from deskterm.tui.commands.desk_errors import translate_desk_errors
from deskterm.tui.commands.keys import format_key
from deskterm.tui.commands.table import BY_NAME, TABLE

KeysOf = Callable[[str], Sequence[str]]
"""Gives the keys of a command, by Textual's names."""

_WORDS = re.compile(r"[\w-]+")


def find_command(word: str, keys_of: KeysOf | None = None) -> Command | None:
    """Find a command by what a person typed: its name, or an unambiguous beginning of it (of several commands, the only
    one with a key, because it is used most); else its key, or a synonym of it alone. keys_of: None where keys name
    nothing."""
    prefix = word.casefold()
    if prefix in BY_NAME:
        return BY_NAME[prefix]
    matching = [command for name, command in BY_NAME.items() if name.startswith(prefix) and command.in_palette]
    with_key = [command for command in matching if command.keys]
    for found in (matching, with_key, _find_by_key(word, keys_of), [] if matching else _find_by_alias(prefix)):
        if len(found) == 1:
            return found[0]
    return None


def _find_by_key(word: str, keys_of: KeysOf | None) -> list[Command]:
    return [one for one in TABLE if keys_of is not None and word in map(format_key, keys_of(one.name))]


def _find_by_alias(word: str) -> list[Command]:
    return [BY_NAME[name] for name, words in ALIASES.items() if word in words]


def search_commands(query: str, keys_of: KeysOf) -> list[Command]:
    """Search the commands of the palette, the best match first: by key as labelled on keyboards, name, title, synonym,
    and words of the help. All typed words must match beginnings of words."""
    text = " ".join(query.split())
    words = [word.casefold() for word in _WORDS.findall(text)]
    if not text:
        return []
    ranked = [(_rank(command, text, words, keys_of), place, command) for place, command in enumerate(TABLE)]
    # A query that is a key finds its command alone: the person wants to know what the key does
    found = [(rank, place, one) for rank, place, one in ranked if rank is not None and (one.in_palette or not rank)]
    return [command for _, _, command in sorted(found, key=lambda one: one[:2])]


def _rank(command: Command, text: str, words: Sequence[str], keys_of: KeysOf) -> int | None:
    """Return the rank of a match, 0 for the best; None when the command does not match."""
    folded = text.casefold()
    title, name = command.title.casefold(), command.name
    # Keys are case-sensitive: r is not R
    if text in [format_key(key) for key in keys_of(name)]:
        return 0
    if not words:
        return None
    aliases = ALIASES.get(name, ())
    ranks = (
        folded in (name, title),
        folded in aliases,
        name.startswith(folded) or title.startswith(folded),
        _begin(words, (*_WORDS.findall(title), *name.split("-"))),
        _begin(words, (*_WORDS.findall(title), *name.split("-"), *aliases)),
        _begin(words, (*_WORDS.findall(f"{title} {command.help.casefold()}"), *name.split("-"), *aliases)),
    )
    return next((rank for rank, fits in enumerate(ranks, 1) if fits), None)


def _begin(words: Sequence[str], found: Sequence[str]) -> bool:
    """Return whether each typed word begins one of the found words."""
    return all(any(one.startswith(word) for one in found) for word in words)


def find_similar_name(word: str) -> str:
    """Find the command that a misspelt word may stand for; empty when none is near."""
    spoken = [name for name, command in BY_NAME.items() if command.in_palette]
    return next(iter(get_close_matches(word.casefold(), spoken, n=1)), "")


_NAMES = {"set": "status"}
"""Command of the command line → command of the console, where the names differ."""
_ONLY_ON_THE_COMMAND_LINE = ("--anyway", "--correct")
"""Options without a counterpart in the console's commands."""
_COMMAND_LINE_CALL = re.compile(r"`deskterm (?:ticket |item )?([a-z-]+)[^`]*`")


def translate_calls(sentence: str) -> str:
    """Replace calls of the command line in a sentence by commands of the console: `deskterm ticket check 1006 …` is
    `:check` here, and errors of the database by their sentences of the console. A call without a command here, or with
    an option that the command does not take, stays."""

    def translate(call: re.Match[str]) -> str:
        command = BY_NAME.get(_NAMES.get(call[1], call[1]))
        if command is None or not command.in_palette or any(one in call[0] for one in _ONLY_ON_THE_COMMAND_LINE):
            return call[0]
        return f"`:{command.name}`"

    return _COMMAND_LINE_CALL.sub(translate, translate_desk_errors(sentence))

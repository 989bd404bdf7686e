"""The keys of the commands: those of the table, overridden by the agent's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.keys import KEY_NAME_REPLACEMENTS, REPLACED_KEYS, Keys, _character_to_key, key_to_character

from deskterm.tui.commands.command import Command
from deskterm.tui.commands.keys import format_key
from deskterm.tui.commands.search import find_similar_name
from deskterm.tui.commands.table import BY_NAME, TABLE
from deskterm.tui.settings.file import Problem, SettingsFile

_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_NAMED = frozenset((*(key.value for key in Keys), *KEY_NAME_REPLACEMENTS.values()))
"""Names of keys that are no characters, and characters for which Textual has other names than Unicode."""
_SHORT_NAMES = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown"}


def find_keymap_problems(file: SettingsFile, keymap: Keymap) -> list[Problem]:
    """Return the problems of the keys in a settings file, each with its line."""
    return [Problem(file.find_line("keymap", name), f"keymap: {sentence}") for name, sentence in keymap.problems]


class Keymap:
    """The keys of every command. overrides: command → the keys that it has in place of its own."""

    def __init__(self, overrides: Mapping[str, Sequence[str]] | None = None) -> None:
        self.problems: list[tuple[str, str]] = []
        """Command → a sentence about its override, which is wrong or takes a key from another command."""
        self._keys: dict[str, tuple[str, ...]] = {}
        taken: dict[str, str] = {}
        for name, keys in (overrides or {}).items():
            command = BY_NAME.get(name)
            if command is None:
                similar = find_similar_name(name)
                hint = f": did you mean {similar!r}?" if similar else "."
                self.problems.append((name, f"there is no command {name!r}{hint}"))
            else:
                self._override(command, keys, taken)
        for command in TABLE:
            if taken and command.name not in self._keys:
                self._yield(command, taken)

    def keys_of(self, command: str) -> tuple[str, ...]:
        """Return the keys of a command, by Textual's names."""
        return self._keys[command] if command in self._keys else BY_NAME[command].keys

    @property
    def alt_characters(self) -> frozenset[str]:
        """The characters whose alt key belongs to a command."""
        found: set[str] = set()
        for part in (part for one in TABLE for key in self.keys_of(one.name) for part in key.split(" ")):
            base = part.removeprefix("alt+")
            name = base.removeprefix("shift+")
            # Not every name that Textual gives to a character is one that it knows
            character = key_to_character(REPLACED_KEYS.get(name, name)) if base != part else None
            if character is not None and character.isprintable():
                found.add(character.upper() if base.startswith("shift+") else character)
        return frozenset(found)

    @property
    def table(self) -> tuple[Command, ...]:
        """The table of commands with these keys."""
        return tuple(command._replace(keys=self.keys_of(command.name)) for command in TABLE) if self._keys else TABLE

    def _override(self, command: Command, keys: Sequence[str], taken: dict[str, str]) -> None:
        """Give a command these keys, except unknown ones and those that another override has taken."""
        found: list[str] = []
        for key in keys:
            name = name_key(key)
            if name is None:
                self.problems.append(
                    (command.name, f"there is no key {key!r}: write x, X, ctrl+x, f2, space or pagedown.")
                )
            elif (owner := _find_owner(name, taken)) is not None:
                sentence = f"{key} is given to {owner} and to {command.name}: it is {owner}."
                self.problems.append((command.name, sentence))
            else:
                taken[name] = command.name
                found.append(name)
        if found or not keys:
            self._keys[command.name] = tuple(found)

    def _yield(self, command: Command, taken: Mapping[str, str]) -> None:
        """Take the keys that were given to other commands from this one."""
        left = tuple(key for key in command.keys if _find_owner(key, taken) is None)
        if left == command.keys:
            return
        self._keys[command.name] = left
        rest = f"has {' and '.join(map(format_key, left))} left" if left else "has no key now"
        for key in dict.fromkeys(command.keys):
            if (owner := _find_owner(key, taken)) is not None:
                shown = format_key(key if key in taken else key.partition(" ")[0])
                self.problems.append((owner, f"{shown} is {owner} now, and {command.name} {rest}."))


def _find_owner(key: str, taken: Mapping[str, str]) -> str | None:
    """Return the command that has a key already, alone or as the first of two: a key that runs a command cannot begin a
    sequence."""
    first, space, _ = key.partition(" ")
    begun = None if space else next((owner for one, owner in taken.items() if one.startswith(f"{key} ")), None)
    return taken.get(key) or taken.get(first) or begun


def name_key(text: str) -> str | None:
    """Return Textual's name of a key as people write it: `?` is `question_mark`; for a sequence of two, `g v`, both
    names; None for an unknown key."""
    first, space, second = text.strip().partition(" ")
    if space and first:
        both = [name_key(first), name_key(second)]
        return " ".join(filter(None, both)) if all(both) and " " not in second else None
    *modifiers, base = [text] if len(text) == 1 else text.split("+")
    if not base or any(modifier not in _MODIFIERS for modifier in modifiers):
        return None
    # By Textual's names for input of a terminal; its keymap translates only keys without modifiers
    if "alt" in modifiers and len(base) == 1 and base.isupper():
        # As terminals name it
        modifiers, base = [*modifiers, "shift"], base.lower()
    base = _character_to_key(base) if len(base) == 1 else _SHORT_NAMES.get(base, base)
    known = base in _NAMED or key_to_character(base) is not None
    return "+".join((*modifiers, base)) if known else None

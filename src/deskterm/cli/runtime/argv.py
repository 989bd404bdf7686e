"""Words that begin with a dash and are no option: `-25m`, `-1 item`, `- a list of things`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from deskterm.cli.console import WITH_VALUE

_NO_OPTION = re.compile(r"-(?:\d|\s|(?!-?[A-Za-z][\w-]*=)\S*\s).*", re.DOTALL)
"""A figure or a space behind the dash, or a space in the word, unless it is `--name=value`."""


def dashed(words: Sequence[str]) -> bool:
    """Whether any of the words begins with a dash as no option does."""
    return any(_NO_OPTION.fullmatch(word) for word in words)


def sheltered(command: Any, words: Sequence[str]) -> list[str]:
    """The same call with the arguments behind `--`, where nothing is taken for an option. command: the program's, as
    `typer.main.get_command` makes it; words: with the global options in front."""
    rest = list(words)
    front: list[str] = []
    while getattr(command, "commands", None):
        if not rest or rest[0] == "--":
            return list(words)
        word = rest.pop(0)
        front.append(word)
        if word in WITH_VALUE and rest:
            front.append(rest.pop(0))
        elif not word.startswith("-"):
            if word not in command.commands:
                return list(words)
            command = command.commands[word]
    known = {name: parameter for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    options: list[str] = []
    plain: list[str] = []
    while rest:
        word = rest.pop(0)
        if word == "--":
            plain += rest
            break
        if _NO_OPTION.fullmatch(word) or word == "-" or not word.startswith("-"):
            plain.append(word)
            continue
        options.append(word)
        if rest and word in known and not getattr(known[word], "is_flag", True):
            options.append(rest.pop(0))
    return [*front, *options, "--", *plain]

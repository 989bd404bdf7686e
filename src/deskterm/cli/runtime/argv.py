"""The words after the program's name: the global options, the words of the command, and words that merely begin with a
dash (`-25m`, `-1 item`, `- a list of things`)."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import NamedTuple

VALUED_OPTIONS = ("--database", "--as", "--now")
"""The global options that take a value."""

SCREEN_READER = "--screen-reader"
"""The global option for the console in lines instead of panes."""

_NO_OPTION = re.compile(r"-(?:\d|\s|[A-Za-z][\w.-]*:|[\"(]|(?!-?[A-Za-z][\w-]*=)\S*\s).*", re.DOTALL)
"""Matches words that begin with a dash and are no options: a digit or a space after the dash, a field of a filter
(`-tag:spam`), a quote or a parenthesis, or a space anywhere in the word, unless it is `--name=value`."""


class Arguments(NamedTuple):
    """The words of a call, sorted. `deskterm ticket list --as sam` is the same call as `deskterm --as sam ticket list`.

    options: the global options with their values, in the order in which they were written; command: all other words;
    values: the last value of each global option; debug: `--debug` is among the options; complete: each option
    that takes a value has one.
    """

    options: list[str]
    command: list[str]
    values: dict[str, str]
    debug: bool
    complete: bool

    @property
    def words(self) -> list[str]:
        """The words for the program's parser, the global options first. Where one lacks its value, the parser gets the
        options alone: it would take the first word of the command for the value."""
        return [*self.options, *(self.command if self.complete else ())]

    @property
    def opens_console(self) -> bool:
        """True for a call of the console that says only where, as whom and when, and so needs no parser."""
        return self.complete and not self.command and not self.debug

    @property
    def is_text(self) -> bool:
        """True when all words are UTF-8. Python keeps bytes that are not as lone surrogates."""
        return not any(
            "\ud800" <= character <= "\udfff"
            for word in (*self.options, *self.command)
            if not word.isprintable()  # a quick test that clears nearly every word
            for character in word
        )


def parse(words: Sequence[str]) -> Arguments:
    """Sort the words of a call. Global options count wherever they are written, up to a `--`."""
    options: list[str] = []
    command: list[str] = []
    values: dict[str, str] = {}
    debug, complete = False, True
    rest = iter(words)
    for word in rest:
        name, sign, value = word.partition("=")
        # Kept, because the command's own parser needs it as well
        if word == "--":
            command += [word, *rest]
        elif name in VALUED_OPTIONS:
            options.append(word)
            if not sign:
                following = next(rest, None)
                if following is None:
                    complete = False
                    continue
                options.append(following)
                value = following
            values[name] = value
        elif word == "--anyway" and not command:
            # Behind the command it is the command's own, of which some have one
            options.append(word)
        elif word == SCREEN_READER:
            options.append(word)
        elif word == "--debug":
            options.append(word)
            debug = True
        else:
            command.append(word)
    return Arguments(options, command, values, debug, complete)


def protect_dashed_arguments(words: Sequence[str], valued: Container[str]) -> list[str]:
    """Return a command's own words with its arguments behind `--`, where nothing is taken for an option, if any word
    begins with a dash as no option does; otherwise as they are. valued: the command's options that take a value."""
    if not any(_NO_OPTION.fullmatch(word) for word in words):
        return list(words)
    options: list[str] = []
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            plain += rest
        elif _NO_OPTION.fullmatch(word) or word == "-" or not word.startswith("-"):
            plain.append(word)
        else:
            options.append(word)
            # The next word is the option's value, even if it begins with a dash: `--reason "-5 degrees"`.
            if word in valued and (value := next(rest, None)) is not None:
                options.append(value)
    return [*options, "--", *plain]

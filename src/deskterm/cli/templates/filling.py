"""The options by which a reply or a note is made of a template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from deskterm.cli.runtime.stdin import read_text
from deskterm.desk.core.session import DeskSession
from deskterm.desk.templates.definitions import Writing
from deskterm.desk.templates.library import find_template
from deskterm.desk.templates.placeholders import PLACEHOLDERS, is_placeholder, render
from deskterm.desk.templates.run import MissingValue
from deskterm.desk.templates.values import load_values
from deskterm.errors import UsageError
from deskterm.procedure.checking.problems import suggest

TemplateName = Annotated[
    str | None, typer.Option("--template", help="Write it from this template; words go to its cursor mark.")
]
LanguageOption = Annotated[
    str, typer.Option("--language", help="The language of the template, where there are several.")
]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", help="The value of a placeholder; may be given again.", metavar="NAME=VALUE"),
]


def parse_values(words: Sequence[str] | None) -> dict[str, str]:
    """Return placeholder → value, of words like `due=Friday`. Raises UsageError for another form, and for what is no
    placeholder."""
    found: dict[str, str] = {}
    for word in words or ():
        name, sign, value = (part.strip() for part in word.partition("="))
        if not sign or not value:
            raise UsageError(f"{word!r} is no value: write it as NAME=VALUE, such as --set due=Friday.")
        if not is_placeholder(name):
            raise UsageError(f"There is no placeholder {name!r}{suggest(name, PLACEHOLDERS)}")
        found[name] = value
    return found


class Filling(NamedTuple):
    """The template of a message, as the options of a call name it. template: None for none."""

    template: str | None
    language: str
    values: Sequence[str] | None

    def read_words(self, words: str | None) -> str:
        """Return the words of a call, read from standard input where they were left out and no template has any.
        Raises UsageError for options of a template without one."""
        if self.template is None and (self.language or self.values):
            raise UsageError("--language and --set go with --template.")
        return "" if self.template is not None and words is None else read_text(words)

    def write(self, desk: DeskSession, number: int, use: Writing, words: str, now: datetime) -> str:
        """Return the text of a message: the words, or the template with the ticket's values and the words at its cursor
        mark, or at the end where it has none. Raises MissingValue for a placeholder without a value."""
        if self.template is None:
            return words
        body = find_template(desk, self.template, self.language, use=use).body
        rendered = render(body, load_values(desk, number, now=now) | parse_values(self.values))
        if rendered.gaps:
            raise MissingValue(number, rendered.gaps)
        if not words or rendered.cursor is None:
            return f"{rendered.text}\n\n{words}" if words else rendered.text
        return rendered.text[: rendered.cursor] + words + rendered.text[rendered.cursor :]

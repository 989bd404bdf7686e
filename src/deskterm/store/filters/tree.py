"""The tree of a filter as a person wrote it (C-12), and the error that shows a place in its text.

Nothing in it is looked up yet: `deskterm.present.filters` finds the fields, labels, people and instants that it names.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TypeAlias

from deskterm.errors import UsageError


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or a phrase in quotes, that a ticket must have. start: its place in the text."""

    text: str
    is_phrase: bool = False
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field. operator: `<`, `<=`, `>`, `>=`, `=` or empty; start: the place of its text."""

    text: str
    operator: str = ""
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A field with values, of which a ticket must have any. name: without its colon."""

    name: str
    values: tuple[Value, ...]
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """A part that must not be true."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """Parts that must all be true; two at least."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Parts of which any must be true; two at least."""

    parts: tuple[Node, ...]


Node: TypeAlias = Words | Term | Not | And | Or


class FilterError(UsageError):
    """A filter that cannot be read. sentence: the message without the caret; text, start: the filter and the place in
    it; is_unfinished: the text is right so far, and lacks something at its end."""

    def __init__(self, sentence: str, text: str = "", start: int = 0, *, is_unfinished: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.text, self.start, self.is_unfinished = sentence, text, start, is_unfinished

    def __str__(self) -> str:
        """Return the sentence, and below it the text with a caret under the place."""
        if not self.text:
            return self.sentence
        line = "".join(character if character.isprintable() else " " for character in self.text)
        return f"{self.sentence}\n  {line}\n  {' ' * measure_width(line[: self.start])}^"


def measure_width(text: str) -> int:
    """Return the cells of a terminal that a text takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )

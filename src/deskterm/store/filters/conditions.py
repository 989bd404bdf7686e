"""Conditions of a filter after all names were resolved: columns, keys, logins, epoch seconds. `store.filters.compiler`
makes SQL of them. The SQL of a condition is never NULL, so that `NOT` inverts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Operator: TypeAlias = Literal["<", "<=", ">", ">=", "="]

NamedKey: TypeAlias = Literal[
    "open",
    "closed",
    "waiting",
    "breached",
    "late",
    "escalated",
    "snoozed",
    "reopened",
    "files",
    "note",
    "reply",
]
"""Names of conditions without a value."""


@dataclass(frozen=True, slots=True)
class HasWords:
    """Words in a row: in number, subject, requester or client, or, from the beginning of a word, in any text."""

    text: str


@dataclass(frozen=True, slots=True)
class Among:
    """A column with one of some values."""

    column: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """A column without a value. kind: what it holds."""

    column: str
    kind: Literal["text", "number", "instant"] = "text"


@dataclass(frozen=True, slots=True)
class Contains:
    """A column with a text in it, whatever accents and case. is_whole: the text is all of it."""

    column: str
    text: str
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """A column of items between commas (`tags`, `flags`) with an item, whatever accents and case."""

    column: str
    item: str


@dataclass(frozen=True, slots=True)
class Within:
    """A column of instants in `[since, until)`, epoch seconds; None: without that bound."""

    column: str
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Compares:
    """A column of numbers against a number."""

    column: str
    operator: Operator
    number: int


@dataclass(frozen=True, slots=True)
class OfRequester:
    """A requester with a text in name or e-mail address."""

    text: str


@dataclass(frozen=True, slots=True)
class OfClient:
    """A client with a text in its name, or of this key."""

    text: str


@dataclass(frozen=True, slots=True)
class HasField:
    """A field of the procedure with a text in its value; None: with any value. is_whole: the text is all of it."""

    key: str
    text: str | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class FieldCompares:
    """A field of the procedure that holds a number, against a number."""

    key: str
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True)
class Mentions:
    """A colleague mentioned this agent in a note or a reply."""

    login: str


@dataclass(frozen=True, slots=True)
class HasDraft:
    """A draft of an agent. behind: of whoever works in their name, empty for nobody."""

    login: str
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Is:
    """A condition with a name."""

    key: NamedKey


@dataclass(frozen=True, slots=True)
class Negation:
    part: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All of some conditions."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of some conditions."""

    parts: tuple[Condition, ...]


Test: TypeAlias = (
    HasWords
    | Among
    | IsEmpty
    | Contains
    | Lists
    | Within
    | Compares
    | OfRequester
    | OfClient
    | HasField
    | FieldCompares
    | HasDraft
    | Mentions
    | Is
)
Condition: TypeAlias = Test | Negation | Every | Either

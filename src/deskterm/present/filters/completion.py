"""Completion of filters while they are typed: names of fields, and their values (C-12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from deskterm.present.filters.fields import (
    ANYTHING,
    BY_NAME,
    CATEGORIES,
    FIELDS,
    HAS_VALUES,
    IS_VALUES,
    NOTHING,
    list_choices,
)
from deskterm.present.labels import Vocabulary

_LAST_VALUE = re.compile(
    r"(?:^|[\s(-])(?P<name>[^\W\d][\w.-]*):(?P<before>(?:[^\s()\"]*,)?)[<>=]*(?P<begun>[^\s(),\"<>=]*)$"
)
_LAST_WORD = re.compile(r"(?:^|[\s(]|(?<=[\s(])-|^-)(?P<begun>[^\W\d][\w.-]*)$")
_DAYS = ("today", "yesterday", "-7d", "monday")


def complete_filter(text: str, vocabulary: Vocabulary, logins: Sequence[str]) -> str | None:
    """Return a filter with its last word completed; None when nothing begins with it. logins: of the desk's agents."""
    if match := _LAST_VALUE.search(text):
        begun, choices = match["begun"], list_values(match["name"].casefold(), vocabulary, logins)
        named = match["before"].casefold().split(",")
        choices = [choice for choice in choices if choice not in named]
    elif match := _LAST_WORD.search(text):
        begun, choices = match["begun"], [f"{name}:" for name in list_field_names(vocabulary)]
    else:
        return None
    found = next((choice for choice in choices if choice.startswith(begun.casefold()) and choice != begun), None)
    return None if found is None else text[: len(text) - len(begun)] + found


def list_completions(word: str, vocabulary: Vocabulary, logins: Sequence[str]) -> list[str]:
    """Return the completions of a filter's last word: fields with their colon, or after a colon the values of that
    field, each with everything before it. logins: as for `complete_filter`."""
    if match := _LAST_VALUE.search(word):
        begun, choices = match["begun"], list_values(match["name"].casefold(), vocabulary, logins)
    elif (match := _LAST_WORD.search(word)) or not word.strip("-("):
        begun = match["begun"] if match else ""
        choices = [f"{name}:" for name in list_field_names(vocabulary)]
    else:
        return []
    before = word[: len(word) - len(begun)]
    return [before + choice for choice in choices if choice.startswith(begun.casefold())]


def list_field_names(vocabulary: Vocabulary) -> list[str]:
    """Return the names of all fields of the language and of the procedure, without their other names."""
    return [*(field.name for field in FIELDS), *(key for key in vocabulary.fields if key not in BY_NAME)]


def list_values(name: str, vocabulary: Vocabulary, logins: Iterable[str]) -> list[str]:
    """Return the known values of a field; those that every field has come last."""
    field = BY_NAME.get(name)
    rest = [NOTHING, ANYTHING]
    if field is None:
        flags = ["yes", "no"] if vocabulary.field_kinds.get(name) == "flag" else []
        return [*flags, *rest] if name in vocabulary.fields else []
    match field.kind:
        case "is":
            return list(IS_VALUES)
        case "has":
            return [*HAS_VALUES, *(other for other in list_field_names(vocabulary) if other not in ("is", "has"))]
        case "person":
            return ["me", *logins, *rest]
        case "instant":
            return [*_DAYS, *rest]
        case "choice":
            keys = list(list_choices(field, vocabulary))
            more = [one for one in CATEGORIES if one not in keys] if field.name == "status" else []
            return [*keys, *more, *rest]
    return rest

"""A report of a desk's own, as a TOML file: title, filter, parts, clocks (R-49)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from deskterm.errors import UsageError
from deskterm.reports.measures.dimensions import DIMENSIONS
from deskterm.reports.pages.definitions import Definition
from deskterm.reports.pages.parts import require_part

MEMBERS: Mapping[str, str] = {
    "title": "Its title. Needed.",
    "parts": "The keys of its parts, in order. Needed.",
    "sentence": "What it is about, in a sentence under the title.",
    "filter": "The tickets that it is about, in the filter language; all where it is left out.",
    "metrics": "The clocks that it is about; all where it is left out.",
    "by": "One dimension or two, by which its document has all figures too.",
    "period": "The period that it is of where none is given: `last-month` where it is left out.",
}
"""The members of a file, and what each is."""
_LISTS = frozenset({"parts", "metrics", "by"})


def read_definition(name: str, text: str, metrics: Sequence[str]) -> Definition:
    """Read a report. name: of the file, without its end; metrics: the keys of the clocks that there are. Raises
    UsageError, a sentence that says what to do, for a file that is none."""
    try:
        members = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The report {name} is no TOML: {_to_words(str(error))}.") from error
    for key, value in members.items():
        _require_known(key, MEMBERS, f"The report {name} has no member of that name", "")
        _require_kind(key, value)
    for key in ("title", "parts"):
        if not members.get(key):
            example = '"Our week"' if key == "title" else '["tiles", "days"]'
            raise UsageError(f"The report {name} has no {key}: add `{key} = {example}`.")
    for part in members["parts"]:
        require_part(part)
    for metric in members.get("metrics", ()):
        _require_known(metric, metrics, "There is no clock", "clocks")
    for dimension in members.get("by", ()):
        _require_known(dimension, DIMENSIONS, "There is no dimension", "dimensions")
    lists = {key: tuple(dict.fromkeys(members[key])) for key in _LISTS if key in members}
    return Definition(name, **(members | lists))


def _require_known(key: str, known: Sequence[str] | Mapping[str, str], words: str, kind: str) -> None:
    if key not in known:
        near = get_close_matches(key, list(known), n=1)
        named = f"there are {', '.join(known)}." if known else f"this procedure has no {kind}."
        raise UsageError(f"{words}: {key!r}; {f'did you mean {near[0]}?' if near else named}")


def _require_kind(key: str, value: Any) -> None:
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UsageError(f'{key} is a list of words: write it as `{key} = ["one", "another"]`.')
    elif not isinstance(value, str):
        raise UsageError(f'{key} is a text: write it as `{key} = "words"`.')


def _to_words(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")

"""Problems of a procedure file, described in a sentence each, with the place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from deskterm.procedure.checking.toml_positions import Path
from deskterm.procedure.schema.retired import find_retired


class Problem(NamedTuple):
    """A problem that keeps a file from being used. path: its place; sentence: what is wrong and what is expected."""

    path: Path
    sentence: str


def suggest(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown word: the nearest known one, or all there are."""
    choices = list(known)
    folded = word.lower().replace(" ", "-")
    # A label written for its key ("Open Issue"), and occurrences, which have underscores
    for spelling in (word, folded, folded.replace("-", "_")):
        if near := get_close_matches(spelling, choices, n=1, cutoff=0.55):
            return f'; did you mean "{near[0]}"?'
    return f"; known are {', '.join(choices)}." if choices else "; there are none in this file."


def describe_path(data: object, path: Path) -> str:
    """Describe a path in words: `statuses "open-issue", pauses`."""
    words: list[str] = []
    for part in path:
        data = _get_inside(data, part)
        if isinstance(part, int):
            key = data.get("key", data.get("label")) if isinstance(data, Mapping) else None
            name = f'"{key}"' if isinstance(key, str) else f"number {part + 1}"
            # The name of an entry stands behind its table: `statuses "open-issue"`
            words[-1:] = [f"{words[-1]} {name}" if words else name]
        else:
            words.append(part)
    return ", ".join(words)


def problems_from_validation(
    error: ValidationError, data: Mapping[str, Any], root: type[BaseModel]
) -> Iterator[Problem]:
    """Yield the problems that the schema has with the data of a file, one for each place."""
    described: set[Path] = set()
    unknown = [detail for detail in error.errors() if detail["type"] == "extra_forbidden"]
    misspelt: set[Path] = set()
    for detail in unknown:
        path = detail["loc"]
        known = list(find_fields(root, path[:-1]))
        key = str(path[-1])
        if reason := find_retired(path):
            yield Problem(path, f'"{key}"{_describe_place(data, path[:-1])} is no key any more: {reason}.')
            continue
        # A required key that is misspelt is unknown and missing at once: the first complaint is enough
        misspelt.update((*path[:-1], near) for near in get_close_matches(key, known, n=1, cutoff=0.55))
        yield Problem(path, f'unknown key "{key}"{_describe_place(data, path[:-1])}{suggest(key, known)}')
    for detail in error.errors():
        path = _trim_path(data, detail["loc"])
        if detail["type"] == "missing":
            if detail["loc"] not in misspelt:
                yield Problem(path, f'the key "{detail["loc"][-1]}" is missing{_describe_place(data, path)}.')
        elif detail["type"] == "too_short" and detail["input"]:
            continue  # what is in the list is wrong, and has its own complaint
        elif detail["type"] != "extra_forbidden" and path not in described:
            # Pydantic reports a value once for every member of a union
            described.add(path)
            yield Problem(path, f"{describe_path(data, path)}: {_describe_error(dict(detail))}")


def find_fields(root: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys that the schema has at a path; none where it takes any."""
    kind: Any = root
    for part in path:
        kind = _unwrap(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            kind = field.annotation if field else None
        else:
            # What a mapping holds is its last argument; a tuple of any length ends in an ellipsis
            kind = next((inner for inner in reversed(get_args(kind)) if inner is not Ellipsis), None)
    kind = _unwrap(kind)
    return tuple(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else ()


def _unwrap(kind: Any) -> Any:
    """Return a type without its optional and annotated wrappings."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType):
            kind = next((inner for inner in get_args(kind) if inner is not NoneType), None)
        else:
            return kind


def _describe_place(data: object, path: Path) -> str:
    return f" in {describe_path(data, path)}" if path else ""


def _get_inside(data: object, part: str | int) -> object:
    if isinstance(data, Mapping):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None


def _trim_path(data: object, path: Path) -> Path:
    """Return as much of a path as is in the data. Pydantic appends the names of types where several are allowed."""
    for depth, part in enumerate(path):
        data = _get_inside(data, part)
        if data is None:
            return path[:depth]
    return path


_PATTERNS = {
    r"^[a-z0-9][a-z0-9-]*$": "is no key: write small letters, digits and hyphens, such as awaiting-reply",
    r"^\d\d:\d\d(:\d\d)?-\d\d:\d\d(:\d\d)?$": "is no span of hours: write it as 08:00-16:00",
    r"^([01]\d|2[0-3]):[0-5]\d$": "is no time of day: write it as 09:00",
    r"^[A-Z]{2}$": "is no country: write its two capital letters, such as GB",
    r"^[A-Z]{3}$": "is no currency: write its three capital letters, such as GBP",
}
"""Pattern of a text → the end of the sentence about one that does not match."""
_EXPECTED = {
    "string": "text in quotes",
    "bool": "true or false",
    "int": "a whole number",
    "decimal": "a number",
    "float": "a number",
    "tuple": "a list in square brackets",
    "dict": "a table",
    "model": "a table",
    "date": "a date, such as 2026-12-25",
}
"""Kind of an error of the schema → the value that is expected."""


def _describe_error(detail: dict[str, Any]) -> str:
    kind, value, context = detail["type"], _format_value(detail["input"]), detail.get("ctx", {})
    match kind:
        case "literal_error":
            listed = [choice.strip(" '") for choice in context["expected"].replace(" or ", ", ").split(", ")]
            choices = [choice for choice in listed if choice]
            if len(choices) < len(listed):  # the key may be left out, which its schema says as an empty text
                suggestion = suggest(str(detail["input"]), choices).split("; known")[0]
                return f"{value} is none of {', '.join(choices)}{suggestion or '; or leave it out.'}"
            suggestion = suggest(str(detail["input"]), choices).split("; known")[0]  # they are all named already
            return f"{value} is none of {', '.join(choices)}{suggestion}"
        case "string_pattern_mismatch":
            return f"{value} {_PATTERNS.get(context['pattern'], 'is not written as it should be')}."
        case "string_too_short":
            return "the text must not be empty."
        case "string_too_long":
            return f"the text must not be longer than {context['max_length']} characters."
        case "too_short":
            return "at least one is needed."
        case "greater_than_equal":
            return f"{value} is too small: it must be at least {context['ge']}."
        case "less_than_equal":
            return f"{value} is too large: it must be at most {context['le']}."
        case "value_error":
            return f"{context['error']}."
    expected = _EXPECTED.get(kind.split("_")[0])
    return f"expected {expected}, not {value}." if expected else f"{value}: {detail['msg']}."


def _format_value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case Mapping():
            return "a table"
        case list():
            return "a list"
    return str(value)

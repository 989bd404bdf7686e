"""Checks of references: keys that must be in another table of the file, and keys that must be there only once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin

from deskterm.procedure.checking.problems import Problem, describe_path, suggest
from deskterm.procedure.checking.toml_positions import Path
from deskterm.procedure.schema import Part, Procedure
from deskterm.procedure.schema.text_types import FACTS, OCCURRENCES, Conditions, Reference
from deskterm.procedure.ticket_fields import REQUEST_FIELDS

CATEGORIES = ("new", "open", "waiting", "solved", "closed")
ENTRY_NAMES = {
    "types": "request type", "severities": "severity", "priorities": "priority", "impacts": "impact",
    "urgencies": "urgency", "statuses": "status", "stages": "stage", "fields": "field", "metrics": "metric",
    "calendars": "calendar", "departments": "department", "teams": "team", "tiers": "tier", "roles": "role",
    "ladders": "ladder", "checklists": "checklist", "cadences": "cadence", "templates": "template",
    "reasons": "closing reason", "channels": "channel", "products": "product", "topics": "topic",
    "dev-statuses": "development status", "dev-routes": "development route", "outcomes": "checklist outcome",
    "rotas": "rota",
}  # fmt: skip
"""Table → the name of one of its entries."""


def collect_keys(procedure: Procedure) -> dict[str, list[str]]:
    """Return the keys of a file by their tables."""

    def keys(parts: Sequence[Any]) -> list[str]:
        return [part.key for part in parts]

    return {
        "types": keys(procedure.types),
        "severities": keys(procedure.severities),
        "priorities": keys(procedure.priority.scale),
        "impacts": keys(procedure.priority.impacts),
        "urgencies": keys(procedure.priority.urgencies),
        "statuses": keys(procedure.statuses),
        "stages": keys(procedure.stages),
        # `required` may also name what every request has, such as a product
        "fields": [*keys(procedure.fields), *REQUEST_FIELDS],
        "metrics": keys(procedure.metrics),
        "calendars": list(procedure.calendars),
        "departments": keys(procedure.departments),
        "teams": keys(procedure.teams),
        "tiers": [str(tier.level) for tier in procedure.tiers],
        "roles": keys(procedure.roles),
        "ladders": keys(procedure.ladders),
        "checklists": keys(procedure.checklists),
        "outcomes": [outcome.key for part in procedure.checklists for outcome in part.outcomes],
        "cadences": keys(procedure.cadences),
        "templates": keys(procedure.templates),
        "reasons": keys(procedure.closing.reasons),
        "channels": list(procedure.channels),
        "products": keys(procedure.products),
        "topics": keys(procedure.topics),
        "dev-statuses": keys(procedure.development.statuses),
        "rotas": keys(procedure.rotas),
        "dev-routes": keys(procedure.development.routes),
    }


def find_broken_references(procedure: Procedure) -> Iterator[Problem]:
    """Yield every key that names nothing, every unknown fact and occurrence, and every key that is there twice."""
    known = collect_keys(procedure)
    paths = _PathDescriber(procedure)
    for path, value, table in walk_references(Procedure, procedure, ()):
        if str(value) not in known[table]:
            sentence = f'there is no {ENTRY_NAMES[table]} "{value}"{suggest(str(value), known[table])}'
            yield Problem(path, f"{paths.describe(path)}: {sentence}")
    for path, part in walk_parts(procedure, ()):
        # Which table the values of a `when` refer to depends on the fact, so the schema cannot mark them
        if isinstance(when := getattr(part, "when", None), dict):
            yield from _check_facts((*path, "when"), when, known, paths)
    for number, metric in enumerate(procedure.metrics):
        for name, conditions in (("start", metric.start), ("stop", metric.stop)):
            for at, condition in enumerate(conditions):
                path = ("metrics", number, name, at)
                for word in condition.split(" and "):
                    yield from _check_occurrence(path, word.strip(), known, paths)
    yield from _check_duplicates(procedure, (), paths)


def walk_parts(value: object, path: Path) -> Iterator[tuple[Path, Part]]:
    """Yield every table of a procedure with its path, from the outside in."""
    if isinstance(value, Part):
        yield path, value
        for name in type(value).model_fields:
            yield from walk_parts(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from walk_parts(item, (*path, number))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk_parts(item, (*path, str(key)))


class _PathDescriber:
    """Describes paths in words. The data of the procedure are dumped only when there is something to describe."""

    def __init__(self, procedure: Procedure) -> None:
        self._procedure = procedure
        self._data: dict[str, Any] | None = None

    def describe(self, path: Path) -> str:
        if self._data is None:
            self._data = self._procedure.model_dump(mode="json")
        return describe_path(self._data, path)


def walk_references(kind: Any, value: object, path: Path) -> Iterator[tuple[Path, object, str]]:
    """Yield path, key and table of every reference in a value. kind: the annotation of the value."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        yield from ((path, value, note.table) for note in notes if isinstance(note, Reference))
        yield from walk_references(inner, value, path)
    elif isinstance(value, Part):
        for name, field in type(value).model_fields.items():
            item = getattr(value, name)
            if item is not None:
                notes = [note for note in field.metadata if isinstance(note, Reference)]
                yield from (((*path, name), item, note.table) for note in notes)
                yield from walk_references(field.annotation, item, (*path, name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from walk_references(_find_argument(kind, tuple, 0), item, (*path, number))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk_references(_find_argument(kind, dict, 0), key, (*path, str(key)))
            yield from walk_references(_find_argument(kind, dict, 1), item, (*path, str(key)))
    elif value is not None:
        # `StatusKey | None`: the reference is a member of the union
        for option in get_args(kind):
            if get_origin(option) is Annotated:
                yield from walk_references(option, value, path)


def _find_argument(kind: Any, container: type, number: int) -> Any:
    """Return the type of the members of a container type, which may stand inside a union."""
    for option in (kind, *get_args(kind)):
        if get_origin(option) is container:
            return get_args(option)[number]
    # Of such members nothing is known: only tables among them are walked
    return object


def _check_facts(
    path: Path, when: Conditions, known: Mapping[str, Sequence[str]], paths: _PathDescriber
) -> Iterator[Problem]:
    for fact, values in when.items():
        if fact not in FACTS:
            yield Problem((*path, fact), f'{paths.describe(path)}: there is no fact "{fact}"{suggest(fact, FACTS)}')
            continue
        table = FACTS[fact]
        for value in values if isinstance(values, tuple) else (values,):
            # `severity = true` would compile to the text "true", which no ticket has
            if isinstance(value, bool) and fact != "exempt":
                yield Problem(
                    (*path, fact), f"{paths.describe((*path, fact))}: expected text in quotes, not a yes or no."
                )
            elif table is not None and value not in known[table]:
                sentence = f'there is no {ENTRY_NAMES[table]} "{value}"{suggest(str(value), known[table])}'
                yield Problem((*path, fact), f"{paths.describe(path)}: {sentence}")


def _check_occurrence(
    path: Path, word: str, known: Mapping[str, Sequence[str]], paths: _PathDescriber
) -> Iterator[Problem]:
    what, colon, key = word.partition(":")
    if not colon:
        plain = [known_word for known_word in OCCURRENCES if ":" not in known_word]
        if word not in plain:
            yield Problem(path, f'{paths.describe(path)}: nothing is called "{word}"{suggest(word, OCCURRENCES)}')
    elif what == "category":
        if key not in CATEGORIES:
            yield Problem(path, f'{paths.describe(path)}: there is no category "{key}"{suggest(key, CATEGORIES)}')
    elif what not in ("status", "leaves"):
        yield Problem(path, f'{paths.describe(path)}: nothing is called "{word}"{suggest(word, OCCURRENCES)}')
    elif key not in known["statuses"]:
        yield Problem(path, f'{paths.describe(path)}: there is no status "{key}"{suggest(key, known["statuses"])}')


def _check_duplicates(value: object, path: Path, paths: _PathDescriber) -> Iterator[Problem]:
    for where, part in walk_parts(value, path):
        for name in type(part).model_fields:
            items = getattr(part, name)
            if isinstance(items, tuple) and items and isinstance(items[0], Part):
                yield from _find_duplicates((*where, name), items)


def _find_duplicates(path: Path, items: Sequence[Part]) -> Iterator[Problem]:
    """Yield a problem for every entry of a list whose key another one before it has."""
    field = next((name for name in ("key", "level", "date") if name in type(items[0]).model_fields), None)
    if field is None:
        return
    counts = Counter(getattr(item, field) for item in items)
    earlier: set[object] = set()
    for number, item in enumerate(items):
        value = getattr(item, field)
        if counts[value] > 1 and value in earlier:
            table = re.sub(r"_", " ", ", ".join(str(step) for step in path if isinstance(step, str)))
            yield Problem((*path, number, field), f'{table}: "{value}" is there twice; give each its own {field}.')
        earlier.add(value)

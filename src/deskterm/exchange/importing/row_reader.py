"""What a row of a log says about a ticket, in the words of the desk's procedure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from itertools import compress
from operator import ne
from typing import Any, Final, NamedTuple

from deskterm.desk.domain.text import is_visible
from deskterm.desk.tickets.register import normalise_subject, normalise_tags
from deskterm.errors import DeskError
from deskterm.exchange.importing.mapping import FieldSource, LogMapping, TicketFieldSources
from deskterm.procedure.compiled import CompiledProcedure

Cells = tuple[str, ...]
"""The cells of a row that the mapping looks at, in the order of `RowReader.columns`; nothing is ''."""

_TOKEN = re.compile(r"\{([^{}\[\]]*)\}|\[|\]|[^{}\[\]]+|[{}]")
_SCALES = ("type", "status", "severity", "priority", "impact", "urgency", "channel", "department", "product", "topic")
_WORDS = ("requester", "email", "organisation", "team", "assignee")
_SEEN = frozenset({"subject", "requester", "organisation"})
"""Fields of words that are to be read by people."""
_NEEDED = frozenset({"type", "status", "channel", "subject"})
"""Fields that are never nothing: an empty cell leaves them as they were."""


class UnknownWord(NamedTuple):
    """A word that no translation has: the field stays as it was."""

    reason: str


_Read = Callable[[Cells], Any]


class RowReader:
    """Reads rows by a mapping. DeskError when the mapping uses words that the procedure does not know."""

    def __init__(self, mapping: LogMapping, procedure: CompiledProcedure) -> None:
        self._known = _vocabularies(procedure)
        _check(mapping, self._known, procedure)
        feeds = _feeds(mapping.ticket)
        self.columns: Final = tuple(dict.fromkeys(name for feed in feeds.values() for name in _columns(feed)))
        self._places = {name: place for place, name in enumerate(self.columns)}
        reads = {name: (name, self._reader(name, feed)) for name, feed in feeds.items() if not name.startswith("tags.")}
        if mapping.ticket.tags:
            reads["tags"] = ("tags", _tags([self._reader("tags", feed) for feed in mapping.ticket.tags]))
        self._reads = tuple(reads.values())
        self._numbers = range(len(self.columns))
        self._at_place = [
            tuple(
                dict.fromkeys(
                    reads[name.split(".")[0] if name.startswith("tags.") else name]
                    for name, feed in feeds.items()
                    if column in _columns(feed)
                )
            )
            for column in self.columns
        ]

    def read_changes(
        self, cells: Cells, before: Cells | None, shown: dict[str, Any], unknown: dict[str, str]
    ) -> dict[str, Any]:
        """What a row shows that the rows before it did not: field → value. before: the cells of the row before; shown:
        the fields as the rows so far showed them, brought up to this row; unknown: field → why its cell could not be
        understood, likewise. Such a field stays as it was."""
        reads: Iterable[tuple[str, _Read]] = self._reads
        if before is not None:
            moved = list(compress(self._numbers, map(ne, before, cells)))
            reads = self._at_place[moved[0]] if len(moved) == 1 else self._touched(moved)
        fresh = {}
        for name, read in reads:
            value = read(cells)
            if type(value) is UnknownWord:
                unknown[name] = value.reason
                continue
            if unknown:
                unknown.pop(name, None)
            if shown.get(name) != value and (value is not None or name not in _NEEDED):
                shown[name] = fresh[name] = value
        return fresh

    def _touched(self, places: Iterable[int]) -> Iterable[tuple[str, _Read]]:
        return {name: (name, read) for place in places for name, read in self._at_place[place]}.values()

    def _reader(self, name: str, feed: FieldSource) -> _Read:
        if feed.fixed is not None:
            return lambda cells, fixed=feed.fixed: fixed  # type: ignore[misc]
        if feed.template is not None:
            render = compile_template(feed.template, self._places)
            return _seen(name, render) if name in _SEEN else render
        column = feed.column or ""
        place = self._places[column]
        if feed.values:
            return _translated(name, column, place, {log: ours or None for log, ours in feed.values.items()})
        known = self._known.get(name)
        if known:
            return _translated(name, column, place, {word: word for word in known})
        plain: _Read = lambda cells: cells[place] or None  # noqa: E731 - one of several ways to read
        return _seen(name, plain) if name in _SEEN else plain


def _tags(reads: Iterable[_Read]) -> _Read:
    def read(cells: Cells) -> Any:
        found = [read(cells) for read in reads]
        if unknown := next((tag for tag in found if type(tag) is UnknownWord), None):
            return unknown
        return normalise_tags(tag for tag in found if tag and is_visible(tag.strip(", "))) or None

    return read


def _seen(name: str, read: _Read) -> _Read:
    """As it is read, on one line where it is a subject; what nobody can see is left as it was, and noted."""
    tidy = normalise_subject if name == "subject" else str

    def look(cells: Cells) -> Any:
        words = read(cells)
        if not words or words.isspace():
            return None
        return (
            tidy(words)
            if is_visible(words)
            else UnknownWord(f"{words[:40]!r} is no {name} that can be seen: left as it was")
        )

    return look


def _translated(name: str, column: str, place: int, words: dict[str, str | None]) -> _Read:
    words = {"": None, **words}

    def read(cells: Cells) -> Any:
        try:
            return words[cells[place]]
        except KeyError:
            return UnknownWord(
                f"{cells[place]!r} in column {column} is no {name} that the mapping knows: left as it was"
            )

    return read


def compile_template(text: str, places: dict[str, int]) -> Callable[[Cells], str]:
    """A function that fills cells into a template. What stands in square brackets goes when a cell in it is empty."""
    runs: list[tuple[bool, list[str | int]]] = [(False, [])]
    for match in _TOKEN.finditer(text):
        if match[0] in ("[", "]"):
            runs.append((match[0] == "[", []))
        else:
            runs[-1][1].append(places[match[1]] if match[1] is not None else match[0])

    def render(cells: Cells) -> str:
        told = []
        for optional, run in runs:
            words = [piece if isinstance(piece, str) else cells[piece] for piece in run]
            if not (optional and "" in words):
                told += words
        return "".join(told)

    return render


def _columns(feed: FieldSource) -> list[str]:
    named = [match[1] for match in _TOKEN.finditer(feed.template or "") if match[1] is not None]
    return named if feed.column is None else [feed.column]


def _feeds(fields: TicketFieldSources) -> dict[str, FieldSource]:
    """Field → feed, for all that the mapping gives."""
    feeds = {name: getattr(fields, name) for name in ("subject", *_SCALES, *_WORDS)}
    feeds |= {f"fields.{name}": feed for name, feed in fields.fields.items()}
    feeds |= {f"tags.{number}": feed for number, feed in enumerate(fields.tags, 1)}
    return {name: feed for name, feed in feeds.items() if feed is not None}


def _vocabularies(procedure: CompiledProcedure) -> dict[str, Collection[str]]:
    """The words that the procedure has for a field; any will do where it lists none."""
    part = procedure.definition
    return {
        "type": list(procedure.types),
        "status": list(procedure.statuses),
        "severity": list(procedure.severities),
        "priority": list(procedure.priorities),
        "impact": [choice.key for choice in part.priority.impacts],
        "urgency": [choice.key for choice in part.priority.urgencies],
        "channel": list(part.channels),
        "department": [department.key for department in part.departments],
        "product": [choice.key for choice in part.products],
        "topic": [choice.key for choice in part.topics],
    }


def _check(mapping: LogMapping, known: dict[str, Collection[str]], procedure: CompiledProcedure) -> None:
    name = procedure.definition.about.key
    for field, feed in _feeds(mapping.ticket).items():
        words = known.get(field)
        if not words:
            continue
        for word in [feed.fixed or "", *feed.values.values()]:
            if word and word not in words:
                raise DeskError(
                    f"The mapping {mapping.source} says {field} {word!r}, which the procedure {name} does not know: "
                    f"it has {', '.join(words)}."
                )
    asked = {field.key for field in procedure.definition.fields}
    for field in mapping.ticket.fields:
        if field not in asked:
            has = f"it has {', '.join(sorted(asked))}" if asked else "it has none"
            raise DeskError(
                f"The mapping {mapping.source} fills the field {field!r}, which the procedure {name} does not ask for: "
                f"{has}."
            )

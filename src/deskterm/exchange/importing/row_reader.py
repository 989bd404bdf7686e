"""From the cells of a log's row to values of the ticket's fields, in the words of the desk's procedure."""

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
"""The cells of a row that the mapping uses, in the order of `RowReader.columns`; an empty one is ''."""

_TOKEN = re.compile(r"\{([^{}\[\]]*)\}|\[|\]|[^{}\[\]]+|[{}]")
"""A part of a template: a column in braces, a square bracket, plain text, or a brace that stands for itself."""

_SCALES = ("type", "status", "severity", "priority", "impact", "urgency", "channel", "department", "product", "topic")
"""Fields whose values are keys of the procedure."""
_NAMES = ("requester", "email", "organisation", "team", "assignee")
"""Fields whose values are names, as the log has them."""
_READABLE = frozenset({"subject", "requester", "organisation"})
"""Fields that people read: they must have something to be seen in them."""
_NEVER_EMPTY = frozenset({"type", "status", "channel", "subject"})
"""Fields that an empty cell leaves as they were."""


class UnknownWord(NamedTuple):
    """A word of the log without a translation: the field stays as it was."""

    reason: str


_ReadCells = Callable[[Cells], Any]


class RowReader:
    """Reads rows by a mapping. columns: those that the mapping uses. Raises DeskError when the mapping uses words that
    the procedure does not know."""

    def __init__(self, mapping: LogMapping, procedure: CompiledProcedure) -> None:
        self._vocabularies = _collect_vocabularies(procedure)
        _check_words(mapping, self._vocabularies, procedure)
        sources = _collect_sources(mapping.ticket)
        self.columns: Final = tuple(dict.fromkeys(name for source in sources.values() for name in _columns_of(source)))
        self._positions = {name: position for position, name in enumerate(self.columns)}
        readers = {
            name: (name, self._build_reader(name, source))
            for name, source in sources.items()
            if not name.startswith("tags.")
        }
        if mapping.ticket.tags:
            parts = [self._build_reader("tags", source) for source in mapping.ticket.tags]
            readers["tags"] = ("tags", _build_tags_reader(parts))
        self._readers = tuple(readers.values())
        self._numbers = range(len(self.columns))
        self._readers_by_position = [
            tuple(
                dict.fromkeys(
                    readers[name.split(".")[0] if name.startswith("tags.") else name]
                    for name, source in sources.items()
                    if column in _columns_of(source)
                )
            )
            for column in self.columns
        ]

    def read_changes(
        self, cells: Cells, before: Cells | None, values: dict[str, Any], unknown: dict[str, str]
    ) -> dict[str, Any]:
        """Return field → value for the fields that differ from the rows before.

        before: the cells of the row before, None for the first row. values: field → value after the rows so far; it is
        updated. unknown: field → why its cell could not be understood, updated likewise; such a field stays as it was.
        """
        readers: Iterable[tuple[str, _ReadCells]] = self._readers
        if before is not None:
            # Most rows differ from the one before in one or two cells: only the fields of those are read.
            changed = list(compress(self._numbers, map(ne, before, cells)))
            readers = self._readers_by_position[changed[0]] if len(changed) == 1 else self._select_readers(changed)
        changes = {}
        for name, read in readers:
            value = read(cells)
            if type(value) is UnknownWord:
                unknown[name] = value.reason
                continue
            if unknown:
                unknown.pop(name, None)
            if values.get(name) != value and (value is not None or name not in _NEVER_EMPTY):
                values[name] = changes[name] = value
        return changes

    def _select_readers(self, positions: Iterable[int]) -> Iterable[tuple[str, _ReadCells]]:
        """Return the readers of the fields that some columns feed, each once."""
        return {
            name: (name, read) for position in positions for name, read in self._readers_by_position[position]
        }.values()

    def _build_reader(self, name: str, source: FieldSource) -> _ReadCells:
        """Return the function that reads a field from the cells of a row."""
        if source.fixed is not None:
            return lambda cells, fixed=source.fixed: fixed  # type: ignore[misc]
        if source.template is not None:
            render = compile_template(source.template, self._positions)
            return _build_readable_reader(name, render) if name in _READABLE else render
        column = source.column or ""
        position = self._positions[column]
        if source.values:
            return _build_translation(
                name, column, position, {log: ours or None for log, ours in source.values.items()}
            )
        vocabulary = self._vocabularies.get(name)
        if vocabulary:
            return _build_translation(name, column, position, {word: word for word in vocabulary})
        plain: _ReadCells = lambda cells: cells[position] or None  # noqa: E731 - one of several ways to read
        return _build_readable_reader(name, plain) if name in _READABLE else plain


def _build_tags_reader(readers: Iterable[_ReadCells]) -> _ReadCells:
    """Return a function that joins what several sources give into one list of tags."""

    def read(cells: Cells) -> Any:
        tags = [read_tag(cells) for read_tag in readers]
        if unknown := next((tag for tag in tags if type(tag) is UnknownWord), None):
            return unknown
        return normalise_tags(tag for tag in tags if tag and is_visible(tag.strip(", "))) or None

    return read


def _build_readable_reader(name: str, read: _ReadCells) -> _ReadCells:
    """Return a function that also rejects text of invisible characters, and brings a subject to one line."""
    normalise = normalise_subject if name == "subject" else str

    def read_visible(cells: Cells) -> Any:
        text = read(cells)
        if not text or text.isspace():
            return None
        return (
            normalise(text)
            if is_visible(text)
            else UnknownWord(f"{text[:40]!r} is no {name} that can be seen: left as it was")
        )

    return read_visible


def _build_translation(name: str, column: str, position: int, words: dict[str, str | None]) -> _ReadCells:
    """Return a function that translates the log's words into the procedure's."""
    # An empty cell is no unknown word, unless the mapping itself translates it
    words = {"": None, **words}

    def read(cells: Cells) -> Any:
        try:
            return words[cells[position]]
        except KeyError:
            return UnknownWord(
                f"{cells[position]!r} in column {column} is no {name} that the mapping knows: left as it was"
            )

    return read


def compile_template(text: str, positions: dict[str, int]) -> Callable[[Cells], str]:
    """Return a function that fills cells into a template. A part in square brackets is left out when a cell in it is
    empty. positions: column → its place among the cells."""
    parts: list[tuple[bool, list[str | int]]] = [(False, [])]
    for match in _TOKEN.finditer(text):
        if match[0] in ("[", "]"):
            parts.append((match[0] == "[", []))
        else:
            parts[-1][1].append(positions[match[1]] if match[1] is not None else match[0])

    def render(cells: Cells) -> str:
        rendered = []
        for is_optional, pieces in parts:
            words = [piece if isinstance(piece, str) else cells[piece] for piece in pieces]
            if not (is_optional and "" in words):
                rendered += words
        return "".join(rendered)

    return render


def _columns_of(source: FieldSource) -> list[str]:
    in_template = [match[1] for match in _TOKEN.finditer(source.template or "") if match[1] is not None]
    return in_template if source.column is None else [source.column]


def _collect_sources(fields: TicketFieldSources) -> dict[str, FieldSource]:
    """Return field → source, for all fields that the mapping fills."""
    sources = {name: getattr(fields, name) for name in ("subject", *_SCALES, *_NAMES)}
    sources |= {f"fields.{name}": source for name, source in fields.fields.items()}
    sources |= {f"tags.{number}": source for number, source in enumerate(fields.tags, 1)}
    return {name: source for name, source in sources.items() if source is not None}


def _collect_vocabularies(procedure: CompiledProcedure) -> dict[str, Collection[str]]:
    """Return field → the words that the procedure has for it. For a field with an empty list any word will do."""
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


def _check_words(mapping: LogMapping, vocabularies: dict[str, Collection[str]], procedure: CompiledProcedure) -> None:
    """Raise DeskError for a word or a field of the mapping that the procedure does not have."""
    name = procedure.definition.about.key
    for field, source in _collect_sources(mapping.ticket).items():
        vocabulary = vocabularies.get(field)
        if not vocabulary:
            continue
        for word in [source.fixed or "", *source.values.values()]:
            if word and word not in vocabulary:
                raise DeskError(
                    f"The mapping {mapping.source} says {field} {word!r}, which the procedure {name} does not know: "
                    f"it has {', '.join(vocabulary)}."
                )
    declared = {field.key for field in procedure.definition.fields}
    for field in mapping.ticket.fields:
        if field not in declared:
            has = f"it has {', '.join(sorted(declared))}" if declared else "it has none"
            raise DeskError(
                f"The mapping {mapping.source} fills the field {field!r}, which the procedure {name} does not ask for: "
                f"{has}."
            )

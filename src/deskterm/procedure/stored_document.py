"""Stored procedures, read without the models that validated them when they were stored.

A program that starts should show a queue, not build a hundred validators. A stored document was validated once, and is
read back as plain tables with the same names. What a plain table lacks (a field that is newer than the document, a
method of the model) is taken from the model, which is then built from the same text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from deskterm.procedure.schema import Procedure

MAPPINGS = frozenset(
    {"calendars", "week", "exceptions", "when", "targets", "by_severity", "by_priority", "matrix", "links"}
    | {"thanks", "courtesies"}
)
"""Fields that hold keys of the file's own, not fields of a table."""
ROWS = frozenset({"by_severity", "by_priority", "matrix"})
"""Fields that hold mappings of mappings."""
DATES = frozenset({"date", "first", "effective_from", "next_review"})
"""Fields that hold dates."""
NUMBERS = frozenset({"rate"})
"""Fields that hold decimal numbers."""
DEFAULTS = {("rules", "repeat"): ""}
"""Table and field → its value in documents that are older than the field, of fields that are read at every start: the
models would be built for each of them."""


def read_document(text: str) -> Procedure:
    """Read a stored procedure, as quickly as JSON can be read. For reading only."""
    source = _Source(text)
    return cast("Procedure", StoredTable(json.loads(text), source, ()))


def to_model(procedure: Procedure) -> Procedure:
    """Return the validated models of a procedure, for comparing, copying and changing it."""
    return procedure._source.model if isinstance(procedure, StoredTable) else procedure


class _Source:
    """The text of a stored procedure, and its models once they are needed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def model(self) -> Procedure:
        # Loading the schema, and pydantic with it, takes about 100 ms. Most commands read a few tables and never get
        # here.
        from deskterm.procedure.schema import Procedure  # noqa: PLC0415
        from deskterm.procedure.schema.retired import remove_retired  # noqa: PLC0415

        # Validated as JSON, which knows dates and numbers as texts
        return Procedure.model_validate_json(json.dumps(remove_retired(json.loads(self.text))))

    def at(self, path: tuple[str | int, ...]) -> Any:
        """Return the value at a path of the models."""
        found: Any = self.model
        for step in path:
            # A step is a field of a table, a key of a mapping or a number in a list
            # A mapping is asked first: a calendar may have the key `items`, as its methods have names.
            is_collection = isinstance(found, (Mapping, Sequence))
            found = found[step] if is_collection else getattr(found, str(step))
        return found


class StoredTable:
    """One table of a stored procedure: its fields as attributes."""

    def __init__(self, fields: dict[str, Any], source: _Source, path: tuple[str | int, ...]) -> None:
        self._source, self._path = source, path
        for name, value in fields.items():
            self.__dict__[name] = _to_plain(name, value, source, (*path, name))

    def __getattr__(self, name: str) -> Any:
        # Python itself asks for special methods, as copying does: answering would build the models for nothing
        if name.startswith("_"):
            raise AttributeError(name)
        if self._path and (self._path[0], name) in DEFAULTS:
            return DEFAULTS[str(self._path[0]), name]
        return getattr(self._source.at(self._path), name)


def _to_plain(name: str, value: Any, source: _Source, path: tuple[str | int, ...]) -> Any:
    """Return a value of JSON as the models have it: tables, mappings, tuples, dates and decimals. name: the field."""
    if isinstance(value, dict):
        if name not in MAPPINGS:
            return StoredTable(value, source, path)
        # Any name of a mapping serves here: what a row holds are keys of the file's own too
        inner = "week" if name in ROWS else ""
        entries = {key: _to_plain(inner, item, source, (*path, key)) for key, item in value.items()}
        return {date.fromisoformat(key): item for key, item in entries.items()} if name == "exceptions" else entries
    if isinstance(value, list):
        return tuple([_to_plain("", item, source, (*path, number)) for number, item in enumerate(value)])
    if isinstance(value, str):
        if name in DATES:
            return date.fromisoformat(value)
        if name in NUMBERS:
            return Decimal(value)
    return value

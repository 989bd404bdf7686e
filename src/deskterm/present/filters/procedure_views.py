"""The views of the queue that a procedure has (C-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deskterm.errors import DeskError
from deskterm.present.filters.reading import FilterContext, read_filter
from deskterm.present.filters.scope import choose_base
from deskterm.present.labels import Vocabulary
from deskterm.store.filters.tree import FilterError
from deskterm.store.personal.saved_views import SavedView


def list_procedure_views(parts: Sequence[Mapping[str, Any]]) -> list[SavedView]:
    """Return the views of a procedure in the form of those that agents made, without an owner. parts: as the procedure
    has them."""
    found = []
    for part in parts:
        text = str(part.get("filter", ""))
        try:
            base = choose_base(text)
        except FilterError:  # written by another version of deskterm
            base = "open"
        shown = {
            "base": base,
            "filter": text,
            "order": part.get("order", "order"),
            "columns": tuple(part.get("columns", ())),
        }
        found.append(SavedView(f"procedure:{part['key']}", str(part["label"]), "")._replace(**shown))
    return found


def check_views(document: str, now: int) -> None:
    """Raise DeskError when the filter of one of a procedure's views is not valid for that procedure. document: the
    procedure as JSON; now: epoch seconds."""
    vocabulary = Vocabulary(document)
    for part in vocabulary.views:
        try:
            read_filter(str(part.get("filter", "")), FilterContext(vocabulary, (), "", now))
        except FilterError as error:
            raise DeskError(f"The filter of the view {part['label']!r} cannot be read. {error}") from error

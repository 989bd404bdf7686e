"""Recognition of the product that wrote an export, by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deskterm.exchange.importing.tables.records import fold_name
from deskterm.exchange.importing.tickets.mapping import TicketMapping

_LEAST_NAMES = 4
"""Known names that a header needs: fewer are in tables of any kind."""


def recognise(columns: Sequence[str], mappings: Iterable[TicketMapping]) -> TicketMapping | None:
    """Return the mapping that knows the most names of a header, among those that find their numbers in it and instants
    of creation, or the relative dates in their place. None where none does, or two do equally well."""
    names = {fold_name(name) for name in columns if name.strip()}
    scores = sorted(
        ((len(names & mapping.known_names), mapping.source, mapping) for mapping in mappings if _fits(mapping, names)),
        key=lambda scored: scored[:2],
        reverse=True,
    )
    if not scores or scores[0][0] < min(_LEAST_NAMES, len(names)):
        return None
    return None if len(scores) > 1 and scores[1][0] == scores[0][0] else scores[0][2]


def count_known(cells: Sequence[str], mappings: Iterable[TicketMapping]) -> int:
    """Return how many of the cells of a row are names that one of the mappings knows."""
    names = {fold_name(cell) for cell in cells if cell.strip()}
    return max((len(names & mapping.known_names) for mapping in mappings), default=0)


def _fits(mapping: TicketMapping, names: set[str]) -> bool:
    columns, relative = mapping.columns, mapping.file.relative
    has_dates = _has_any(columns.created, names) or (relative is not None and _has_any(relative.columns, names))
    return has_dates and _has_any(columns.number, names) and _has_any((*columns.subject, *columns.status), names)


def _has_any(wanted: Sequence[str], names: set[str]) -> bool:
    return any(fold_name(name) in names for name in wanted)

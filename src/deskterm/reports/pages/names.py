"""The names that people know for the keys in figures: labels of the procedure, names of clients and agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.measures.dimensions import NONE
from deskterm.store.db.reader import ReadConnection

_RANKED = ("severity", "severity-at-opening", "priority", "status")
"""Dimensions that are scales of the procedure."""


class Names:
    """Names by dimension and key. A key that nobody knows any more is its own name (R-05)."""

    def __init__(self, names: Mapping[str, Mapping[str, str]], ranks: Mapping[str, Mapping[str, int]]) -> None:
        self._names, self._ranks = names, ranks

    def find(self, dimension: str, key: str) -> str:
        """Return the name of a key in a dimension."""
        return self._names.get(dimension, {}).get(key, key)

    def rank(self, dimension: str, key: str) -> int | None:
        """Return the place of a key in a scale of the procedure; None where the dimension is no scale. What the scale
        does not have comes last."""
        ranks = self._ranks.get(dimension)
        return None if ranks is None else ranks.get(key, len(ranks) + (key == NONE))


def load_names(reader: ReadConnection, procedure: CompiledProcedure) -> Names:
    """Load the names of a desk: labels as the procedure in force has them."""
    definition = procedure.definition
    scales: dict[str, Iterable[Any]] = {
        "severity": definition.severities,
        "severity-at-opening": definition.severities,
        "priority": definition.priority.scale,
        "status": definition.statuses,
        "type": definition.types,
        "product": definition.products,
        "topic": definition.topics,
        "department": definition.departments,
        "team": definition.teams,
    }
    names: dict[str, Mapping[str, str]] = {
        dimension: {choice.key: choice.label for choice in choices} for dimension, choices in scales.items()
    }
    names["tier"] = {str(tier.level): tier.label for tier in definition.tiers}
    names["client"] = dict(reader.rows("SELECT key, name FROM organisation"))
    names["agent"] = dict(reader.rows("SELECT login, name FROM agent"))
    ranked = {dimension: tuple(scales[dimension]) for dimension in _RANKED}
    # A procedure without severities has no scale of them
    ranks = {
        dimension: {choice.key: place for place, choice in enumerate(choices)}
        for dimension, choices in ranked.items()
        if choices
    }
    return Names(names, ranks)

"""Dimensions by which figures are broken down (R-05)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deskterm.reports.measures.measure import Row

NONE = "(none)"
"""The row of what has no value in a dimension: never left out."""


def _hands(name: str) -> Callable[[Row], str | int | None]:
    def read(row: Row) -> str | int | None:
        found: str | int | None = getattr(row.life if row.hands is None else row.hands, name)
        return found

    return read


def _read_status(row: Row) -> str | None:
    """Return the status that a row is counted for, or that of its ticket as of the instant of the report."""
    if row.status is not None or not row.life.visits:
        return row.status
    return row.life.visits[-1].status


_READERS: Mapping[str, Callable[[Row], str | int | None]] = {
    "severity": lambda row: row.life.severity,
    "severity-at-opening": lambda row: row.life.severity_at_opening,
    "priority": lambda row: row.life.priority,
    "type": lambda row: row.life.type,
    "client": lambda row: row.life.client,
    "product": lambda row: row.life.product,
    "channel": lambda row: row.life.channel,
    "department": lambda row: row.life.department,
    "topic": lambda row: row.life.topic,
    "status": _read_status,
    "team": _hands("team"),
    "tier": _hands("tier"),
    "agent": _hands("assignee"),
}

DIMENSIONS = (*_READERS, "tags")
"""All dimensions, by name."""


def list_groups(dimension: str, row: Row) -> tuple[str, ...]:
    """Return the groups of a row in a dimension: one, and of tags one each."""
    if dimension == "tags":
        return row.life.tags or (NONE,)
    value = _READERS[dimension](row)
    return (NONE if value is None or value == "" else str(value),)

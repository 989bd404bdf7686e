"""Waiting for what another connection wrote."""

from __future__ import annotations

from deskterm.store.db.reader import ReadConnection


def told_of_a_change(reader: ReadConnection) -> bool:
    """Whether a change arrives. PostgreSQL tells its listeners shortly after the commit, so it is asked again."""
    return any(reader.has_changed() for _ in range(2000) if reader.rows("SELECT 1"))

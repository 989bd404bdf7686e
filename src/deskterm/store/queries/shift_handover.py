"""What is open for teams that take turns, over a bare `ReadConnection`: the list that one shift hands to the next
(S3-02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deskterm.store.db.instants import optional_seconds_from_stored, seconds_from_stored
from deskterm.store.db.reader import ReadConnection


class HandoverRow(NamedTuple):
    """An open ticket at a hand-over. Instants are epoch seconds; due is None without a running clock."""

    number: int
    subject: str
    status: str
    severity: str | None
    priority: str | None
    organisation: str
    team: str | None
    assignee: str | None
    due: int | None
    waiting: str
    received: int
    updated: int


def load_open_tickets(reader: ReadConnection, teams: Sequence[str]) -> list[HandoverRow]:
    """The open tickets of these teams, the next due first, those without a due instant last."""
    names = {f"team_{place}": team for place, team in enumerate(teams)}
    if not names:
        return []
    listed = ", ".join(f":{name}" for name in names)
    found = reader.rows(
        "SELECT id, subject, status, severity, priority, organisation, team, assignee, "
        "CASE WHEN next_due_at >= :never THEN NULL ELSE next_due_at END, waiting, received_at, updated_at "
        f"FROM ticket WHERE is_open = 1 AND team IN ({listed}) ORDER BY next_due_at, id",
        {**names, "never": reader.never},
    )
    return [
        HandoverRow._make(
            (
                *row[:8],
                optional_seconds_from_stored(row[8]),
                row[9],
                seconds_from_stored(row[10]),
                seconds_from_stored(row[11]),
            )
        )
        for row in found
    ]

"""Visits: the stays of a ticket in its statuses, one after the other, as its events leave them.

Pure, as the fold is. Equal statuses in a row are one visit, and the next one begins where the one before it ends, so
that the visits of a ticket cover its life from its arrival on, without a gap and without an overlap.
"""

from __future__ import annotations

from typing import NamedTuple

from deskterm.desk.domain.events import Event
from deskterm.desk.domain.state import State

_WATCHED = frozenset({"status", "team", "assignee"})
"""Fields whose changes make visits, and what they know of hands."""


class Visit(NamedTuple):
    """A stay of a ticket in a status. Instants are epoch seconds.

    n: 1, 2, 3 … within the ticket. since: the arrival of the ticket for the first (R-02), else the instant of the event
    that began it, but never before the visit that it ends. until: None while it stands. kind, seq, actor: of the event
    that began it. team, tier, assignee: as they stood after that event. teams: number of distinct teams that the ticket
    had had by then. hand_offs: number of events after the registration by then that gave it to another team or another
    agent (R-30)."""

    n: int
    status: str
    category: str
    since: int
    until: int | None
    kind: str
    seq: int
    actor: str
    team: str | None
    tier: int | None
    assignee: str | None
    teams: int
    hand_offs: int


class VisitFold:
    """The visits of a ticket that is folded event by event."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []
        self._teams: set[str] = set()
        self._hand_offs = 0

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits after the last event, in order; only the last one stands."""
        return tuple(self._visits)

    def apply(self, event: Event, state: State) -> None:
        """Take in an event. state: as the event left it."""
        changes = event.changes
        if _WATCHED.isdisjoint(changes):
            return
        if "team" in changes and state.team is not None:
            self._teams.add(state.team)
        is_handed_over = "team" in changes or ("assignee" in changes and state.assignee is not None)
        # With a registration a ticket is nobody's yet to hand over
        self._hand_offs += is_handed_over and event.kind != "registered"
        if "status" in changes:
            self._enter(event, state)

    def _enter(self, event: Event, state: State) -> None:
        """Begin a visit, and end the one before it; a status that the ticket has already begins none."""
        since = state.received_at or event.at
        if self._visits:
            last = self._visits[-1]
            if last.status == state.status:
                return
            # A ticket may have been received after its next event is dated: no visit has a negative length
            since = max(event.at, last.since)
            self._visits[-1] = last._replace(until=since)
        self._visits.append(
            Visit(
                len(self._visits) + 1,
                state.status,
                state.category,
                since,
                None,
                event.kind,
                event.seq,
                event.actor,
                state.team,
                state.tier,
                state.assignee,
                len(self._teams),
                self._hand_offs,
            )
        )

"""Levels of support of agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deskterm.procedure.schema import Procedure


def find_agent_tier(procedure: Procedure, tier: int | None, team: str | None) -> int | None:
    """Return the level of support of an agent: their own, else that of their team, else of the level that names the
    team as its own; None where none says (D-03)."""
    if tier is not None or team is None:
        return tier
    of_team = next((part.tier for part in procedure.teams if part.key == team), None)
    if of_team is not None:
        return of_team
    return next((part.level for part in procedure.tiers if part.team == team), None)

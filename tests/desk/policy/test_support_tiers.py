"""Levels of support of agents."""

from __future__ import annotations

import pytest

from deskterm.desk.policy.support_tiers import find_agent_tier
from procedure_story import shipped


@pytest.mark.parametrize(
    ("tier", "team", "found"),
    [(None, "australia", 1), (3, "australia", 3), (None, "second-line", 2), (None, None, None), (None, "nobody", None)],
)
def test_a_teams_tier_is_its_peoples(tier: int | None, team: str | None, found: int | None) -> None:
    """D-03."""
    assert find_agent_tier(shipped("managed-services").definition, tier, team) == found

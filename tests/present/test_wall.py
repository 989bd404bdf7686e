"""The next hour by team, as bars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.present.labels import Vocabulary
from deskterm.present.wall import SLOTS, present_wall
from deskterm.store.queries.lead.wall import AgentLoad, WallCounts, WallFacts

NOW = 1_800_000_000
TEAMS = ("first-line", "\x1b]0;owned\x07", None)


@pytest.mark.law("C-14")
@given(st.lists(st.tuples(st.sampled_from(TEAMS), st.integers(0, 3600)), max_size=60))
def test_every_ticket_that_is_due_within_the_hour_is_in_a_bar(due: list[tuple[str | None, int]]) -> None:
    facts = WallFacts(
        WallCounts(0, 0, len(due), 0, 0, 0, 0),
        (AgentLoad("", "", None, 1, 0, 0, None),),
        tuple((team, NOW + seconds) for team, seconds in due),
        (),
        (),
    )
    wall = present_wall(facts, [], Vocabulary(), NOW)
    assert sum(hour.due for hour in wall.hours) == len(due)
    assert [hour.due for hour in wall.hours] == sorted((hour.due for hour in wall.hours), reverse=True)
    for hour in wall.hours:
        assert len(hour.bars) == SLOTS
        assert "\x1b" not in hour.team
    # The fullest five minutes of all have the tallest bar
    assert not due or any("█" in hour.bars for hour in wall.hours)

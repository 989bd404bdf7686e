"""The wall alerts when something has got worse, not more often than once a minute (C-14)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.present.labels import Vocabulary
from deskterm.present.wall import WallView, present_wall
from deskterm.store.queries.lead.wall import WallCounts, WallFacts
from deskterm.tui.screens.wall.alerts import INTERVAL, WallAlerts, format_title
from deskterm.tui.screens.wall.tiles import draw_large

NOW = 1_800_000_000


def wall(late: int, due: int = 0, escalated: int = 0) -> WallView:
    counts = WallCounts(99, late, due, 0, 0, 0, escalated)
    return present_wall(WallFacts(counts, (), (), (), ()), [], Vocabulary(), NOW)


@pytest.mark.law("C-14")
def test_it_says_what_is_more_than_it_last_said() -> None:
    alerts = WallAlerts()
    assert alerts.look(wall(5, 2), NOW) == "", "whoever comes to the wall sees what it is"
    assert alerts.look(wall(5, 2), NOW + 1) == ""
    assert alerts.look(wall(7, 2), NOW + 2) == "2 more late (7)"
    assert alerts.look(wall(8, 2, 1), NOW + 30) == "", "too soon"
    assert (
        alerts.look(wall(8, 3, 1), NOW + 62)
        == "1 more late (8) · 1 more due within the hour (3) · 1 more escalated (1)"
    )
    assert alerts.look(wall(3, 0, 0), NOW + 200) == ""
    assert alerts.look(wall(4, 0, 0), NOW + 300) == "1 more late (4)"
    assert format_title(wall(4, 11)) == "4 late · 11 due · deskterm"


@pytest.mark.law("C-14")
@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=40))
def test_it_never_alerts_twice_in_a_minute(steps: list[tuple[int, int]]) -> None:
    alerts, now, said = WallAlerts(), NOW, []
    for pause, late in steps:
        now += pause
        if alerts.look(wall(late), now):
            said.append(now)
    assert all(after - before >= INTERVAL for before, after in pairwise(said))


@pytest.mark.law("C-14")
def test_large_digits_are_as_wide_as_each_other() -> None:
    lines = draw_large(1_234_567_890).split("\n")
    assert len(lines) == 5
    assert {len(line) for line in lines} == {10 * 6 + 9 * 2}

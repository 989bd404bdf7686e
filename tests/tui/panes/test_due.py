"""The due cell: its words, and how long they stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.tui.panes.due import due_cell
from tui.queue_rows import NOW, line


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"due": NOW + 1361}, "▲    22:41"),
        ({"due": NOW + 11_232}, "●  3h 07m"),
        ({"due": NOW - 12}, "✖    −0:12"),
        ({"due": None, "paused": True}, "‖   paused"),
        ({"due": None, "received": NOW - 3 * 86_400}, "·   3d old"),  # D-17: nothing is promised
        ({"due": None, "received": NOW - 5}, "·      new"),
        ({"due": None, "category": "solved"}, "✓   solved"),
        ({"due": NOW + 11_232, "breached": True}, "✖  3h 07m"),
    ],
)
def test_the_due_column_says_how_a_ticket_stands(changed: dict[str, object], expected: str) -> None:
    cell, *_ = due_cell(line(1, **changed), NOW)  # type: ignore[arg-type]
    assert cell.split() == expected.split()


def test_time_left_is_working_time() -> None:
    monday_to_tuesday = line(1, due=NOW + 24 * 3600)
    assert due_cell(monday_to_tuesday, NOW)[0].split() == ["●", "8h", "00m"]


@pytest.mark.law("C-44")
@given(
    st.builds(
        dict,
        due=st.none() | st.integers(NOW - 400_000, NOW + 400_000),
        received=st.integers(NOW - 200_000, NOW),
        paused=st.booleans(),
        breached=st.booleans(),
        category=st.sampled_from(["new", "in_progress", "solved"]),
        base=st.sampled_from(["", "working", "calendar"]),
    ),
    st.booleans(),
)
def test_a_due_cell_stays_as_it_is_until_the_instant_that_it_names(
    changed: dict[str, object], counts_working_time: bool
) -> None:
    row = line(1, **changed)  # type: ignore[arg-type]
    if not counts_working_time:
        row = row._replace(calendar=None)
    cell = due_cell(row, NOW)
    assert cell.until >= NOW
    assert all(due_cell(row, later)[:2] == cell[:2] for later in range(NOW, min(cell.until, NOW + 61) + 1))


@pytest.mark.law("C-44")
def test_a_tick_need_not_look_at_what_is_due_in_hours_before_the_minute_is_over() -> None:
    row = line(1, due=NOW + 11_232 + 40)._replace(calendar=None)
    cell = due_cell(row, NOW)
    assert cell.until == NOW + (11_232 + 40) % 60
    assert due_cell(row, cell.until + 1).text != cell.text

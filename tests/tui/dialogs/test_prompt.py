"""The line at the foot of the screen completes what was typed, or leaves it as it is."""

from __future__ import annotations

import pytest

from deskterm.tui.dialogs.prompt import complete_by_part

SUGGESTIONS = (
    "status open-issue",
    "status under-investigation",
    "status client-sign-off",
    "status awaiting-client-info",
)


@pytest.mark.law("C-07", "C-42")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("status inv", "status under-investigation"),
        ("Status SIGN", "status client-sign-off"),
        ("status client", ""),
        ("status x", ""),
        ("status ", ""),
        ("inv", ""),
        ("severity inv", ""),
    ],
)
def test_a_value_is_completed_by_any_of_its_words_where_only_one_has_it(typed: str, completed: str) -> None:
    assert complete_by_part(typed, SUGGESTIONS) == completed

"""Filters that name their reader, for whoever reads them later."""

from __future__ import annotations

import pytest

from deskterm.present.filters.reader_names import name_reader
from deskterm.store.filters.tree import FilterError


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", ""),
        ("assignee:me", "assignee:kim"),
        ('agent:sam,"ME",none vpn', "agent:sam,kim,none vpn"),
        ("-is:mine (me or subject:me)", "-assignee:kim (me or subject:me)"),
        ("-is:mine,urgent", "-(is:urgent or assignee:kim)"),
        ("is:mine or assignee:me", "assignee:kim or assignee:kim"),
        ('assignee:"me', "assignee:kim"),
        ("client:mine", "client:mine"),
    ],
)
def test_a_login_stands_in_place_of_me(text: str, named: str) -> None:
    assert name_reader(text, "kim") == named


def test_a_login_that_is_no_word_stands_in_quotes() -> None:
    assert name_reader("assignee:me", 'k"im doe') == 'assignee:"k\\"im doe"'


def test_what_is_no_filter_is_refused() -> None:
    with pytest.raises(FilterError):
        name_reader("(assignee:me", "kim")

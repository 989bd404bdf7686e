"""Completion of filters (C-12)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.present.filters.completion import complete_filter
from deskterm.present.labels import Vocabulary

VOCABULARY = Vocabulary(
    json.dumps(
        {
            "statuses": [{"key": "working", "label": "Working on it"}],
            "severities": [{"key": "p1", "label": "Critical"}, {"key": "p2", "label": "High"}],
            "fields": [{"key": "room", "label": "Room"}, {"key": "vip", "label": "VIP", "kind": "flag"}],
        }
    )
)


@pytest.mark.law("C-12")
@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("sev", "severity:"),
        ("-ta", "-tag:"),
        ("x (ass", "x (assignee:"),
        ("ro", "room:"),
        ("status:", "status:working"),
        ("sev:p1,p", "sev:p1,p2"),
        ("sev:p1,p2", None),
        ("assignee:m", "assignee:me"),
        ("assignee:s", "assignee:sam"),
        ("is:br", "is:breached"),
        ("has:dr", "has:draft"),
        ("vip:y", "vip:yes"),
        ("created:>=t", "created:>=today"),
        ("nowhere:x", None),
        ("12", None),
        ("", None),
        ('"sta', None),
    ],
)
def test_the_last_word_is_completed(text: str, completed: str | None) -> None:
    assert complete_filter(text, VOCABULARY, ["sam", "kim"]) == completed


@pytest.mark.law("C-12")
@given(st.text(max_size=30))
def test_a_completion_only_adds_to_what_was_typed(text: str) -> None:
    completed = complete_filter(text, VOCABULARY, ["sam"])
    assert completed is None or len(completed) > len(text)

"""Choices by key or label, in any letter case."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.policy.choices import resolve_choice
from deskterm.errors import DeskError
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from small_desk import small_procedure

STATUSES = small_procedure().statuses


@given(st.sampled_from(STATUSES), st.sampled_from(["key", "label"]), st.sampled_from([str.upper, str.lower, str.title]))
def test_a_choice_is_found_by_key_and_label_in_any_case(status: object, name: str, change: object) -> None:
    written = f" {change(getattr(status, name))} "  # type: ignore[operator]
    assert resolve_choice("status", written, STATUSES) is status


def test_a_choice_is_found_by_the_beginning_of_a_word_that_only_it_has() -> None:
    """The queue shows short forms, and a part of them was no status."""
    statuses = load(find_procedure("saas-platform")).procedure.statuses
    for part in ("rev", "REVI.", "under rev"):
        assert resolve_choice("status", part, statuses).key == "under-review"
    with pytest.raises(
        DeskError, match=r"The status 'cust' may be customer-responded or waiting-for-customer or on-customer-test\."
    ):
        resolve_choice("status", "cust", statuses)
    with pytest.raises(DeskError, match="There is no status 'un'"):
        resolve_choice("status", "un", statuses)


@given(st.text(max_size=10))
def test_any_other_text_is_refused_with_all_that_there_are(text: str) -> None:
    known = {name.casefold() for status in STATUSES for name in (status.key, status.label)}
    words = " ".join(known).split()
    has_part = any(word.startswith(part) for part in re.findall(r"[^\W_]+", text.casefold()) for word in words)
    if text.strip().casefold() not in known and not has_part:
        with pytest.raises(DeskError, match=r"There is no status .* Known: new, working, waiting, solved, closed\."):
            resolve_choice("status", text, STATUSES)

"""Choices by key or label, and the statuses that may follow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.policy.status_graph import find_duplicate_status, list_next_statuses, resolve_next_status
from deskterm.desk.policy.status_graph import resolve_choice as resolve
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from small_desk import small_procedure

PROCEDURE = CompiledProcedure(small_procedure(), 1)
STATUSES = PROCEDURE.definition.statuses


@given(st.sampled_from(STATUSES), st.sampled_from(["key", "label"]), st.sampled_from([str.upper, str.lower, str.title]))
def test_a_choice_is_found_by_key_and_label_in_any_case(status: object, name: str, change: object) -> None:
    written = f" {change(getattr(status, name))} "  # type: ignore[operator]
    assert resolve("status", written, STATUSES) is status


@given(st.text(max_size=10))
def test_any_other_text_is_refused_with_all_that_there_are(text: str) -> None:
    known = {name.casefold() for status in STATUSES for name in (status.key, status.label)}
    if text.strip().casefold() not in known:
        with pytest.raises(DeskError, match=r"There is no status .* Known: new, working, waiting, solved, closed\."):
            resolve("status", text, STATUSES)


@pytest.mark.parametrize("before", PROCEDURE.statuses)
@pytest.mark.parametrize("after", PROCEDURE.statuses)
def test_only_the_statuses_of_the_graph_may_follow(before: str, after: str) -> None:
    if after in PROCEDURE.statuses[before].to:
        assert resolve_next_status(PROCEDURE, "fault", before, after) in list_next_statuses(PROCEDURE, "fault", before)
    else:
        with pytest.raises(DeskError, match="already" if before == after else "it can go to: "):
            resolve_next_status(PROCEDURE, "fault", before, after)


def test_a_duplicate_is_closed_unless_the_procedure_has_no_such_status() -> None:
    assert find_duplicate_status(PROCEDURE, "fault", 1001).key == "closed"
    still_open = tuple(status for status in STATUSES if status.category != "closed")
    procedure = CompiledProcedure(PROCEDURE.definition.model_copy(update={"statuses": still_open}), 1)
    with pytest.raises(DeskError, match="No closed status is for tickets like 1001"):
        find_duplicate_status(procedure, "fault", 1001)

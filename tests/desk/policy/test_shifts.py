"""Shifts and their handovers."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.desk.policy.shifts import find_last_handover, find_next_handover, find_shift, list_shift_teams
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.schema import Shift
from small_desk import small_procedure

DAYS = ("mon", "tue", "wed", "thu", "fri")
SHIFTS = tuple(
    Shift(key=key, label=key, team=team, timezone="Europe/London", week=dict.fromkeys(DAYS, (span,)))  # type: ignore[arg-type]
    for key, team, span in (
        ("early", "first", "06:00-14:00"),
        ("middle", "first", "14:00-16:00"),
        ("late", "second", "15:00-22:00"),
    )
)
PROCEDURE = CompiledProcedure(small_procedure().model_copy(update={"shifts": SHIFTS}), 1)
MONDAY = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())


def team_at(at: int) -> str | None:
    shift = find_shift(PROCEDURE, at)
    return None if shift is None else shift.team


def test_the_first_shift_of_the_procedure_is_on() -> None:
    hours = {hour: team_at(MONDAY + hour * 3600) for hour in (5, 6, 14, 15, 16, 21, 22)}
    assert hours == {5: None, 6: "first", 14: "first", 15: "first", 16: "second", 21: "second", 22: None}
    assert list_shift_teams(PROCEDURE) == ["first", "second"]


@settings(max_examples=60)
@given(st.integers(MONDAY, MONDAY + 14 * 86_400))
def test_the_team_changes_at_a_handover_and_between_two_of_them_never(at: int) -> None:
    last, following = find_last_handover(PROCEDURE, at), find_next_handover(PROCEDURE, at)
    assert last is not None
    assert following is not None
    assert last <= at < following
    assert team_at(last - 1) != team_at(last) == team_at(at) == team_at(following - 1) != team_at(following)


def test_a_procedure_without_shifts_has_no_handover() -> None:
    procedure = CompiledProcedure(small_procedure(), 1)
    assert (find_shift(procedure, MONDAY), find_next_handover(procedure, MONDAY)) == (None, None)

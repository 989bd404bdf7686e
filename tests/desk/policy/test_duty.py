"""Duty by working days, where a procedure has no shifts (C-15); those with shifts are in `test_shifts.py`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deskterm.desk.policy.duty import Duty, find_duty
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from small_desk import SMALL_PROCEDURE, small_procedure


def epoch(day: int, hour: int, minute: int = 0, month: int = 11) -> int:
    return int(datetime(2026, month, day, hour, minute, tzinfo=UTC).timestamp())


def find(at: int, text: str = SMALL_PROCEDURE) -> Duty:
    return find_duty(CompiledProcedure(small_procedure(text)), at)


@pytest.mark.law("C-15")
def test_a_working_day_hands_over_to_the_next_one_that_is_open() -> None:
    friday = find(epoch(27, 10))
    assert (friday.since, friday.until, friday.next_until) == (epoch(27, 8), epoch(27, 16), epoch(30, 16))
    assert friday.is_on
    saturday = find(epoch(28, 10))
    assert (saturday.since, saturday.until, saturday.next_until) == (epoch(27, 16), epoch(30, 8), epoch(30, 16))
    assert not saturday.is_on


@pytest.mark.law("C-15")
def test_a_pause_at_noon_hands_nothing_over() -> None:
    text = SMALL_PROCEDURE.replace('"08:00-16:00"', '"08:00-12:00", "13:00-17:00"')
    assert (find(epoch(24, 12, 30), text).since, find(epoch(24, 9), text).until) == (epoch(24, 8), epoch(24, 17))


@pytest.mark.law("C-15")
def test_a_desk_that_never_closes_hands_over_at_its_midnights() -> None:
    duty = find_duty(CompiledProcedure(load(find_procedure("open-source")).procedure), epoch(25, 22, 30))
    assert (duty.since, duty.until, duty.next_until) == (epoch(25, 0), epoch(26, 0), epoch(27, 0))


@pytest.mark.law("C-15")
def test_a_shift_is_named_with_the_one_that_follows() -> None:
    duty = find_duty(CompiledProcedure(load(find_procedure("managed-services")).procedure), epoch(23, 10))
    assert duty.team == "global"
    assert duty.label
    assert duty.next_label
    assert duty.label != duty.next_label

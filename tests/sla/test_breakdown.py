"""The ledger behind a due instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from deskterm.sla.breakdown import BreakdownInterval, break_down
from deskterm.sla.calendar import Calendar
from sla import calendar_strategies
from sla.golden_vectors import CALENDARS, OFFICE
from sla.minute_calendar import parse_utc


def to_seconds(text: str) -> int:
    return int(parse_utc(text).timestamp())


def break_down_target(
    calendar: Calendar, start: int, target: int, pauses: Sequence[tuple[int, int]] = ()
) -> list[BreakdownInterval]:
    """The intervals from a start to where a target of open seconds is due."""
    return break_down(calendar, start, calendar.add_seconds(start, target, pauses), pauses)


@given(data=st.data())
def test_the_open_lines_add_up_to_the_target_and_end_when_it_is_due(data: st.DataObject) -> None:
    wall, anchor = data.draw(calendar_strategies.office_hours())
    calendar = calendar_strategies.build_calendar(wall)
    start = int(data.draw(calendar_strategies.instants_near(anchor)).timestamp())
    target = data.draw(st.integers(0, 300_000))
    pauses = [(int(a.timestamp()), int(b.timestamp())) for a, b in data.draw(calendar_strategies.pauses(anchor))]
    due = calendar.add_seconds(start, target, pauses)
    lines = break_down_target(calendar, start, target, pauses)
    total = 0
    for line in lines:
        assert line.start < line.end
        assert line.seconds == (calendar.open_seconds(line.start, line.end) if line.kind in ("open", "paused") else 0)
        assert line.kind != "open" or line.seconds == line.end - line.start
        assert line.kind in ("open", "paused") or calendar.open_seconds(line.start, line.end) == 0
        total += line.seconds if line.kind == "open" else 0
        assert line.total == total
        assert line.offset == calendar.offset(line.start)
        assert (line.note != "") == (line.kind == "holiday")
    assert total == target
    assert all(before.end == after.start for before, after in pairwise(lines)), "no gap and no overlap"
    assert not any(before.kind == after.kind == "closed" for before, after in pairwise(lines)), "closed time is merged"
    if target:
        assert (lines[0].start, lines[-1].end, lines[-1].kind) == (start, due, "open")
    else:
        assert lines == []


def test_christmas_is_named_and_a_holiday_on_a_closed_day_is_not() -> None:
    calendar = Calendar(
        "Europe/London",
        OFFICE,
        {
            date(2026, 12, 25): "Christmas Day",
            date(2026, 12, 26): "Boxing Day",
            date(2026, 12, 28): "Boxing Day (in lieu)",
        },
    )
    lines = break_down_target(calendar, to_seconds("2026-12-24 15:00"), 2 * 3600)
    assert [(line.kind, line.start, line.end, line.seconds, line.total, line.note) for line in lines] == [
        ("open", to_seconds("2026-12-24 15:00"), to_seconds("2026-12-24 16:00"), 3600, 3600, ""),
        ("closed", to_seconds("2026-12-24 16:00"), to_seconds("2026-12-25 00:00"), 0, 3600, ""),
        ("holiday", to_seconds("2026-12-25 00:00"), to_seconds("2026-12-26 00:00"), 0, 3600, "Christmas Day"),
        ("closed", to_seconds("2026-12-26 00:00"), to_seconds("2026-12-28 00:00"), 0, 3600, ""),
        ("holiday", to_seconds("2026-12-28 00:00"), to_seconds("2026-12-29 00:00"), 0, 3600, "Boxing Day (in lieu)"),
        ("closed", to_seconds("2026-12-29 00:00"), to_seconds("2026-12-29 08:00"), 0, 3600, ""),
        ("open", to_seconds("2026-12-29 08:00"), to_seconds("2026-12-29 09:00"), 3600, 7200, ""),
    ]


def test_holidays_one_after_the_other_are_lines_of_their_own() -> None:
    calendar = Calendar("UTC", OFFICE, {date(2026, 12, 24): "Christmas Eve", date(2026, 12, 25): "Christmas Day"})
    lines = break_down_target(calendar, to_seconds("2026-12-24 10:00"), 3600)
    assert [(line.kind, line.note) for line in lines] == [
        ("holiday", "Christmas Eve"),
        ("holiday", "Christmas Day"),
        ("closed", ""),
        ("open", ""),
    ]


def test_each_line_tells_the_offset_from_utc_that_it_was_reckoned_with() -> None:
    lines = break_down_target(CALENDARS["A'"], to_seconds("2026-03-27 15:30"), 4 * 3600)
    assert [(line.kind, line.offset) for line in lines] == [("open", 0), ("closed", 0), ("open", 3600)]


def test_a_paused_line_tells_the_open_time_that_it_left_out() -> None:
    pause = (to_seconds("2026-11-20 15:00"), to_seconds("2026-11-23 09:00"))
    lines = break_down_target(CALENDARS["A"], to_seconds("2026-11-20 14:00"), 2 * 3600, [pause])
    assert [(line.kind, line.seconds, line.total) for line in lines] == [
        ("open", 3600, 3600),
        ("paused", 2 * 3600, 3600),
        ("open", 3600, 7200),
    ]


def test_any_stretch_can_be_accounted_for() -> None:
    lines = break_down(CALENDARS["A"], to_seconds("2026-11-20 06:00"), to_seconds("2026-11-20 20:00"))
    assert [(line.kind, line.seconds) for line in lines] == [("closed", 0), ("open", 8 * 3600), ("closed", 0)]

"""Another zone for a procedure: whatever shared the old one moves, nothing else does."""

from __future__ import annotations

import pytest

from deskterm.desk.admin.zone_change import change_zone
from deskterm.errors import UsageError
from deskterm.procedure.load import load, loads
from deskterm.procedure.shipped import find_procedure, list_procedure_names

ZONE = "Pacific/Chatham"


@pytest.mark.parametrize("name", list_procedure_names())
def test_only_the_lines_of_the_zone_change(name: str) -> None:
    loaded = load(find_procedure(name))
    before = next(iter(loaded.procedure.calendars.values())).timezone
    moved = change_zone(loaded, ZONE)
    lines = [
        (old, new) for old, new in zip(loaded.source.splitlines(), moved.source.splitlines(), strict=True) if old != new
    ]
    assert lines
    assert {new for _, new in lines} == {f'timezone = "{ZONE}"'}
    assert {part.timezone for part in moved.procedure.calendars.values()} == {ZONE}
    assert f'"{before}"' not in moved.source
    assert change_zone(moved, before).source == loaded.source


def test_a_calendar_that_is_elsewhere_stays_there() -> None:
    source = load(find_procedure("open-source")).source.replace("\r\n", "\n")
    source += "\n[calendars.far]\ntimezone = 'Asia/Tokyo'\nno_holidays = true\nweek.mon = ['09:00-17:00']\n"
    moved = change_zone(loads(source, "two.toml"), ZONE)
    assert [part.timezone for part in moved.procedure.calendars.values()] == [ZONE, "Asia/Tokyo"]


def test_a_name_that_is_no_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="There is no time zone 'Berlin': write an IANA name such as Europe/London"):
        change_zone(load(find_procedure("open-source")), "Berlin")

"""Facts from public test suites of seven libraries, one test each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from deskterm.sla.calendar import Calendar
from sla.minute_calendar import parse_utc


def _file() -> Path:
    """Where the facts lie: beside the project, or beside or in the folder that `DESKTERM_TEST_DATA` names."""
    named = os.environ.get("DESKTERM_TEST_DATA")
    roots = [Path(named), Path(named).parent] if named else [Path(__file__).parents[4] / "shared"]
    places = [root / folder / "working_time.json" for root in roots for folder in ("cases", ".")]
    return next((place for place in places if place.is_file()), places[0])


_FILE = _file()
_CASES: list[dict[str, Any]] = json.loads(_FILE.read_text())["cases"] if _FILE.is_file() else []


def test_the_facts_are_here() -> None:
    if not _CASES and not os.environ.get("CI"):
        pytest.skip(f"no {_FILE}: set DESKTERM_TEST_DATA to the folder it lies in")
    assert len(_CASES) >= 430, f"{_FILE} is missing or short"


@pytest.mark.parametrize("case", _CASES, ids=[case["id"] for case in _CASES])
def test_working_time_is_as_seven_libraries_agree(case: dict[str, Any]) -> None:
    calendar = Calendar(case["timezone"], case["week"], case.get("holidays", ()), case.get("exceptions"))
    start = parse_utc(case["start"])
    if case["kind"] == "add":
        assert calendar.add(start, case["seconds"]) == parse_utc(case["expect"])
    else:
        assert calendar.between(start, parse_utc(case["end"])) == case["expect_seconds"]

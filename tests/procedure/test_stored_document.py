"""Editions as a store keeps them: read without their models, and yet the same."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.procedure.checking.references import walk_parts
from deskterm.procedure.compiled import CompiledProcedure, compile_document, to_document
from deskterm.procedure.pinned_holidays import load_public_holidays, pin_holidays
from deskterm.procedure.schema import CalendarPart, HolidayRegion, NamedDay, Part, Procedure, Severity, Status
from deskterm.procedure.schema.text_types import SpanText
from deskterm.procedure.shipped import list_procedure_names
from deskterm.procedure.stored_document import DATES, MAPPINGS, NUMBERS, ROWS, StoredTable, read_document, to_model
from store_templates import load_shipped


def is_same(plain: object, checked: object) -> bool:
    """Whether a plain table says what its model says, field by field."""
    if isinstance(checked, Part):
        return all(is_same(getattr(plain, name), getattr(checked, name)) for name in type(checked).model_fields)
    if isinstance(checked, tuple):
        assert isinstance(plain, tuple)
        return len(plain) == len(checked) and all(map(is_same, plain, checked))
    if isinstance(checked, dict):
        assert isinstance(plain, dict)
        return list(plain) == list(checked) and all(is_same(plain[key], checked[key]) for key in checked)
    return type(plain) is type(checked) and plain == checked


@pytest.mark.parametrize("name", list_procedure_names())
def test_a_plain_edition_says_what_its_models_say(name: str) -> None:
    procedure = load_shipped(name)
    plain = read_document(to_document(procedure))
    assert isinstance(plain, StoredTable)
    assert is_same(plain, procedure)


def test_every_field_of_the_schema_that_needs_it_is_read_as_its_own_kind() -> None:
    for part in _all_parts():
        for name, field in part.model_fields.items():
            kinds = _kinds(field.annotation)
            assert (dict in kinds) == (name in MAPPINGS), (part, name)
            assert (date in kinds and dict not in kinds) == (name in DATES), (part, name)
            assert (Decimal in kinds) == (name in NUMBERS), (part, name)
            assert (kinds.count(dict) > 1) == (name in ROWS), (part, name)


def _all_parts() -> set[type[Part]]:
    found: set[type[Part]] = set()
    waiting: list[Any] = [Procedure]
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, Part) and kind not in found:
            found.add(kind)
            waiting += [field.annotation for field in kind.model_fields.values()]
    return found


def _kinds(kind: Any) -> list[Any]:
    own = [get_origin(kind) or kind]
    return own + [inner for option in get_args(kind) for inner in _kinds(option)]


def test_what_a_plain_edition_does_not_have_is_asked_of_its_model() -> None:
    procedure = load_shipped("campus-it")
    content = json.loads(to_document(procedure))
    del content["closing"]["on_reply_when_closed"], content["statuses"][0]["asks_reply"], content["retention"]
    plain = read_document(json.dumps(content))
    assert plain.closing.on_reply_when_closed == "reopen"
    assert plain.statuses[0].asks_reply is False
    assert plain.retention.years == 6
    assert plain.model_copy(update={"channels": ("post",)}).channels == ("post",)
    with pytest.raises(AttributeError):
        plain.statuses[0].nonsense  # type: ignore[attr-defined]  # noqa: B018


def test_reading_an_edition_builds_no_models(tmp_path: Path) -> None:
    edition = tmp_path / "edition.json"
    edition.write_text(to_document(pin_holidays(load_shipped("software-vendor"), 2020, 2030)))
    code = (
        "import sys; from pathlib import Path; from deskterm.procedure.compiled import compile_document;"
        "made = compile_document(Path(sys.argv[1]).read_text(), 1); made.compute_rank('high', None, 'open-issue');"
        "print(sorted({'pydantic', 'holidays', 'dateutil', 'sqlmodel'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(edition)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


KEYS = st.text("abcdefghij0123456789-", min_size=1, max_size=12).filter(lambda key: key[0] != "-")
WORDS = st.text(min_size=1, max_size=40)


@st.composite
def draw_procedure(draw: st.DrawFn) -> Procedure:
    """Small procedures with anything in their words."""
    keys = draw(st.lists(KEYS, min_size=2, max_size=5, unique=True))
    days = draw(st.lists(st.dates(), max_size=4, unique=True))
    spans: tuple[SpanText, ...] = ("08:00-12:00", "13:00-16:30")
    calendars = {
        key: CalendarPart(
            timezone=draw(st.sampled_from(["UTC", "Europe/London", "Asia/Kolkata"])),
            week={"mon": spans, "sat": ("22:00-06:00",)},
            holidays=tuple(NamedDay(date=day, name=draw(WORDS)) for day in days),
            exceptions={day: draw(st.sampled_from([(), spans])) for day in draw(st.lists(st.dates(), max_size=2))},
        )
        for key in keys
    }
    content = {
        "about": {"key": keys[0], "name": draw(WORDS), "next_review": draw(st.none() | st.dates())},
        "calendars": calendars,
        "types": [{"key": keys[1], "label": draw(WORDS), "definition": draw(WORDS)}],
        "statuses": [Status(key=key, label=draw(WORDS), category="new", to=tuple(keys)) for key in keys],
        "severities": [Severity(key=key, label=draw(WORDS), urgent=draw(st.booleans())) for key in keys],
        "policies": [
            {
                "key": keys[0],
                "label": draw(WORDS),
                "calendar": keys[-1],
                "when": draw(st.dictionaries(KEYS, WORDS | st.lists(WORDS).map(tuple) | st.booleans(), max_size=2)),
                "by_severity": {keys[0]: {keys[1]: "30m"}},
            }
        ],
        "money": {"rate": draw(st.none() | st.decimals(0, 999, places=2))},
        "links": draw(st.dictionaries(KEYS, st.text(), max_size=2)),
        "closing": {"thanks": draw(st.dictionaries(WORDS, st.tuples(WORDS), max_size=2))},
    }
    return Procedure.model_validate(content)


@given(draw_procedure())
def test_any_procedure_comes_back_from_its_document_as_it_went(procedure: Procedure) -> None:
    text = to_document(procedure)
    plain = read_document(text)
    assert is_same(plain, procedure)
    assert to_model(plain) == procedure
    assert to_document(plain) == text


@given(draw_procedure())
def test_a_calendar_counts_the_same_before_and_after_the_store(procedure: Procedure) -> None:
    before = CompiledProcedure(procedure.model_copy(update={"policies": ()}))
    after = compile_document(to_document(before.definition), 3)
    assert list(after.terms.calendars) == list(before.terms.calendars)
    for key, calendar in before.terms.calendars.items():
        again = after.terms.calendars[key]
        assert (again.timezone, again.day_length, again.holidays) == (
            calendar.timezone,
            calendar.day_length,
            calendar.holidays,
        )
        assert list(again.intervals(1_700_000_000, 1_703_000_000)) == list(
            calendar.intervals(1_700_000_000, 1_703_000_000)
        )


def test_a_pinned_procedure_holds_dates_and_no_regions() -> None:
    desk = load_shipped("incident-management")
    edition = pin_holidays(desk, 2016, 2017)
    office = edition.calendars["office"]
    assert office.region is None
    assert {day.date.year for day in office.holidays} == {2016, 2017}
    named = {day.date: day.name for day in office.holidays}
    assert named == load_public_holidays(HolidayRegion(country="BR"), 2016, 2017)
    assert date(2016, 4, 21) in named
    assert list(named) == sorted(named)
    assert pin_holidays(edition, 2010, 2030) is edition


def test_own_names_of_holidays_win_over_those_of_a_region() -> None:
    part = CalendarPart(
        timezone="UTC",
        week={"mon": ("08:00-16:00",)},
        region=HolidayRegion(country="GB"),
        holidays=(NamedDay(date=date(2026, 12, 25), name="Closed"), NamedDay(date=date(2026, 7, 1), name="Outing")),
    )
    desk = load_shipped("campus-it").model_copy(update={"calendars": {"desk": part}})
    days = {day.date: day.name for day in pin_holidays(desk, 2026, 2026).calendars["desk"].holidays}
    assert days[date(2026, 12, 25)] == "Closed"
    assert days[date(2026, 7, 1)] == "Outing"
    assert days[date(2026, 1, 1)] == "New Year's Day"


def test_every_table_of_a_procedure_is_found_on_its_way() -> None:
    found = dict(walk_parts(load_shipped("software-vendor"), ()))
    assert ("ladders", 0, "levels", 0) in found
    assert ("calendars", "support") in found


@pytest.mark.parametrize("key", ["items", "values", "get"])
def test_a_calendar_may_have_the_name_of_a_method(key: str) -> None:
    content = json.loads(to_document(load_shipped("software-vendor")))
    content["calendars"][key] = next(iter(content["calendars"].values()))
    plain = read_document(json.dumps(content))
    del plain.calendars[key].__dict__["week"]
    assert plain.calendars[key].week == plain._source.model.calendars[key].week  # type: ignore[attr-defined]

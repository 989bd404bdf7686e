"""Filters read on a desk (C-12): fields, labels, people, days and lengths of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.present.filters.reading import FilterContext, read_filter
from deskterm.present.filters.scope import chooses_scope
from deskterm.present.labels import Vocabulary
from deskterm.store.filters.conditions import (
    Among,
    Compares,
    Condition,
    Contains,
    Either,
    FieldCompares,
    HasField,
    HasWords,
    Is,
    IsEmpty,
    Lists,
    Negation,
    OfClient,
    OfRequester,
    Within,
)
from deskterm.store.filters.tree import FilterError
from deskterm.store.queries.desk_facts import AgentView

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)  # a Thursday
PROCEDURE = {
    "statuses": [{"key": "working", "label": "Working on it", "short": "Work"}, {"key": "closed", "label": "Closed"}],
    "severities": [{"key": "p1", "label": "Critical"}, {"key": "p2", "label": "High"}],
    "fields": [
        {"key": "room", "label": "Room"},
        {"key": "seats", "label": "Seats", "kind": "number"},
        {"key": "vip", "label": "VIP", "kind": "flag"},
        {"key": "subject", "label": "A field that is called like one of the language"},
    ],
}
PEOPLE = [
    AgentView("sam", "Sam Grünhagel", "agent", None, None, True),
    AgentView("kim", "Kim Doe", "agent", None, None, True),
    AgentView("kira", "Kira Doe", "lead", None, None, True),
]
CONTEXT = FilterContext(
    Vocabulary(json.dumps(PROCEDURE), timezone="Europe/Berlin"), PEOPLE, "kim", int(NOW.timestamp())
)


def seconds(*parts: int) -> int:
    """Return the epoch seconds of an instant in UTC."""
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]


MIDNIGHT = seconds(2026, 11, 25, 23)
"""The beginning of 26 November in Berlin."""


@pytest.mark.law("C-12")
@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("status:wor", Among("status", ("working",))),
        ("status:working,CLOSE", Either((Among("status", ("working",)), Among("status", ("closed",))))),
        ("severity:crit", Among("severity", ("p1",))),
        ("status:wai", Among("category", ("waiting",))),
        ("printer", HasWords("printer")),
        ("status:WORK", Among("status", ("working",))),
        ("status:waiting", Among("category", ("waiting",))),
        ("sev:critical,p2", Either((Among("severity", ("p1",)), Among("severity", ("p2",))))),
        ("sev:none", IsEmpty("severity")),
        ("sev:any", Negation(IsEmpty("severity"))),
        ("assignee:me", Among("assignee", ("kim",))),
        ("assignee:grunhagel", Among("assignee", ("sam",))),
        ("is:mine", Among("assignee", ("kim",))),
        ("client:northwind", OfClient("northwind")),
        ("from:ines@", OfRequester("ines@")),
        ("subject:printer", Contains("subject", "printer")),
        ("-tag:spam", Negation(Lists("tags", "spam"))),
        ("is:breached", Is("breached")),
        ("is:exempt", Negation(IsEmpty("exempt"))),
        ("has:files", Is("files")),
        ("has:due", Negation(IsEmpty("next_due_at", "instant"))),
        ("has:room", HasField("room")),
        ("room:B12", HasField("room", "B12")),
        ("seats:>=4", FieldCompares("seats", ">=", 4)),
        ("vip:yes", HasField("vip", "true", is_whole=True)),
        ("field.subject:x", HasField("subject", "x")),
        ("number:#1001", Compares("id", "=", 1001)),
        ("created:>=2026-11-01", Within("received_at", since=seconds(2026, 10, 31, 23))),
        ("created:<2026-11-01", Within("received_at", until=seconds(2026, 10, 31, 23))),
        ("created:2026-11", Within("received_at", seconds(2026, 10, 31, 23), seconds(2026, 11, 30, 23))),
        ("created:2026-12", Within("received_at", seconds(2026, 11, 30, 23), seconds(2026, 12, 31, 23))),
        ("created:today", Within("received_at", MIDNIGHT, MIDNIGHT + 86_400)),
        ("created:>=monday", Within("received_at", since=MIDNIGHT - 3 * 86_400)),
        ("created:thu", Within("received_at", MIDNIGHT, MIDNIGHT + 86_400)),
        ("due:<=friday", Within("next_due_at", until=MIDNIGHT + 2 * 86_400)),
        ("created:>-7d", Within("received_at", since=seconds(2026, 11, 19, 12) + 1)),
        ("created:<-1h30m", Within("received_at", until=seconds(2026, 11, 26, 10, 30))),
        ("due:none", IsEmpty("next_due_at", "instant")),
        ("sla:<1h", Within("next_due_at", until=seconds(2026, 11, 26, 13))),
        ("sla:<-30m", Within("next_due_at", until=seconds(2026, 11, 26, 11, 30))),
        ("sla:>=2d", Within("next_due_at", since=seconds(2026, 11, 28, 12))),
        ("age:>3d", Within("received_at", until=seconds(2026, 11, 23, 12))),
        ('team:="Group 31"', Contains("team", "Group 31", is_whole=True)),
        ('severity:="x y"', Among("severity", ("x y",))),
        ('assignee:="Resolver 69"', Among("assignee", ("Resolver 69",))),
    ],
)
def test_a_filter_means_what_it_says(text: str, condition: Condition) -> None:
    assert read_filter(text, CONTEXT) == condition


@pytest.mark.law("C-12")
def test_an_empty_filter_is_none() -> None:
    assert read_filter("  ", CONTEXT) is None


@pytest.mark.law("C-12")
@pytest.mark.parametrize(
    ("text", "start", "sentence"),
    [
        ("x stats:open", 2, "There is no field 'stats' to filter by: did you mean status:?"),
        ("status:wrking", 7, "There is no status 'wrking': did you mean working?"),
        ("severity:p", 9, "'p' may be p1 or p2: write more of it."),
        ("status:w", 7, "'w' may be waiting or working: write more of it."),
        ("-status:open,woR,w", 17, "'w' may be waiting or working: write more of it."),
        ("status:opn", 7, "There is no status 'opn': did you mean open?"),
        ("sev:p1,p9x", 7, "There is no severity 'p9x': use p1, p2."),
        ("is:brached", 3, "is: has no 'brached': did you mean breached?"),
        ("assignee:doe", 9, "'doe' may be kim, kira: give a login."),
        ("assignee:smm", 9, "There is no assignee 'smm': did you mean sam?"),
        ("status:<working", 8, "status: has no order: leave < out."),
        ("number:12x", 7, "'12x' is no number."),
        ("sla:1h", 4, "Say less or more: sla:<1h or sla:>1h."),
        ("sla:<soon", 5, "'soon' is no length of time: write it as 30m, 4h, 1h30m or 2d."),
        ("created:-7d", 8, "Say before or after: created:<-7d or created:>-7d."),
        ("created:>2026-02-30", 9, "'2026-02-30' is no day of the calendar."),
        ("vip:maybe", 4, "vip: is yes or no."),
        (
            'assignee:"Resolver 69"',
            9,
            "There is no assignee 'Resolver 69': use sam, kim, kira, "
            'or assignee:="Resolver 69" for what only tickets have.',
        ),
    ],
)
def test_an_error_names_the_nearest_word_and_shows_its_place(text: str, start: int, sentence: str) -> None:
    with pytest.raises(FilterError) as refused:
        read_filter(text, CONTEXT)
    assert (refused.value.start, refused.value.sentence) == (start, sentence)


@pytest.mark.law("C-12")
@pytest.mark.parametrize(
    ("text", "chooses"),
    [("printer", False), ("is:closed", True), ("sev:p1 (x or -status:working)", True), ("is:mine", False)],
)
def test_a_filter_that_names_a_status_chooses_what_is_open_itself(text: str, chooses: bool) -> None:
    assert chooses_scope(text) is chooses


NAMES = st.sampled_from(
    [
        *("status", "sev", "assignee", "client", "from", "subject", "tag", "number", "sla", "due", "created", "age"),
        *("is", "has", "room", "seats", "vip", "http"),
    ]
)
VALUES: st.SearchStrategy[Any] = st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.sampled_from(
    ["-7d", "9" * 30, "9999-12-31", "0001-01-01", "9999", "2026-13", "99999d", "-99999w", "1e999", "nan", "none", "²"]
)


@pytest.mark.law("C-12")
@given(NAMES, st.sampled_from(["", "<", "<=", ">", ">=", "="]), VALUES)
def test_hostile_values_are_read_or_refused_in_a_sentence(name: str, sign: str, value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    sentence = find_sentence(f'{name}:{sign}"{escaped}"')
    assert sentence is None or sentence.endswith((".", "?"))


def find_sentence(text: str) -> str | None:
    try:
        read_filter(text, CONTEXT)
    except FilterError as error:
        return error.sentence
    return None

"""Hours and policies that nobody could work by are refused with file, line and what to do."""

from __future__ import annotations

import pytest

from corner_shop import SHOP, line_of
from deskterm.errors import DeskError
from deskterm.procedure.load import loads

LATE = '\n[[policies]]\nkey = "late"\nlabel = "Late"\ncalendar = "shop"\n'
NIGHTS = """
[calendars.nights]
timezone = "Europe/London"
no_holidays = true
"""

CASES = {
    "a calendar without working time": (
        SHOP + NIGHTS + "week = {}\n",
        "week = {}",
        'calendars "nights": the week has no opening hours: give it hours, such as mon = ["08:00-16:00"].',
    ),
    "spans that overlap": (
        SHOP + NIGHTS + '[calendars.nights.week]\nmon = ["08:00-12:00"]\ntue = ["08:00-12:00", "11:00-16:00"]\n',
        'tue = ["08:00-12:00", "11',
        'calendars "nights": two spans of tue overlap: end the one before the other begins.',
    ),
    "a span past midnight twice on a day": (
        SHOP + NIGHTS + '[calendars.nights.week]\nfri = ["21:00-05:00", "22:00-06:00"]\n',
        'fri = ["21:00-05:00"',
        'calendars "nights": two spans of fri overlap: end the one before the other begins.',
    ),
    "a night that runs into the next day's hours": (
        SHOP + NIGHTS + '[calendars.nights.week]\nmon = ["22:00-06:00"]\ntue = ["05:00-09:00"]\n',
        'mon = ["22:00-06:00"]',
        'calendars "nights": the last span of mon runs into the first span of the day after it: a night belongs to the'
        " day that it opens on, so begin that day's hours later.",
    ),
    "an unknown zone": (
        SHOP + NIGHTS.replace("Europe/London", "Mars/Olympus") + '[calendars.nights.week]\nmon = ["08:00-09:00"]\n',
        'timezone = "Mars',
        "calendars \"nights\": unknown time zone 'Mars/Olympus': write an IANA name such as Europe/London.",
    ),
    "a target on an unknown severity": (
        SHOP.replace("by_severity.normal", "by_severity.norml"),
        "by_severity.norml",
        'there is no severity "norml"; did you mean "normal"?',
    ),
    "a pause of an unknown metric": (
        SHOP.replace('pauses = ["resolution"]', 'pauses = ["resolutoin"]'),
        'pauses = ["resolutoin"]',
        'there is no metric "resolutoin"; did you mean "resolution"?',
    ),
    "work in an unknown status": (
        SHOP.replace('key = "resolution"\n', 'key = "resolution"\ncounts_work = true\nwork_in = ["wrking"]\n', 1),
        'work_in = ["wrking"]',
        'there is no status "wrking"; did you mean "working"?',
    ),
    "a start at an unknown status": (
        SHOP.replace('start = ["received"]', 'start = ["status:wating"]', 1),
        'start = ["status:wating"]',
        'there is no status "wating"; did you mean "waiting"?',
    ),
    "a policy behind one that takes everything": (
        SHOP + LATE + 'when = { channel = "phone" }\n',
        'when = { channel = "phone" }',
        'policies "late": it can never match: "questions" before it takes all of its tickets; put it before that one.',
    ),
    "a policy behind a wider one": (
        SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { type = "fault", channel = "phone" }'),
        'when = { type = "fault", channel',
        '"faults" before it takes all of its tickets',
    ),
    "a policy for none": (
        SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { channel = [] }'),
        "when = { channel = [] }",
        "it can never match: channel is to be one of none; name some or leave it out.",
    ),
    "a policy for the severity of what has none": (
        SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { type = "question", severity = "urgent" }'),
        'when = { type = "question", severity',
        "it can never match: question has no severity; leave the severity out.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_nobody_could_work_by_is_refused_where_it_stands(name: str) -> None:
    text, words, told = CASES[name]
    with pytest.raises(DeskError) as refused:
        loads(text, "shop.toml")
    assert str(refused.value).startswith(f"shop.toml:{line_of(text, words)}: ")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_policy_behind_a_narrower_one_has_its_tickets() -> None:
    other = SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { type = ["fault", "question"] }')
    assert loads(other, "shop.toml").procedure.policies[1].key == "questions"

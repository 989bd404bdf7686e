"""Hours and policies that nobody could work by are refused with file, line and what to do."""

from __future__ import annotations

from datetime import date, timedelta

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
    "a policy behind several that take everything between them": (
        SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { type = "question" }') + LATE,
        '[[policies]]\nkey = "late"',
        'policies "late": it can never match: "faults" and "questions" before it take all of its tickets;'
        " put it before them.",
    ),
    "a policy behind one that names every type": (
        SHOP.replace('when = { type = "fault" }', 'when = { type = ["fault", "question"] }'),
        '[[policies]]\nkey = "questions"',
        'policies "questions": it can never match: "faults" before it takes all of its tickets;',
    ),
    "a policy for those that have none": (
        SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { exempt = true }'),
        "when = { exempt = true }",
        "it can never match: an exempt ticket has no policy, and no other needs to say so; leave exempt out.",
    ),
    "a promise by severity to what has none": (
        SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { type = "question" }').replace(
            'targets = { response = "4h" }', 'by_severity.normal = { response = "4h" }'
        ),
        'by_severity.normal = { response = "4h" }',
        'policies "questions": question has no severity, so it promises nothing; write its targets in targets.',
    ),
    "a span that ends after the end of the day": (
        SHOP + NIGHTS + '[calendars.nights.week]\nmon = ["08:00-12:00"]\nwed = ["22:00-30:00"]\n',
        'wed = ["22:00-30:00"]',
        "calendars \"nights\": the span 22:00-30:00 of wed: '30:00' is no time of day: write it as 08:00, up to 24:00;"
        " a night runs into the next day, as 22:00-06:00.",
    ),
    "such a span on a date of its own": (
        SHOP
        + NIGHTS
        + '[calendars.nights.week]\nmon = ["08:00-12:00"]\n'
        + '[calendars.nights.exceptions]\n2026-12-13 = []\n2026-12-14 = ["22:00-30:00"]\n',
        "2026-12-14 =",
        "the span 22:00-30:00 of 2026-12-14: '30:00' is no time of day",
    ),
    "a date of its own that runs into the next day's hours": (
        SHOP
        + NIGHTS
        + "exceptions = { 2026-12-14 = ['22:00-10:00'] }\n"
        + '[calendars.nights.week]\nmon = ["09:00-17:00"]\ntue = ["09:00-17:00"]\n',
        "exceptions =",
        "the last span of 2026-12-14 runs into the first span of the day after it: a night belongs to the day that it",
    ),
    "a date of its own that begins before the night is over": (
        SHOP
        + NIGHTS
        + "exceptions = { 2026-12-15 = ['05:00-10:00'] }\n"
        + '[calendars.nights.week]\nmon = ["22:00-06:00"]\n',
        "exceptions =",
        "the first span of 2026-12-15 opens before the last one of the day before it ends",
    ),
    "dates of its own that close it for more than a year": (
        SHOP
        + NIGHTS
        + '[calendars.nights.week]\nmon = ["08:00-12:00"]\n[calendars.nights.exceptions]\n'
        + "".join(f"{date(2026, 1, 1) + timedelta(days=day)} = []\n" for day in range(400)),
        "2026-01-01 = []",
        "from 2026-01-01 on: a target could be years off; leave out some of its holidays or exceptions.",
    ),
    "a country that nothing is known of": (
        SHOP.replace('{ country = "GB", subdivision = "ENG" }', '{ country = "XG" }'),
        "region =",
        'calendars "shop": no public holidays are known for XG: write the two letters of ISO 3166, such as',
    ),
    "a part of a country that nothing is known of": (
        SHOP.replace('subdivision = "ENG"', 'subdivision = "ENGL"'),
        "region =",
        'calendars "shop": no public holidays are known for GB-ENGL: did you mean ENG?',
    ),
    "no dates": (
        SHOP.replace('response = "4h"', 'response = "0 working dates"', 1),
        '"0 working dates"',
        "'0 working dates' is no time at all: write more, or none where nothing is promised.",
    ),
    "more hours than anybody has": (
        SHOP.replace('response = "4h"', 'response = "99999999999999h"', 1),
        '"99999999999999h"',
        "'99999999999999h' is longer than ten years: write less, or none where nothing is promised.",
    ),
    "a day of more than a day": (
        SHOP.replace("timezone =", 'day_length = "25h"\ntimezone =', 1),
        'day_length = "25h"',
        'day_length: "25h" is not the length of a working day: write hours, at most 24h, such as 7h30m.',
    ),
    "a day that is a day": (
        SHOP.replace("timezone =", 'day_length = "1d"\ntimezone =', 1),
        'day_length = "1d"',
        '"1d" is not the length of a working day',
    ),
    "a metric that nothing stops": (
        SHOP.replace('stop = ["agent_reply"', 'stop = [] # ["agent_reply"', 1),
        "stop = [] #",
        'metrics "response", stop: nothing would stop it; name an occurrence, such as agent_reply.',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_nobody_could_work_by_is_refused_where_it_stands(name: str) -> None:
    text, words, sentence = CASES[name]
    with pytest.raises(DeskError) as refused:
        loads(text, "shop.toml")
    assert str(refused.value).startswith(f"shop.toml:{line_of(text, words)}: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_policy_behind_a_narrower_one_has_its_tickets() -> None:
    other = SHOP.replace('label = "Questions"', 'label = "Questions"\nwhen = { type = ["fault", "question"] }')
    assert loads(other, "shop.toml").procedure.policies[1].key == "questions"


@pytest.mark.parametrize(
    "when",
    [
        '{ type = "fault", severity = "urgent" }',
        '{ type = ["fault", "question"], channel = "phone" }',
        '{ type = ["fault", "question"], tags = ["vip", "press"] }',
        '{ organisation = "larch" }',
    ],
)
def test_a_policy_behind_ones_that_leave_it_some_tickets_is_kept(when: str) -> None:
    text = SHOP.replace('when = { type = "fault" }', f"when = {when}")
    assert [part.key for part in loads(text, "shop.toml").procedure.policies] == ["faults", "questions"]

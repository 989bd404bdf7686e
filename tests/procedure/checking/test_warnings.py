"""What is lawful in a procedure file and seldom meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from corner_shop import SHOP, line_of
from deskterm.procedure.checking.warnings import find_warnings
from deskterm.procedure.load import loads
from small_desk import ROTA


def list_warnings(text: str) -> list[tuple[int | None, str]]:
    return [(remark.line, remark.sentence) for remark in find_warnings(loads(text, "shop.toml").procedure, text)]


def test_the_example_of_the_manual_has_nothing_to_remark() -> None:
    assert list_warnings(SHOP) == []


@pytest.mark.parametrize("zone", ["GMT", "Etc/GMT", "Etc/Greenwich"])
def test_gmt_has_no_summer_time(zone: str) -> None:
    text = SHOP.replace("Europe/London", zone)
    name = zone.removeprefix("Etc/")
    sentence = f'calendars "shop": {name} has no summer time; did you mean Europe/London?'
    assert list_warnings(text) == [(line_of(text, "timezone ="), sentence)]


def test_gmt_is_right_where_there_is_no_summer_time() -> None:
    text = SHOP.replace("Europe/London", "GMT").replace('{ country = "GB", subdivision = "ENG" }', '{ country = "GH" }')
    assert list_warnings(text) == []


def test_a_calendar_without_holidays_says_so() -> None:
    text = re.sub(r"region = .*\n", "", SHOP)
    assert list_warnings(text) == [
        (
            line_of(text, "[calendars.shop]"),
            'calendars "shop": no holidays are configured; name a region, list them, or say no_holidays = true.',
        )
    ]
    assert list_warnings(text.replace("timezone =", "no_holidays = true\ntimezone =")) == []
    assert list_warnings(text.replace("timezone =", "holidays = [{ date = 2026-12-25 }]\ntimezone =")) == []


def test_a_status_that_nothing_leads_to_is_unreachable() -> None:
    text = SHOP.replace('"waiting", ', "")
    sentence = 'statuses "waiting": no ticket can get here; let another status go to it.'
    assert list_warnings(text) == [(line_of(text, '[[statuses]]\nkey = "waiting"'), sentence)]


def test_a_status_may_be_unreachable_for_one_type_alone() -> None:
    text = SHOP.replace('key = "working"\n', 'key = "working"\ntypes = ["fault"]\n')
    text = text.replace('to = ["working", "waiting", "done"]', 'to = ["working", "done"]')
    assert [sentence for _, sentence in list_warnings(text)] == [
        'statuses "waiting": no ticket can get here by Question; let another status go to it.'
    ]


def test_a_status_that_something_leads_to_by_itself_is_reached() -> None:
    text = SHOP.replace('"waiting", ', "")
    rule = '\n[[rules]]\nkey = "ask"\nlabel = "Ask"\non = "breach"\nstatus = "waiting"\n'
    assert list_warnings(text + rule) == []


def test_a_status_needs_a_way_out_unless_it_is_closed() -> None:
    text = SHOP.replace(
        'on_reply = "working"                # an answer brings it back\nto = ["working", "done"]\n', ""
    )
    sentence = 'statuses "waiting": there is no way out; say where to go.'
    assert list_warnings(text) == [(line_of(text, '[[statuses]]\nkey = "waiting"'), sentence)]
    assert list_warnings(SHOP.replace('category = "closed"\nto = ["working"]', 'category = "closed"')) == []


def test_tickets_that_can_never_end_are_told_by_type() -> None:
    text = SHOP.replace('category = "closed"\n', 'category = "closed"\ntypes = ["fault"]\n')
    sentence = "no status of category closed is for Question: its tickets can never end."
    assert (line_of(text, "[[statuses]]"), sentence) in list_warnings(text)


def test_a_way_that_no_type_can_go_is_told() -> None:
    text = SHOP.replace('key = "working"\n', 'key = "working"\ntypes = ["fault"]\n')
    text = text.replace('key = "waiting"\n', 'key = "waiting"\ntypes = ["question"]\n')
    assert 'statuses "working": no request type knows both it and "waiting".' in [
        sentence for _, sentence in list_warnings(text)
    ]


def test_a_severity_without_a_target_is_told() -> None:
    text = SHOP.replace(
        'by_severity.normal = { response = "2h", resolution = "3d" }', 'by_severity.normal.response = "2h"'
    )
    sentence = (
        'policies "faults": severity "normal" has no target for resolution, as others have; '
        'write "none" if it is to have none.'
    )
    assert list_warnings(text) == [(line_of(text, "by_severity.normal"), sentence)]
    assert list_warnings(text + '\n[[severities]]\nkey = "x"\nlabel = "X"\n')[0][1].startswith(
        'policies "faults": severity "x" has no target for response and resolution'
    )


def test_a_severity_may_say_none_and_a_policy_may_be_for_some() -> None:
    text = SHOP.replace('resolution = "3d"', 'resolution = "none"')
    assert list_warnings(text) == []
    text = SHOP.replace('by_severity.normal = { response = "2h", resolution = "3d" }\n', "")
    assert list_warnings(text.replace('type = "fault" }', 'type = "fault", severity = "urgent" }')) == []


def test_a_placeholder_that_no_letter_knows_is_told() -> None:
    text = SHOP + '\n[[templates]]\nkey = "t"\nlabel = "T"\nsubject = "{number}"\nbody = "Dear {customer},"\n'
    ((line, sentence),) = list_warnings(text)
    assert line == line_of(text, "body = ")
    assert sentence.startswith('templates "t": {customer} stands for nothing; known are number, subject, requester')


def test_a_review_that_is_overdue_is_told_when_the_day_is_known() -> None:
    text = SHOP.replace('name = "Support of', 'next_review = 2026-01-31\nname = "Support of')
    procedure = loads(text, "shop.toml").procedure
    assert find_warnings(procedure, text) == []
    assert find_warnings(procedure, text, datetime(2026, 1, 31, 23, tzinfo=UTC)) == []
    (remark,) = find_warnings(procedure, text, datetime(2026, 2, 1, tzinfo=UTC))
    assert remark.line == line_of(text, "next_review")
    assert remark.sentence.startswith("the procedure was due for review by 2026-01-31: ")


def test_without_the_source_there_are_no_lines() -> None:
    procedure = loads(SHOP.replace("Europe/London", "GMT"), "shop.toml").procedure
    assert [remark.line for remark in find_warnings(procedure)] == [None]


def test_a_clock_that_waits_for_what_never_happens() -> None:
    text = SHOP.replace('stop = ["agent_reply"', 'stop = ["agent_reply and category:solved"', 1)
    sentence = 'no status is of category solved, so "agent_reply and category:solved" never happens.'
    assert list_warnings(text) == [(line_of(text, "category:solved"), f'metrics "response", stop: {sentence}')]


def test_a_warning_from_before_the_start() -> None:
    text = SHOP.replace('warn = ["75%"]', 'warn = ["50%", "3h"]', 1)
    sentence = '"3h" is no shorter than targets of 15m and 2h: it never warns of those.'
    assert list_warnings(text) == [(line_of(text, 'warn = ["50%", "3h"]'), f'metrics "response", warn: {sentence}')]


def test_a_step_of_escalation_that_ends_the_ticket() -> None:
    text = SHOP + '\n[[ladders]]\nkey = "up"\nlabel = "Up"\nlevels = [{ label = "Owner", status = "done" }]\n'
    expected = 'ladders "up", status: "done" ends a ticket; a step of escalation leads to one where it is worked on.'
    assert [sentence for _, sentence in list_warnings(text)] == [expected]


def test_a_status_that_only_an_escalation_leads_to_is_reached() -> None:
    status = '\n[[statuses]]\nkey = "upstairs"\nlabel = "Upstairs"\ncategory = "open"\nto = ["done"]\n'
    ladder = '\n[[ladders]]\nkey = "up"\nlabel = "Up"\nlevels = [{ label = "Owner", status = "upstairs" }]\n'
    assert "no ticket can get here" in list_warnings(SHOP + status)[0][1]
    assert list_warnings(SHOP + status + ladder) == []


SHIFTS = """
[[teams]]
key = "day"
label = "Day team"
[[teams]]
key = "night"
label = "Night team"
[[shifts]]
key = "day"
label = "By day"
team = "day"
timezone = "Europe/London"
week.mon = ["{day}"]
[[shifts]]
key = "night"
label = "By night"
team = "night"
timezone = "Europe/London"
week.mon = ["{night}"]
"""
OPEN_ON_MONDAYS = """
[calendars.line]
timezone = "Europe/London"
no_holidays = true
week.mon = ["08:00-20:00"]
"""


def list_shift_warnings(day: str, night: str) -> list[str]:
    """The warnings about shifts of a desk that is open from 08:00 to 20:00 on Mondays, and nothing else."""
    first, begin = SHOP.index("[calendars.shop]"), SHOP.index("week.mon")
    week = SHOP[begin : SHOP.index("region =")]
    text = SHOP.replace(week, 'week.mon = ["08:00-20:00"]\n').replace("region =", "no_holidays = true\n# region =")
    assert first < begin
    loaded = loads(text + SHIFTS.format(day=day, night=night), "shop.toml")
    return [remark.sentence for remark in find_warnings(loaded.procedure, now=datetime(2026, 2, 1, tzinfo=UTC))]


def test_gaps_and_overlaps_of_shifts_are_named_in_the_hours_of_the_desk() -> None:
    # D-10
    assert list_shift_warnings("08:00-16:00", "16:00-20:00") == []
    assert list_shift_warnings("08:00-15:30", "16:00-23:00") == [
        "shifts: nobody is on although the desk is open, Mon 15:30 to Mon 16:00 (Europe/London)."
    ]
    assert list_shift_warnings("08:00-17:00", "16:00-20:00") == [
        "shifts: two teams are on at once, the first of the file takes what comes: "
        "Mon 16:00 to Mon 17:00 (Day team and Night team) (Europe/London)."
    ]


def test_a_time_that_a_change_of_the_clocks_repeats_or_skips_is_named_with_its_day() -> None:
    # D-10: on 25 October 2026 01:30 comes twice, on 29 March it does not come
    text = SHOP + OPEN_ON_MONDAYS.replace('week.mon = ["08:00-20:00"]', 'week.sun = ["01:30-05:00"]')
    procedure, now = loads(text, "shop.toml").procedure, datetime(2026, 2, 1, tzinfo=UTC)
    found = [remark.sentence for remark in find_warnings(procedure, now=now)]
    assert found == [
        'calendars "line": 01:30 is skipped on Sun 29 Mar 2026 in Europe/London; the time of the change counts: '
        "begin or end at another time where that matters.",
        'calendars "line": 01:30 comes twice on Sun 25 Oct 2026 in Europe/London; the earlier one counts: begin or end '
        "at another time where that matters.",
    ]


def test_a_turn_of_a_rota_that_begins_in_a_repeated_hour_is_named() -> None:
    # D-10
    rota = ROTA.replace("2026-11-23", '2026-02-02\nat = "01:30"')
    procedure = loads(SHOP + rota, "shop.toml").procedure
    found = [remark.sentence for remark in find_warnings(procedure, now=datetime(2026, 2, 1, tzinfo=UTC))]
    assert [sentence.partition(" in ")[0] for sentence in found] == [
        'rotas "pumps": 01:30 is skipped on Sun 29 Mar 2026', 'rotas "pumps": 01:30 comes twice on Sun 25 Oct 2026'
    ]  # fmt: skip

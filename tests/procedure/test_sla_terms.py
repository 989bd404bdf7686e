"""What a procedure compiles to."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from corner_shop import SHOP
from deskterm.errors import DeskError
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.due_forecast import forecast_metrics
from deskterm.procedure.load import loads
from deskterm.procedure.pinned_holidays import pin_holidays
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import fold_clocks


def compile_shop(text: str = SHOP) -> CompiledProcedure:
    return CompiledProcedure(loads(text, "shop.toml").procedure)


def to_seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def test_statuses_that_name_a_metric_rest_it() -> None:
    pauses = {metric.key: metric.pauses for metric in compile_shop().terms.metrics if not metric.is_timer}
    assert pauses == {"response": frozenset(), "resolution": frozenset({"waiting"})}


@pytest.mark.parametrize(("counts", "state"), [("false", "running"), ("true", "met")])
def test_an_automatic_letter_answers_only_where_the_file_says_so(counts: str, state: str) -> None:
    text = SHOP + f"\n[sla]\ncount_auto_ack = {counts}\n"
    facts = {"type": "fault", "severity": "urgent"}
    received = SlaEvent(to_seconds("2026-11-23T10:00Z"), frozenset({"received"}), "new", facts)
    letter = SlaEvent(to_seconds("2026-11-23T10:01Z"), frozenset({"auto_reply"}), "new", facts)
    assert {clock.metric: clock.state for clock in fold_clocks([received, letter], compile_shop(text).terms)}[
        "response"
    ] == state


def test_an_automatic_letter_never_ends_what_a_later_message_started() -> None:
    text = SHOP.replace(
        'start = ["received"]\nstop = ["agent_reply"', 'start = ["customer_message"]\nstop = ["agent_reply"'
    )
    response = compile_shop(text + "\n[sla]\ncount_auto_ack = true\n").terms.metrics[0]
    assert frozenset({"auto_reply"}) not in response.stop


def test_targets_by_priority_stand_over_those_for_all_and_under_those_by_severity() -> None:
    text = (
        SHOP
        + """
[[priority.scale]]
key = "first"
label = "First"
[[priority.scale]]
key = "second"
label = "Second"
"""
    )
    text = text.replace(
        'targets = { response = "4h" }', 'targets = { response = "4h" }\nby_priority.first.response = "1h"'
    )
    terms = compile_shop(text).terms

    def response(**facts: object) -> str:
        policy = terms.find_policy(facts)
        assert policy is not None
        return policy.find_target("response", facts.get("severity")).text

    assert response(type="question", priority="first") == "1h"
    assert response(type="question", priority="second") == "4h"
    assert response(type="question") == "4h"
    assert response(type="fault", severity="urgent", priority="first") == "15m"


def test_a_day_of_a_target_is_the_calendar_s_own() -> None:
    policy = compile_shop().terms.find_policy({"type": "fault", "severity": "normal"})
    assert policy is not None
    assert policy.find_target("resolution", "normal").seconds == 3 * 8 * 3600
    shorter = compile_shop(SHOP.replace("timezone =", 'day_length = "6h"\ntimezone =')).terms.find_policy(
        {"type": "fault"}
    )
    assert shorter is not None
    assert shorter.find_target("resolution", "normal").seconds == 3 * 6 * 3600


SPRINTS = """
[[cadences]]
key = "sprint"
label = "Sprint"
kind = "sprint"
rule = "FREQ=WEEKLY;INTERVAL=2"
first = 2026-03-16
length = "14c"
"""


AT_SIX = ("2026-03-16T18:00", "2026-03-30T18:00")


def test_sprints_begin_at_local_midnight_through_a_change_of_the_clocks() -> None:
    sprints = compile_shop(SHOP + SPRINTS).terms.cadences["sprint"]
    before, after = sprints.first_after(0), sprints.first_after(to_seconds("2026-03-16T00:00Z"))
    assert before == (to_seconds("2026-03-16T00:00Z"), to_seconds("2026-03-30T00:00+01:00"))
    assert after == (to_seconds("2026-03-30T00:00+01:00"), to_seconds("2026-04-13T00:00+01:00"))


def test_a_series_goes_on_for_as_long_as_somebody_asks() -> None:
    sprints = compile_shop(SHOP + SPRINTS.replace("2026-03-16", "2003-01-06")).terms.cadences["sprint"]
    assert sprints.first_after(to_seconds("2026-11-22T00:00Z")) == (
        to_seconds("2026-11-23T00:00Z"),
        to_seconds("2026-12-07T00:00Z"),
    )
    assert sprints.find_starting("2060-03-01") == (to_seconds("2060-03-01T00:00Z"), to_seconds("2060-03-15T00:00Z"))
    assert sprints.find_starting("2060-03-02") is None
    assert list(sprints.upcoming_dates(to_seconds("2026-11-22T00:00Z"), 2)) == ["2026-11-09", "2026-11-23"]
    assert sprints.find_starting("soon") is None


def test_a_series_that_ends_has_none_after_its_end() -> None:
    text = SPRINTS.replace("INTERVAL=2", "INTERVAL=2;COUNT=2")
    sprints = compile_shop(SHOP + text).terms.cadences["sprint"]
    assert sprints.first_after(to_seconds("2026-03-30T00:00+01:00")) is None
    assert list(sprints.upcoming_dates(to_seconds("2026-03-20T00:00Z"), 4)) == ["2026-03-16", "2026-03-30"]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("FREQ=SECONDLY", "is too often"),
        ("FREQ=DAILY;BYHOUR=9,18", "comes twice a day"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "never comes"),
        ("FREQ=WEEKLY;UNTIL=20200101T000000", "does not come in the 12 years after 2026-03-16"),
        ("FREQ=WEEKLY;UNTIL=20280101T000000Z", "write UNTIL without its Z"),
        ("FREQ=WEEKLY;INTERVAL=0", "is no RFC 5545 rule"),
        ("every other week", "is no RFC 5545 rule"),
    ],
)
def test_a_rule_that_makes_no_series_is_refused_where_it_stands(rule: str, problem: str) -> None:
    text = SHOP + SPRINTS.replace("FREQ=WEEKLY;INTERVAL=2", rule)
    line = text[: text.index(rule)].count("\n") + 1
    with pytest.raises(DeskError, match=rf'^shop.toml:{line}: cadences "sprint", rule: .*{problem}'):
        loads(text, "shop.toml")


def test_a_sprint_may_last_working_days() -> None:
    text = SHOP + SPRINTS.replace('"14c"', '"1d"')
    start, end = compile_shop(text).terms.cadences["sprint"].first_after(0) or (0, 0)
    assert start == to_seconds("2026-03-16T00:00Z")
    assert end == to_seconds("2026-03-16T17:30Z")


def test_a_release_is_over_as_it_starts_at_the_hour_of_its_rule() -> None:
    text = SPRINTS.replace('"sprint"', '"release"').replace("INTERVAL=2", "INTERVAL=2;BYHOUR=18")
    releases = compile_shop(SHOP + SPRINTS + text).terms.cadences["release"]
    assert list(releases.upcoming_dates(0, 2)) == ["2026-03-16", "2026-03-30"]
    assert releases.bounds[:2] == [(to_seconds(f"{at}+01:00" if "30" in at else f"{at}Z"),) * 2 for at in AT_SIX]


def test_a_procedure_without_sprints_has_none() -> None:
    assert compile_shop().terms.cadences == {}


def test_the_order_of_work_goes_by_the_file() -> None:
    urgent = compile_shop(SHOP + '\n[queue]\nby = ["urgent", "severity", "status", "received"]\n')
    ranks = [
        urgent.compute_rank("urgent", None, "new"),
        urgent.compute_rank("urgent", None, "working"),
        urgent.compute_rank("normal", None, "new"),
        urgent.compute_rank(None, None, "new"),
        urgent.compute_rank("unknown", "unknown", "unknown"),
    ]
    assert ranks == sorted(set(ranks))
    assert max(ranks) < 10**9
    assert not urgent.is_ordered_by_due()
    assert compile_shop().is_ordered_by_due()
    assert compile_shop().compute_rank("urgent", None, "new") == 0


def test_a_ticket_starts_in_the_first_new_status_that_its_type_knows() -> None:
    assert compile_shop().find_initial_status("fault").key == "new"
    own = SHOP.replace("has_severity = false", 'has_severity = false\ninitial = "working"')
    assert compile_shop(own).find_initial_status("question").key == "working"


def test_ways_are_those_that_the_type_knows() -> None:
    text = SHOP.replace('key = "waiting"\n', 'key = "waiting"\ntypes = ["fault"]\n')
    assert [status.key for status in compile_shop(text).find_next_statuses("question", "new")] == ["working", "done"]
    assert compile_shop(text).find_next_statuses("question", "gone") == []


def test_instants_are_read_in_the_zone_of_the_first_calendar() -> None:
    assert compile_shop().timezone == "Europe/London"
    assert (
        compile_shop()
        .terms.calendars["shop"]
        .between(datetime(2026, 12, 24, 17, tzinfo=UTC), datetime(2026, 12, 28, 17, tzinfo=UTC))
        == 30 * 60
    )


def test_the_holidays_of_a_region_are_known_beyond_the_years_that_are_known_at_once() -> None:
    calendar = next(iter(compile_shop().terms.calendars.values()))
    assert calendar.find_holiday(date(2058, 12, 25).toordinal() - date(1970, 1, 1).toordinal()) == "Christmas Day"
    assert calendar.find_holiday_limits(0, to_seconds("2099-12-31T00:00Z")) is None


def test_a_due_time_beyond_the_known_holidays_says_so() -> None:
    edition = CompiledProcedure(pin_holidays(loads(SHOP, "shop.toml").procedure, 2014, 2026))
    (policy,) = [policy for policy in edition.terms.policies if policy.key == "faults"]
    near, far = (
        forecast_metrics(edition, policy, "urgent", to_seconds(at)) for at in ("2026-12-30T10:00Z", "2027-01-04T10:00Z")
    )
    assert {item.holidays_known for item in near} == {None}
    assert {item.holidays_known for item in far} == {(2014, 2026)}


@pytest.mark.parametrize(("length", "ends"), [
    ("10 working dates", "2026-03-30T08:00Z"), ("80h", "2026-03-31T09:00Z"), ("2d end of day", "2026-03-17T17:30Z"),
])  # fmt: skip
def test_a_sprint_is_as_long_as_its_length_says_in_every_form(length: str, ends: str) -> None:
    # D-15, its family: dates were accepted and made sprints of no length
    sprints = compile_shop(SHOP + SPRINTS.replace("14c", length)).terms.cadences["sprint"]
    assert sprints.first_after(to_seconds("2026-03-15T12:00Z")) == (to_seconds("2026-03-16T00:00Z"), to_seconds(ends))


@pytest.mark.parametrize(("written", "refused"), [
    ('\n[backup]\nevery = "3 working dates"\n', r'"3 working dates" is no amount of time: write it as 30m'),
    ('\n[money]\nrounding = "7c"\n', r'"7c" is no step of time: write it as 15m'),
])  # fmt: skip
def test_a_length_that_would_be_read_as_no_time_is_refused(written: str, refused: str) -> None:
    with pytest.raises(DeskError, match=refused):
        loads(SHOP + written, "shop.toml")

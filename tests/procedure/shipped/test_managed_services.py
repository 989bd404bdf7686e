"""What the managed service provider's procedure says (S3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from procedure_story import at, fold_story, format_due, list_next_statuses, shipped

PROVIDER = shipped("managed-services")
FILE = PROVIDER.definition
SYDNEY = PROVIDER.terms.calendars["round-the-clock"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [("2026-10-03T12:00+10:00", "Sun 04 13:00"), ("2026-04-04T12:00+11:00", "Sun 05 11:00")],
    ids=["C1", "C2"],
)
def test_a_day_is_24_real_hours_when_the_clocks_change(start: str, expected: str) -> None:
    assert format_due(PROVIDER, "resolution", start, priority="medium") == expected


def test_the_desk_never_closes() -> None:
    new_year = datetime.fromisoformat("2026-01-01T00:00+11:00")
    assert SYDNEY.between(new_year, new_year + timedelta(days=365)) == 365 * 86_400


@pytest.mark.parametrize("moment", ["2026-10-04T07:59+11:00", "2026-10-04T08:00+11:00", "2026-04-05T02:30+11:00"])
def test_one_of_the_two_shifts_is_always_on(moment: str) -> None:
    start = datetime.fromisoformat(moment)
    day, night = (PROVIDER.terms.calendars[key] for key in ("australia", "after-hours"))
    open_for = [calendar.between(start, start + timedelta(minutes=1)) for calendar in (day, night)]
    assert sorted(open_for) == [0, 60]


def test_shifts_hand_over_to_each_other() -> None:
    assert {shift.team for shift in FILE.shifts} == {"australia", "global"}


def test_priority_follows_from_organisation_and_person() -> None:
    matrix = FILE.priority.matrix
    assert matrix["organisation"]["stopped"] == "critical"
    assert matrix["person"]["unhindered"] == "low"
    assert {impact.key for impact in FILE.priority.impacts} == set(matrix)
    assert all(set(row) == {urgency.key for urgency in FILE.priority.urgencies} for row in matrix.values())
    assert FILE.priority.notify_on_change
    assert FILE.priority.customer_may_dispute


@pytest.mark.parametrize("client", [None, "example-clinic"])
def test_more_pressing_tickets_have_shorter_targets(client: str | None) -> None:
    for metric in ("response", "next-response", "resolution"):
        seconds = []
        for step in FILE.priority.scale:
            policy = PROVIDER.terms.find_policy({"priority": step.key, "organisation": client})
            assert policy is not None
            seconds.append(policy.find_target(metric, None).seconds)
        assert seconds == sorted(set(seconds))


def test_a_contract_of_its_own_goes_before_the_standard_one() -> None:
    assert format_due(PROVIDER, "response", "2026-11-20T10:00+11:00", priority="critical") == "Fri 20 10:15"
    assert (
        format_due(PROVIDER, "response", "2026-11-20T10:00+11:00", priority="critical", organisation="example-clinic")
        == "Fri 20 10:10"
    )


def test_a_second_message_starts_the_next_response() -> None:
    clocks = fold_story(
        PROVIDER,
        {"priority": "high"},
        ("2026-11-20T10:00+11:00", "new", "received"),
        ("2026-11-20T10:05+11:00", "new", "customer_message"),
        ("2026-11-20T10:10+11:00", "in-progress", "agent_reply moved"),
        ("2026-11-20T10:20+11:00", "in-progress", "customer_message answered"),
    )
    found = {clock.metric: clock for clock in clocks}
    assert found["response"].state == "met"
    assert found["next-response"].due_at == at("2026-11-20T11:20+11:00")
    assert found["next-response"].cycle == 1


def test_awaiting_confirmation_rests_and_never_closes_by_itself() -> None:
    awaiting = PROVIDER.statuses["awaiting-confirmation"]
    assert {"update", "resolution"} == set(awaiting.pauses)
    assert awaiting.after is not None
    assert awaiting.after.to is None
    assert awaiting.on_reject == "in-progress"
    assert FILE.closing.confirm_before_close
    assert [status.key for status in FILE.statuses if "closed" in status.to] == ["new", "awaiting-confirmation"]


def test_a_reopened_ticket_goes_on_where_it_stopped() -> None:
    story = [
        ("2026-11-20T10:00+11:00", "new", "received"),
        ("2026-11-20T12:00+11:00", "awaiting-confirmation", "agent_reply moved"),
        ("2026-11-20T15:00+11:00", "closed", "moved"),
        ("2026-11-30T15:00+11:00", "in-progress", "customer_message answered reopened moved"),
    ]
    resolution = [
        clock for clock in fold_story(PROVIDER, {"priority": "medium"}, *story) if clock.metric == "resolution"
    ]
    assert [clock.state for clock in resolution] == ["met", "running"]
    assert resolution[-1].consumed == 2 * 3600
    assert resolution[-1].due_at == at("2026-12-01T13:00+11:00")


def test_thirty_days_to_reopen_by_phone_mail_or_portal() -> None:
    assert FILE.closing.on_reply_when_closed == "reopen-within"
    assert FILE.closing.reopen_within == "30c"
    assert set(FILE.closing.reopen_channels) == {"phone", "email", "portal"}
    assert list_next_statuses(PROVIDER, "problem", "closed") == ["in-progress"]


def test_half_an_hour_of_first_line_work_asks_for_the_second() -> None:
    effort = next(metric for metric in FILE.metrics if metric.key == "effort")
    assert (effort.counts_work, effort.tier, effort.work_in) == (True, 1, ("in-progress",))
    rules = {rule.at: rule for rule in FILE.rules if rule.on == "effort"}
    assert set(rules) == {"25m", "30m"}
    assert (rules["30m"].tier, rules["30m"].mode) == (2, "suggest")
    metric = PROVIDER.terms.find_metric("effort")
    assert metric is not None
    assert metric.is_paused("new", {})
    assert not metric.is_paused("in-progress", {})
    assert not metric.is_paused("new", {"working": frozenset({1})})
    assert metric.is_paused("new", {"working": frozenset({2})})


def test_near_the_limit_a_rise_is_for_leads_to_switch_on() -> None:
    rises = [rule for rule in FILE.rules if rule.raise_priority]
    assert {(rule.at, rule.mode) for rule in rises} == {("75%", "lead-opt-in")}


def test_critical_and_very_technical_tickets_skip_the_first_line() -> None:
    tiers = {rule.key: rule.tier for rule in FILE.rules if rule.on == "create" and rule.when}
    assert tiers == {"critical": 3, "very-technical": 2}
    by_level = {tier.level: tier for tier in FILE.tiers}
    assert by_level[2].field_visits
    assert by_level[3].certified
    for status in ("escalated-l2", "escalated-l3"):
        assert status in list_next_statuses(PROVIDER, "problem", "new")


def test_sixty_percent_are_resolved_while_on_the_phone() -> None:
    (objective,) = FILE.objectives
    assert (objective.measure, objective.target, objective.when) == (
        "first-contact-resolution",
        "60%",
        {"channel": "phone"},
    )

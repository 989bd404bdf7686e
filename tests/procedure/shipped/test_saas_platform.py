"""What the SaaS desk's procedure says (S4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr

from deskterm.present.labels import Vocabulary
from deskterm.procedure.compiled import to_document
from procedure_story import at, fold_story, format_due, list_next_statuses, shipped

SAAS = shipped("saas-platform")
FILE = SAAS.definition
FACTS = {"type": "problem", "severity": "severity-2"}


@pytest.mark.parametrize(
    ("start", "metric", "expected"),
    [
        ("2026-11-16T08:45+00:00", "resolution", "Mon 23 16:15"),
        ("2026-11-20T17:00+00:00", "response", "Mon 23 09:00"),
        ("2026-11-23T08:44+00:00", "response", "Mon 23 09:15"),
    ],
    ids=["D1", "D2", "D3"],
)
def test_targets_count_support_hours(start: str, metric: str, expected: str) -> None:
    assert format_due(SAAS, metric, start, **FACTS) == expected


def test_a_day_is_eight_hours_thirty() -> None:
    assert SAAS.terms.calendars["support"].day_length == 8 * 3600 + 30 * 60


@pytest.mark.parametrize("severity", ["severity-1", "severity-2", "severity-3", "severity-4"])
def test_every_severity_has_half_an_hour_and_fifty_hours(severity: str) -> None:
    policy = SAAS.terms.find_policy({"type": "issue", "severity": severity})
    assert policy is not None
    assert policy.find_target("response", severity).seconds == 30 * 60
    assert policy.find_target("resolution", severity).seconds == 50 * 3600


@pytest.mark.parametrize("kind", ["change-request", "feedback"])
def test_a_suggestion_is_answered_and_has_no_time_to_resolution(kind: str) -> None:
    assert format_due(SAAS, "response", "2026-11-16T08:45+00:00", type=kind) == "Mon 16 09:15"
    assert format_due(SAAS, "resolution", "2026-11-16T08:45+00:00", type=kind) is None


def test_the_promise_is_about_means() -> None:
    promised = {(objective.measure, objective.statistic, objective.target) for objective in FILE.objectives}
    assert promised == {("response", "mean", "30m"), ("resolution", "mean", "50h")}


def test_the_statuses_have_the_names_of_the_document() -> None:
    assert [status.label for status in FILE.statuses] == [
        *("New", "Triage", "Under Review", "Customer Responded", "Waiting for Customer", "Work in Progress"),
        *("Quote Required", "Escalated to Dev", "On Customer Test", "Pending Closure", "Closed"),
    ]
    assert [status.label for status in FILE.development.statuses] == [
        *("Planned", "Dev in Progress", "Dev Done / Waiting for Review", "Dev Done / Waiting QA Deployment"),
        *("QA in Progress", "Ready for Release", "Released"),
    ]


def test_resolution_rests_while_the_customer_has_to_act() -> None:
    resting = {status.key for status in FILE.statuses if "resolution" in status.pauses}
    assert resting == {"waiting-for-customer", "on-customer-test", "quote-required"}
    assert not any("response" in status.pauses for status in FILE.statuses)


@pytest.mark.parametrize("status", ["waiting-for-customer", "on-customer-test", "pending-closure"])
def test_a_reply_of_the_customer_makes_it_customer_responded(status: str) -> None:
    assert SAAS.statuses[status].on_reply == "customer-responded"


def test_only_these_three_move_by_a_reply() -> None:
    assert sum(status.on_reply is not None for status in FILE.statuses) == 3


def test_a_customer_who_comes_back_before_closing_takes_the_resolution_up_again() -> None:
    _, resolution = fold_story(
        SAAS,
        FACTS,
        ("2026-11-16T09:00+00:00", "new", "received"),
        ("2026-11-16T09:10+00:00", "triage", "agent_reply moved"),
        ("2026-11-16T10:00+00:00", "on-customer-test", "agent_reply answered moved"),
        ("2026-11-17T10:00+00:00", "pending-closure", "answered moved"),
        ("2026-11-18T10:00+00:00", "customer-responded", "customer_message answered reopened moved"),
    )[-2:]
    assert (resolution.metric, resolution.state) == ("resolution", "running")
    assert resolution.consumed == 3600  # of testing and of the day in pending closure nothing counts
    assert resolution.due_at == at("2026-11-25T16:30+00:00")  # 49 support hours after Wednesday 10:00


def test_pending_closure_closes_after_seven_days_and_a_reply_stops_it() -> None:
    after = SAAS.statuses["pending-closure"].after
    assert after is not None
    assert (after.span, after.to, after.cancelled_by_reply) == ("7c", "closed", True)
    assert SAAS.statuses["pending-closure"].remind_before


def test_closed_is_final() -> None:
    assert list_next_statuses(SAAS, "problem", "closed") == []
    assert FILE.closing.immutable
    assert FILE.closing.on_reply_when_closed == "new-linked"


def test_severity_1_goes_to_development_whenever_it_becomes_so() -> None:
    moments = {rule.on for rule in FILE.rules if rule.when.get("severity") == "severity-1"}
    assert moments == {"create", "severity-change"}
    for status in FILE.statuses:
        if status.category in ("new", "open", "waiting") and status.key != "escalated-to-dev":
            assert "escalated-to-dev" in status.to, status.key


def test_severity_decides_before_priority() -> None:
    assert SAAS.compute_rank("severity-1", "low", "new") < SAAS.compute_rank("severity-2", "urgent", "new")
    assert SAAS.compute_rank("severity-2", "urgent", "new") < SAAS.compute_rank("severity-2", "high", "new")
    assert SAAS.is_ordered_by_due()
    assert all(kind.default_severity for kind in FILE.types)


def test_five_levels_of_customer_escalation_name_functions_only() -> None:
    (ladder,) = FILE.ladders
    assert [level.label for level in ladder.levels] == [
        *("Customer", "Team Lead / CSM", "Support Manager", "Head of Support & Customer Success"),
        "Chief Customer Officer",
    ]
    assert all(level.criteria and level.contact for level in ladder.levels)
    assert ladder.by_customer


def test_development_takes_a_review_and_qa_before_a_release() -> None:
    steps = {status.key: status for status in FILE.development.statuses}
    assert steps["waiting-for-review"].approval == "dev-lead"
    assert steps["qa-in-progress"].approval == "qa"
    assert steps["released"].moves_ticket_to == "on-customer-test"
    assert [status.key for status in FILE.development.statuses if "released" in status.to] == ["ready-for-release"]


def test_two_of_four_routes_ask_whether_it_takes_a_code_change() -> None:
    asking = {route.key for route in FILE.development.routes if route.when_yes == "code-change"}
    assert len(FILE.development.routes) == 4
    assert asking == {"performance", "data-correction"}
    assert [route.key for route in FILE.development.routes if route.requires_release] == ["code-change"]


def test_releases_are_fortnightly() -> None:
    (cadence,) = FILE.cadences
    first = datetime.combine(cadence.first, datetime.min.time(), UTC)
    starts = rrulestr(cadence.rule, dtstart=first).between(first, first + timedelta(days=60), inc=True)
    assert [start.date() for start in starts[:3]] == [date(2026, 1, 8), date(2026, 1, 22), date(2026, 2, 5)]
    assert cadence.notes


def test_every_status_but_three_belongs_to_a_stage() -> None:
    assert len(FILE.stages) == 6
    assert {status.key for status in FILE.statuses if status.stage is None} == {
        "customer-responded",
        "waiting-for-customer",
        "closed",
    }


def test_a_status_belongs_to_a_stage() -> None:
    definition = shipped("saas-platform").definition
    vocabulary = Vocabulary(to_document(definition), 1)
    statuses = [status.key for status in definition.statuses if status.stage == "customer-test"]
    assert statuses == ["on-customer-test", "pending-closure"]
    stages = [vocabulary.get_stage(key) for key in statuses]
    assert [stage.label for stage in stages if stage is not None] == ["Close / On Customer Test"] * 2
    assert vocabulary.get_stage("closed") is None
    assert [status.label for status in definition.statuses] == [
        "New", "Triage", "Under Review", "Customer Responded", "Waiting for Customer", "Work in Progress",
        "Quote Required", "Escalated to Dev", "On Customer Test", "Pending Closure", "Closed",
    ]  # fmt: skip

"""What the software vendor's procedure says (S1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deskterm.sla.clock import Clock
from procedure_story import at, fold_story, list_next_statuses, shipped

VENDOR = shipped("software-vendor")
FILE = VENDOR.definition
FAULT = {"type": "technical-support", "severity": "medium"}


def find_due_times(kind: str, severity: str | None, start: str) -> dict[str, str | None]:
    """Metric → due instant (weekday, day and time in UTC) of a ticket that came at `start`."""
    clocks = fold_story(VENDOR, {"type": kind, "severity": severity}, (start, "open-issue", "received moved"))
    return {clock.metric: _format_due(clock) for clock in clocks}


def _format_due(clock: Clock) -> str | None:
    return None if clock.due_at is None else f"{datetime.fromtimestamp(clock.due_at, UTC):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("kind", "severity", "start", "response", "review", "resolution"),
    [
        ("technical-support", "highest", "2026-11-20T15:45Z", "Mon 23 08:15", "Mon 23 08:45", "Mon 23 11:45"),
        ("technical-support", "high", "2026-11-21T12:00Z", "Mon 23 08:30", "Mon 23 12:00", "Tue 24 16:00"),
        ("technical-support", "high", "2026-11-20T16:00Z", "Mon 23 08:30", "Mon 23 12:00", "Tue 24 16:00"),
        ("technical-support", "high", "2026-11-20T15:59Z", "Mon 23 08:29", "Mon 23 11:59", "Tue 24 15:59"),
        ("technical-support", "high", "2026-11-20T15:30Z", "Fri 20 16:00", "Mon 23 11:30", "Tue 24 15:30"),
        ("support-query", None, "2026-11-18T10:20Z", "Wed 18 10:50", "Thu 19 10:20", "Mon 23 10:20"),
        ("technical-support", "medium", "2026-11-23T10:00Z", "Mon 23 10:30", "Tue 24 10:00", "Mon 07 10:00"),
        ("technical-support", "low", "2026-11-23T10:00Z", "Mon 23 10:30", "Tue 24 10:00", None),
        ("service-task", None, "2026-11-23T10:00Z", "Mon 23 10:30", "Thu 26 10:00", None),
    ],
    ids=["A1", "A2", "A3", "A4", "A5", "A6", "next sprint", "scheduled sprint", "set by the manager"],
)  # fmt: skip
def test_the_matrix_is_kept(
    kind: str, severity: str | None, start: str, response: str, review: str, resolution: str | None
) -> None:
    expected = {"response": response, "review": review, "resolution": resolution}
    assert find_due_times(kind, severity, start) == expected


def test_gmt_is_taken_by_the_letter_in_summer() -> None:
    assert find_due_times("support-query", None, "2026-07-06T07:30Z")["response"] == "Mon 06 08:30"  # A11


@pytest.mark.parametrize(
    ("severity", "pauses", "expected"),
    [
        ("high", [("2026-11-23T11:00Z", "2026-11-25T10:00Z")], "Thu 26 16:00"),
        (
            "highest",
            [("2026-11-23T10:00Z", "2026-11-23T10:20Z"), ("2026-11-23T10:30Z", "2026-11-23T11:00Z")],
            "Mon 23 13:50",
        ),
    ],
    ids=["A7", "A10"],
)
def test_waiting_for_the_client_rests_the_resolution(
    severity: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    turns = [("2026-11-23T09:00Z", "open-issue", "received moved")]
    for begin, end in pauses:
        turns += [
            (begin, "awaiting-client-info", "moved agent_reply"),
            (end, "under-investigation", "customer_message"),
        ]
    clocks = fold_story(VENDOR, {"type": "technical-support", "severity": severity}, *turns)
    assert [_format_due(clock) for clock in clocks if clock.metric == "resolution"] == [expected]


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2026-11-20T15:00Z", "2026-11-23T09:00Z", "Tue 24 11:00"),
        ("2026-11-20T17:00Z", "2026-11-22T09:00Z", "Tue 24 09:00"),
    ],
    ids=["A8", "A9"],
)
def test_a_rest_counts_only_its_open_time(begin: str, end: str, expected: str) -> None:
    clocks = fold_story(
        VENDOR,
        {"type": "technical-support", "severity": "high"},
        ("2026-11-20T09:00Z", "open-issue", "received moved"),
        (begin, "awaiting-client-info", "moved agent_reply"),
        (end, "under-investigation", "customer_message"),
    )
    assert [_format_due(clock) for clock in clocks if clock.metric == "resolution"] == [expected]


def find_clock_states(*turns: tuple[str, str, str]) -> dict[str, str]:
    return {clock.metric: clock.state for clock in fold_story(VENDOR, FAULT, *turns)}


RECEIVED = ("2026-11-23T09:00Z", "open-issue", "received moved")


def test_response_never_rests_until_a_person_has_answered() -> None:
    silent = ("2026-11-23T09:10Z", "awaiting-client-info", "moved")
    assert find_clock_states(RECEIVED, silent) == {"response": "running", "review": "paused", "resolution": "paused"}


def test_an_automatic_letter_is_no_response() -> None:
    letter = ("2026-11-23T09:00Z", "open-issue", "auto_reply")
    assert find_clock_states(RECEIVED, letter)["response"] == "running"


def test_an_acknowledgement_stops_the_response_and_not_the_review() -> None:
    acknowledged = ("2026-11-23T09:10Z", "under-investigation", "agent_reply moved leaves:open-issue")
    assert find_clock_states(RECEIVED, acknowledged) == {
        "response": "met",
        "review": "running",
        "resolution": "running",
    }


def test_one_reply_with_next_steps_stops_response_and_review() -> None:
    reply = ("2026-11-23T09:10Z", "open-issue", "agent_reply next_steps")
    assert find_clock_states(RECEIVED, reply) == {"response": "met", "review": "met", "resolution": "running"}


def test_a_reply_that_leaves_the_investigation_stops_the_review() -> None:
    continued = ("2026-11-23T09:05Z", "under-investigation", "moved leaves:open-issue")
    reply = ("2026-11-23T09:25Z", "raised-with-development", "agent_reply moved leaves:under-investigation")
    assert find_clock_states(RECEIVED, continued, reply)["review"] == "met"
    silent = ("2026-11-23T09:25Z", "raised-with-development", "moved leaves:under-investigation")
    assert find_clock_states(RECEIVED, continued, silent)["review"] == "running"


def test_waiting_for_development_stops_no_promise() -> None:
    raised = ("2026-11-23T09:25Z", "raised-with-development", "agent_reply moved leaves:under-investigation")
    assert find_clock_states(RECEIVED, raised)["resolution"] == "running"


def test_a_temporary_fix_is_a_resolution() -> None:
    fix = ("2026-11-23T09:25Z", "raised-with-development", "agent_reply resolution")
    assert find_clock_states(RECEIVED, fix) == {"response": "met", "review": "met", "resolution": "met"}


def test_sign_off_is_a_resolution_and_closing_ends_all() -> None:
    sign_off = ("2026-11-23T09:25Z", "client-sign-off", "moved")
    assert find_clock_states(RECEIVED, sign_off)["resolution"] == "met"
    closed = ("2026-11-23T09:25Z", "closed", "moved")
    assert set(find_clock_states(RECEIVED, closed).values()) == {"met"}


def test_a_rejected_fix_takes_the_resolution_up_again() -> None:
    clocks = fold_story(
        VENDOR,
        {"type": "technical-support", "severity": "highest"},
        RECEIVED,
        ("2026-11-23T09:20Z", "client-sign-off", "moved agent_reply"),
        ("2026-11-23T12:00Z", "under-investigation", "moved customer_message reopened"),
    )
    first, second = [clock for clock in clocks if clock.metric == "resolution"]
    assert (first.state, second.state) == ("met", "running")
    assert second.due_at == at("2026-11-23T15:40Z")
    assert [clock.state for clock in clocks if clock.metric == "response"] == ["met"]


def test_the_ways_are_those_of_the_procedure() -> None:
    fault_type, task = "technical-support", "service-task"
    assert list_next_statuses(VENDOR, fault_type, "open-issue") == ["under-investigation"]
    assert list_next_statuses(VENDOR, fault_type, "under-investigation") == [
        "awaiting-client-info",
        "raised-with-development",
        "client-sign-off",
        "closed",
    ]
    assert "in-progress" in list_next_statuses(VENDOR, task, "under-investigation")
    assert list_next_statuses(VENDOR, fault_type, "raised-with-development") == ["fix-in-place", "under-investigation"]
    assert list_next_statuses(VENDOR, fault_type, "fix-in-place") == ["client-sign-off"]
    assert list_next_statuses(VENDOR, fault_type, "client-sign-off") == ["closed", "under-investigation"]
    assert VENDOR.statuses["awaiting-client-info"].on_reply == "under-investigation"


def test_statuses_are_called_as_written() -> None:
    assert [status.label for status in FILE.statuses] == [
        "Open Issue",
        "Under Investigation",
        "In Progress",
        "Awaiting Client Info",
        "Raised with Development",
        "Fix in Place Awaiting Release",
        "Client Sign Off",
        "Closed/Resolved",
    ]


def test_severity_is_for_faults_only_and_the_requester_chooses() -> None:
    assert [kind.label for kind in FILE.types] == ["Technical Support", "Support Query", "Service Task"]
    assert [kind.has_severity for kind in FILE.types] == [True, False, False]
    assert VENDOR.types["technical-support"].severity_by == "requester"
    assert [step.label for step in FILE.severities] == [
        "Highest (Priority 1)",
        "High (Priority 2)",
        "Medium (Priority 3)",
        "Low (Priority 4)",
    ]


def test_development_wants_the_checklist_and_tasks_are_charged() -> None:
    assert VENDOR.statuses["raised-with-development"].requires_checklist == "software-issue"
    assert [outcome.key for outcome in FILE.checklists[0].outcomes] == ["software-issue", "user-error", "data-error"]
    assert VENDOR.types["service-task"].chargeable


def test_one_manager_sets_the_due_times_of_tasks_and_takes_escalations() -> None:
    manager = next(role for role in FILE.roles if role.key == "customer-excellence-manager")
    assert manager.may == ("set-due",)
    assert [level.role for level in FILE.ladders[0].levels] == [manager.key]
    assert FILE.ladders[0].by_customer

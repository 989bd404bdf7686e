"""What the procedure for incident logs says."""

from __future__ import annotations

import pytest

from procedure_story import fold_story, format_due, list_next_statuses, shipped

DESK = shipped("incident-management")
FILE = DESK.definition


@pytest.mark.parametrize(
    ("impact", "urgency", "severity"),
    [
        ("high", "high", "critical"),
        ("high", "medium", "high"),
        ("medium", "high", "high"),
        ("medium", "medium", "moderate"),
        ("low", "high", "moderate"),
        ("medium", "low", "low"),
        ("low", "medium", "low"),
        ("low", "low", "low"),
    ],
)
def test_the_matrix_is_the_one_of_the_log(impact: str, urgency: str, severity: str) -> None:
    assert FILE.priority.matrix[impact][urgency] == severity
    assert severity in DESK.severities


@pytest.mark.parametrize(
    ("severity", "response", "resolution"),
    [
        ("critical", "Fri 13 17:30", "Mon 16 11:00"),
        ("high", "Fri 13 18:00", "Mon 16 17:00"),
        ("moderate", "Mon 16 11:00", "Wed 18 17:00"),
        ("low", "Mon 16 17:00", "Fri 20 17:00"),
    ],
)
def test_a_day_is_ten_office_hours_in_sao_paulo(severity: str, response: str, resolution: str) -> None:
    start = "2016-05-13T17:00-03:00"
    assert format_due(DESK, "response", start, severity=severity) == response
    assert format_due(DESK, "resolution", start, severity=severity) == resolution


def test_brazilian_holidays_are_closed() -> None:
    assert format_due(DESK, "resolution", "2016-04-20T17:00-03:00", severity="critical") == "Fri 22 11:00"  # Tiradentes


WAITS = ["awaiting-user-info", "awaiting-vendor", "awaiting-problem", "awaiting-evidence"]


@pytest.mark.parametrize("status", WAITS)
def test_the_resolution_rests_while_somebody_else_has_to_act(status: str) -> None:
    clocks = fold_story(
        DESK,
        {"type": "incident", "severity": "critical"},
        ("2016-05-16T10:00-03:00", "new", "received moved"),
        ("2016-05-16T11:00-03:00", status, "moved leaves:new"),
    )
    assert {clock.metric: clock.state for clock in clocks} == {"response": "late", "resolution": "paused"}


def test_taking_an_incident_up_is_a_response() -> None:
    clocks = fold_story(
        DESK,
        {"type": "incident", "severity": "high"},
        ("2016-05-16T10:00-03:00", "new", "received moved"),
        ("2016-05-16T10:20-03:00", "active", "moved leaves:new"),
    )
    assert {clock.metric: clock.state for clock in clocks} == {"response": "met", "resolution": "running"}


def test_a_reopened_incident_goes_on_where_it_stopped() -> None:
    clocks = fold_story(
        DESK,
        {"type": "incident", "severity": "critical"},
        ("2016-05-16T10:00-03:00", "active", "received moved"),
        ("2016-05-16T11:00-03:00", "resolved", "moved"),
        ("2016-05-16T15:00-03:00", "active", "moved reopened"),
        ("2016-05-16T17:00-03:00", "resolved", "moved"),
    )
    resolutions = [clock for clock in clocks if clock.metric == "resolution"]
    assert [clock.state for clock in resolutions] == ["met", "met"]
    assert [clock.consumed for clock in resolutions] == [3600, 3 * 3600]


def test_every_state_of_the_log_is_a_status_that_leads_to_resolution() -> None:
    assert list(DESK.statuses) == ["new", "active", *WAITS, "resolved", "closed"]
    for status in ["new", "active", *WAITS]:
        assert "resolved" in list_next_statuses(DESK, "incident", status)
    assert list_next_statuses(DESK, "incident", "closed") == ["active"]

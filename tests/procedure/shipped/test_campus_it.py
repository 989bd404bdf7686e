"""What the campus desk's procedure says (S2)."""

from __future__ import annotations

from datetime import datetime

import pytest

from procedure_story import at, fold_story, format_due, list_next_statuses, shipped

CAMPUS = shipped("campus-it")
FILE = CAMPUS.definition


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("2026-11-20T17:30+05:30", 30, "2026-11-21T09:50+05:30"),
        ("2026-11-21T13:20+05:30", 30, "2026-11-23T10:20+05:30"),
        ("2026-11-22T12:00+05:30", 60, "2026-11-23T11:00+05:30"),
        ("2026-11-19T16:00+05:30", 960, "2026-11-23T12:40+05:30"),
    ],
    ids=["B1", "B2", "B3", "B4"],
)
def test_weekdays_and_saturdays_have_unequal_hours(start: str, minutes: int, expected: str) -> None:
    desk = CAMPUS.terms.calendars["desk"]
    assert desk.add(datetime.fromisoformat(start), minutes * 60) == datetime.fromisoformat(expected)


def test_a_day_is_a_weekday_of_seven_hours_forty() -> None:
    assert CAMPUS.terms.calendars["desk"].day_length == 7 * 3600 + 40 * 60


def test_nothing_counts_down_for_ordinary_tickets() -> None:
    story = [
        ("2026-11-20T11:00+05:30", "registered", "received"),
        ("2026-11-20T12:00+05:30", "registered", "agent_reply"),
    ]
    assert fold_story(CAMPUS, {"priority": "normal"}, *story) == []
    assert fold_story(CAMPUS, {"priority": "low"}, *story) == []


def test_a_critical_ticket_owes_an_update_two_hours_after_each_answer() -> None:
    first, second = fold_story(
        CAMPUS,
        {"priority": "critical"},
        ("2026-11-20T10:00+05:30", "registered", "received"),
        ("2026-11-20T11:00+05:30", "in-progress", "agent_reply"),
        ("2026-11-20T12:30+05:30", "in-progress", "agent_reply answered"),
    )
    assert (first.metric, first.state) == ("update", "met")
    assert (second.state, second.due_at) == ("running", at("2026-11-20T14:30+05:30"))


def test_a_high_ticket_owes_an_update_within_a_working_day() -> None:
    assert format_due(CAMPUS, "update", "2026-11-20T11:00+05:30", priority="high") == "Sat 21 10:30"


def test_updates_rest_while_the_requester_is_asked() -> None:
    (clock,) = fold_story(
        CAMPUS,
        {"priority": "critical"},
        ("2026-11-20T10:00+05:30", "registered", "received"),
        ("2026-11-20T11:00+05:30", "waiting-for-requester", "agent_reply moved"),
    )
    assert clock.state == "paused"


def test_a_dependent_service_is_exempt() -> None:
    reasons = {reason.key for reason in FILE.sla.exempt_reasons}
    assert reasons == {"lan", "server", "database"}
    assert CAMPUS.terms.find_policy({"priority": "critical", "exempt": "lan"}) is None


def test_the_critical_go_first_and_then_the_oldest() -> None:
    ranks = [CAMPUS.compute_rank(None, priority, "registered") for priority in ("critical", "high", "normal", "low")]
    assert ranks == sorted(set(ranks))
    assert CAMPUS.compute_rank(None, "high", "registered") == CAMPUS.compute_rank(None, "high", "escalated-l2")
    assert not CAMPUS.is_ordered_by_due()
    assert FILE.priority.default == "normal"


def test_two_levels_of_escalation_are_told_to_the_requester() -> None:
    ladder = next(ladder for ladder in FILE.ladders if ladder.key == "escalation")
    assert [level.role for level in ladder.levels] == ["senior-engineer", "it-head"]
    assert ladder.notify_requester
    assert list_next_statuses(CAMPUS, "issue", "escalated-l1")[-2:] == ["escalated-l2", "resolved"]


def test_hardware_and_network_start_with_the_local_administrator() -> None:
    rule = next(rule for rule in FILE.rules if rule.tier == 0)
    assert set(rule.when["product"]) == {"computer-hardware", "network"}  # type: ignore[arg-type]
    assert "one for each site" in next(tier for tier in FILE.tiers if tier.level == 0).definition


def test_a_ticket_is_closed_only_after_it_is_resolved_with_a_note() -> None:
    before = [status.key for status in FILE.statuses if "closed" in status.to]
    assert before == ["resolved"]
    assert CAMPUS.statuses["resolved"].requires_resolution
    assert FILE.closing.requires_resolution_note


def test_registering_asks_for_all_that_the_document_lists() -> None:
    fields = set(CAMPUS.types["issue"].fields)
    assert fields >= {
        *("occurred-at", "caller", "notify", "institute", "building", "room"),
        *("resource", "description", "first-time", "number-affected", "workaround"),
    }
    assert not {"institute", "building", "room"} & set(CAMPUS.types["issue"].required)


def test_the_shipped_resolution_letter_passes_its_own_five_checks() -> None:
    letter = next(template for template in FILE.templates if template.key == "resolution").body.lower()
    assert len(FILE.letter_checks) == 5
    for check in FILE.letter_checks:
        assert any(word in letter for word in check.words), check.label

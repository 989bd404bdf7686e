"""When a clock warns: shares and lead times, counted as the target is, and again at every change."""

from __future__ import annotations

import pytest

from deskterm.sla.cadence import NO_CADENCES, Cadence, Cadences
from deskterm.sla.clock import Clock
from deskterm.sla.terms import SlaTerms
from deskterm.sla.warning_times import WarningRule, parse_warning
from sla.ticket_story import TARGETS, TicketStory, build_terms, change_metric, open_ticket, to_epoch

WARNS = (parse_warning("50%"), parse_warning("75%"), parse_warning("90%"))


def build_terms_with_warnings(
    metric: str, *warns: str, rows: dict[str, dict[str, str]] | None = None, cadences: Cadences = NO_CADENCES
) -> SlaTerms:
    """Terms in which one metric warns."""
    metrics = change_metric(metric, warnings=tuple(map(parse_warning, warns)))
    return build_terms(rows=TARGETS | (rows or {}), metrics=metrics, cadences=cadences)


def format_warning_instants(clock: Clock) -> list[str]:
    from datetime import UTC, datetime

    return [f"{datetime.fromtimestamp(at, UTC):%m-%d %H:%M}" for _, at in clock.warnings]


def test_golden_a1_warns_at_half_three_quarters_and_nine_tenths() -> None:
    ticket = open_ticket("p1", "11-20 15:45", build_terms_with_warnings("resolution", "50%", "75%", "90%"))
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-23 09:45", "11-23 10:45", "11-23 11:21"]
    assert [text for text, _ in ticket.last_clock("resolution").warnings] == ["50%", "75%", "90%"]


def test_bug_25_a_lead_time_is_open_time_before_the_end_never_wall_time() -> None:
    """glpi PR 22678: one hour before a target that is due over a night must not land in the night."""
    ticket = open_ticket("p1", "11-20 12:30", build_terms_with_warnings("resolution", "1h"))  # due Monday 08:30
    assert ticket.last_clock("resolution").due_at == to_epoch("11-23 08:30")
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-20 15:30"]


def test_a_lead_longer_than_the_target_warns_of_nothing() -> None:
    assert open_ticket(terms=build_terms_with_warnings("response", "30m", "2h")).last_clock("response").warnings == ()


def test_warnings_move_with_a_pause_and_rest_in_it() -> None:
    ticket = open_ticket("p1", "11-23 09:00", build_terms_with_warnings("resolution", "50%"))
    ticket.add_event("11-23 10:00", status="waiting")
    assert ticket.last_clock("resolution").warnings == ()
    ticket.add_event("11-23 12:00", status="doing")
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-23 13:00"]


def test_nothing_warns_of_what_is_done_or_missed() -> None:
    ticket = open_ticket("p1", "11-23 09:00", build_terms_with_warnings("resolution", "50%"))
    ticket.add_event("11-23 13:30", status="waiting").add_event("11-23 14:00", status="doing")
    assert ticket.last_clock("resolution").breached_at == to_epoch("11-23 13:00")
    assert ticket.last_clock("resolution").warnings == ()
    assert (
        open_ticket("p1", "11-23 09:00", build_terms_with_warnings("resolution", "50%"))
        .add_event("11-23 09:30", "resolution")
        .last_clock("resolution")
        .warnings
        == ()
    )


def test_a_share_of_an_odd_number_of_seconds_is_rounded_up() -> None:
    ticket = open_ticket(
        "odd", "11-23 09:00", build_terms_with_warnings("response", "33%", rows={"odd": {"response": "7s"}})
    )
    assert ticket.last_clock("response").warnings == (("33%", to_epoch("11-23 09:00") + 3),)


def test_a_scheduled_sprint_is_warned_of_on_the_clock_as_its_used_time_is_counted() -> None:
    # D-15, its family: the warning counted open time, used and left went by the clock
    cadences = {"sprint": Cadence([(to_epoch("11-23 00:00"), to_epoch("11-27 00:00"))], ["2026-11-23"])}
    terms = build_terms_with_warnings("resolution", "50%", "12h", cadences=cadences)
    ticket = open_ticket("p4", "11-20 00:00", terms).add_event("11-20 00:00", sprint="2026-11-23")
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-23 12:00", "11-26 12:00"]


def test_time_on_the_clock_is_warned_of_on_the_clock() -> None:
    ticket = open_ticket(
        "slow",
        "11-20 15:00",
        build_terms_with_warnings("resolution", "50%", rows={"slow": {"resolution": "48h elapsed"}}),
    )
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-21 15:00"]


def test_working_dates_are_warned_of_in_the_open_time_up_to_them() -> None:
    ticket = open_ticket(
        "slow",
        "11-23 10:00",
        build_terms_with_warnings("resolution", "50%", rows={"slow": {"resolution": "2 working dates"}}),
    )
    assert format_warning_instants(ticket.cycles("resolution")[-1]) == ["11-24 10:00"]


@pytest.mark.parametrize("text", ["100%", "0%", "soon", "next sprint", "3 working dates"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no moment|no duration"):
        parse_warning(text)


def test_a_moment_keeps_its_words() -> None:
    assert parse_warning(" 75% ") == WarningRule("75%", share=75)
    assert parse_warning("2d") == WarningRule("2d", lead="2d")


def pin_due(ticket: TicketStory, at: str, due: str | None, metric: str = "resolution") -> TicketStory:
    """Somebody says when it is due, or takes it back."""
    return ticket.add_event(at, dues={} if due is None else {metric: to_epoch(due)})


def test_a_due_time_that_somebody_set_stands_until_it_is_taken_back() -> None:
    ticket = pin_due(open_ticket("p1", "11-23 09:00"), "11-23 09:10", "11-25 10:00")
    assert ticket.last_clock("resolution").pinned
    ticket.add_event("11-23 10:00", status="waiting").add_event("11-23 11:00", status="doing", severity="p2")
    assert ticket.last_clock("resolution").due_at == to_epoch("11-25 10:00")
    pin_due(ticket, "11-23 12:00", None)
    assert ticket.last_clock("resolution").due_at == to_epoch("11-25 10:00")  # 2 d and the hour's rest
    assert not ticket.last_clock("resolution").pinned


def test_taking_it_back_too_late_is_a_breach_by_the_change() -> None:
    ticket = pin_due(open_ticket("p1", "11-23 09:00"), "11-23 09:10", "11-25 10:00")
    pin_due(ticket, "11-24 09:00", None)
    assert (ticket.last_clock("resolution").breached_at, ticket.last_clock("resolution").cause) == (
        to_epoch("11-24 09:00"),
        "retarget",
    )


def test_what_was_set_and_missed_stays_missed() -> None:
    ticket = pin_due(open_ticket("p1", "11-23 09:00"), "11-23 09:10", "11-23 10:00")
    pin_due(ticket, "11-23 10:30", None)
    assert (ticket.last_clock("resolution").breached_at, ticket.last_clock("resolution").cause) == (
        to_epoch("11-23 10:00"),
        "time",
    )


def test_what_was_set_holds_for_its_cycle_only() -> None:
    ticket = open_ticket("p1", "11-23 09:00").add_event("11-23 09:10", "agent_reply")
    ticket.add_event("11-23 09:20", "customer_message")
    pin_due(ticket, "11-23 09:30", "11-23 15:00", "next")
    ticket.add_event("11-23 14:00", "agent_reply").add_event("11-24 09:00", "customer_message")
    first, second = ticket.cycles("next")
    assert (first.state, second.due_at) == ("met", to_epoch("11-24 10:00"))


def test_a_target_that_a_person_sets_is_pending_until_then() -> None:
    terms = build_terms(rows=TARGETS | {"task": {"resolution": "set by manager"}})
    ticket = open_ticket("task", "11-23 09:00", terms)
    assert (ticket.last_clock("resolution").state, ticket.last_clock("resolution").due_at) == ("running", None)
    pin_due(ticket, "11-23 10:00", "11-30 12:00")
    assert ticket.last_clock("resolution").due_at == to_epoch("11-30 12:00")


SPRINTS = {
    "sprint": Cadence(
        ((to_epoch("11-23 00:00"), to_epoch("12-07 00:00")), (to_epoch("12-07 00:00"), to_epoch("12-21 00:00"))),
        ("2026-11-23", "2026-12-07"),
    ),
    "release": Cadence(((to_epoch("12-03 18:00"),) * 2,), ("2026-12-03",)),
}


def test_what_is_promised_by_its_sprint_is_due_when_that_ends() -> None:
    ticket = open_ticket("p4", "11-20 09:00", build_terms(cadences=SPRINTS))
    assert ticket.last_clock("resolution").due_at is None
    ticket.add_event("11-24 09:00", sprint="2026-12-07")
    assert ticket.last_clock("resolution").due_at == to_epoch("12-21 00:00")
    ticket.add_event("11-25 09:00", status="waiting").add_event("11-27 09:00", status="doing")
    assert ticket.last_clock("resolution").due_at == to_epoch("12-21 00:00")
    ticket.add_event("11-28 09:00", sprint=None)
    assert ticket.last_clock("resolution").due_at is None


def test_a_scheduled_release_waits_for_nobody() -> None:
    rows = {"p4": {"resolution": "scheduled release"}}
    ticket = open_ticket("p4", "11-23 18:00", build_terms(rows=rows, cadences=SPRINTS))
    ticket.add_event("11-24 09:00", sprint="2026-12-03")
    assert ticket.last_clock("resolution").due_at == to_epoch("12-03 18:00")
    ticket.add_event("11-25 09:00", status="waiting").add_event("11-27 09:00", status="doing")
    assert ticket.last_clock("resolution").due_at == to_epoch("12-03 18:00")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("next release", "12-03 18:00"),
        ("next sprint", "12-21 00:00"),
        ("next sprint, at most 14 days", "12-08 09:00"),
        ("next sprint, at most 10 working days", "12-08 09:00"),
        ("next sprint, at most 3 working days", "11-27 09:00"),
    ],
)
def test_the_next_sprint_may_be_capped_by_days_of_either_kind(text: str, due: str) -> None:
    terms = build_terms(rows={"p3": {"resolution": text}}, cadences=SPRINTS)
    assert open_ticket("p3", "11-24 09:00", terms).last_clock("resolution").due_at == to_epoch(due)


def test_a_warning_that_only_a_change_of_target_brought_is_dated_at_the_change() -> None:
    ticket = open_ticket("p2", "11-23 09:00", build_terms_with_warnings("resolution", "10%", "50%"))  # 2 d, then 4 h
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-23 10:36", "11-24 09:00"]
    ticket.add_event("11-23 09:30", severity="p1")
    assert ticket.last_clock("resolution").warnings == (
        ("10%", to_epoch("11-23 09:30")),
        ("50%", to_epoch("11-23 11:00")),
    )
    ticket.add_event("11-23 10:00", severity="p2").add_event("11-23 12:00", severity="p1")
    assert ticket.last_clock("resolution").warnings == (
        ("10%", to_epoch("11-23 12:00")),
        ("50%", to_epoch("11-23 12:00")),
    )


def test_a_warning_that_a_change_left_where_it_was_keeps_its_instant() -> None:
    ticket = open_ticket(
        "p1", "11-23 09:00", build_terms_with_warnings("resolution", "50%", rows={"p2": {"resolution": "4h"}})
    )
    ticket.add_event("11-23 11:30", severity="p2")
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-23 11:00"]


def test_a_warning_that_a_change_brought_while_the_clock_rests_waits_until_it_goes_on() -> None:
    ticket = open_ticket("p2", "11-23 09:00", build_terms_with_warnings("resolution", "50%"))
    ticket.add_event("11-23 12:00", status="waiting").add_event("11-23 12:30", severity="p1")
    assert ticket.last_clock("resolution").warnings == ()
    ticket.add_event("11-23 15:00", status="doing")
    assert ticket.last_clock("resolution").due_at == to_epoch("11-23 16:00")
    assert format_warning_instants(ticket.last_clock("resolution")) == ["11-23 15:00"]


def test_a_reopened_clock_warns_of_what_is_past_as_of_the_reopening() -> None:
    ticket = open_ticket("p1", "11-23 09:00", build_terms_with_warnings("resolution", "50%")).add_event(
        "11-23 12:00", status="done"
    )
    ticket.add_event("11-24 10:00", "reopened", status="doing")
    assert format_warning_instants(ticket.cycles("resolution")[-1]) == ["11-24 10:00"]

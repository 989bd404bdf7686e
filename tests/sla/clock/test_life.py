"""The life of a clock: start, pause, stop, and what comes after (specification, rules 9 to 16)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskterm.sla.clock import Clock
from deskterm.sla.fold import fold_clocks
from deskterm.sla.terms import Metric
from sla.ticket_story import METRICS, TicketStory, any_of, build_terms, change_metric, open_ticket, to_epoch

MINUTE, HOUR, DAY = 60, 3600, 8 * 3600


def test_a_clock_starts_when_the_ticket_was_received() -> None:
    clock = open_ticket("p1", at="11-20 15:45").last_clock("resolution")
    assert (clock.state, clock.cycle, clock.started_at, clock.since) == (
        "running",
        1,
        to_epoch("11-20 15:45"),
        clock.started_at,
    )
    assert (clock.target, clock.target_seconds, clock.due_at) == ("4h", 4 * HOUR, to_epoch("11-23 11:45"))
    assert (clock.policy, clock.calendar, clock.version, clock.consumed) == ("faults", "office", 1, 0)


def test_a_reply_stops_the_response_clock() -> None:
    clock = open_ticket().add_event("11-23 09:20", "agent_reply").last_clock("response")
    assert (clock.state, clock.stopped_at, clock.consumed) == ("met", to_epoch("11-23 09:20"), 20 * MINUTE)


def test_bug_32_a_clock_is_late_from_the_second_after_it_was_due() -> None:
    on_time = open_ticket().add_event("11-23 09:30", "agent_reply").last_clock("response")
    too_late = open_ticket().add_event("11-23 09:30:01", "agent_reply").last_clock("response")
    assert (on_time.state, on_time.breached_at, on_time.cause) == ("met", None, None)
    assert (too_late.state, too_late.breached_at, too_late.cause) == ("late", to_epoch("11-23 09:30"), "time")


def test_bug_04_the_first_reply_is_enough() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply").add_event("11-23 12:00", "agent_reply")
    assert ticket.last_clock("response").stopped_at == to_epoch("11-23 09:10")


def test_an_automatic_reply_does_not_count() -> None:
    assert open_ticket().add_event("11-23 09:01", "auto_reply").last_clock("response").state == "running"


def test_bug_05_closing_stops_every_clock_and_says_when() -> None:
    ticket = open_ticket("p2").add_event("11-23 10:00", status="shut")
    assert [(clock.metric, clock.stopped_at, clock.consumed) for clock in ticket.fold.clocks()] == [
        (metric, to_epoch("11-23 10:00"), HOUR) for metric in ("response", "review", "resolution")
    ]


def test_bug_17_each_metric_stops_by_its_own_rule() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply")
    assert [ticket.last_clock(metric).state for metric in ("response", "review", "resolution")] == [
        "met",
        "running",
        "running",
    ]
    ticket.add_event("11-23 09:40", "agent_reply next_steps")
    assert [ticket.last_clock(metric).state for metric in ("response", "review", "resolution")] == [
        "met",
        "met",
        "running",
    ]


def test_bug_36_a_stopped_clock_keeps_its_due_instant() -> None:
    assert open_ticket().add_event("11-23 09:10", status="shut").last_clock("resolution").due_at == to_epoch(
        "11-23 13:00"
    )


# -- pauses ------------------------------------------------------------------------------------------------------


def test_bug_18_a_paused_clock_is_due_at_no_instant() -> None:
    clock = open_ticket().add_event("11-23 10:00", status="waiting").last_clock("resolution")
    assert (clock.state, clock.due_at, clock.consumed, clock.since) == ("paused", None, HOUR, to_epoch("11-23 10:00"))


def test_a_pause_leaves_as_much_time_after_it_as_there_was_before() -> None:
    ticket = (
        open_ticket()
        .add_event("11-23 10:00", status="waiting")
        .add_event("11-24 09:00", "customer_message", status="open")
    )
    clock = ticket.last_clock("resolution")
    assert (clock.state, clock.due_at, clock.consumed) == ("running", to_epoch("11-24 12:00"), HOUR)
    assert clock.pauses == ((to_epoch("11-23 10:00"), to_epoch("11-24 09:00")),)


def test_bug_14_a_pause_over_closed_hours_is_not_added_to_the_start() -> None:
    ticket = (
        open_ticket("p2", at="11-20 09:00")
        .add_event("11-20 17:00", status="waiting")
        .add_event("11-22 09:00", status="open")
    )
    assert ticket.last_clock("resolution").due_at == to_epoch("11-24 09:00")


def test_bug_15_paused_to_resolved_directly_keeps_the_pause() -> None:
    clock = (
        open_ticket()
        .add_event("11-23 10:00", status="waiting")
        .add_event("12-04 12:00", status="done")
        .last_clock("resolution")
    )
    assert (clock.state, clock.consumed, clock.due_at) == ("met", HOUR, to_epoch("12-04 15:00"))
    assert clock.pauses == ((to_epoch("11-23 10:00"), to_epoch("12-04 12:00")),)


def test_from_one_waiting_status_to_another_is_one_pause() -> None:
    ticket = open_ticket().add_event("11-23 10:00", status="waiting").add_event("11-23 11:00", status="asked")
    assert ticket.last_clock("resolution").since == to_epoch("11-23 10:00")
    ticket.add_event("11-23 12:00", status="open")
    assert ticket.last_clock("resolution").pauses == ((to_epoch("11-23 10:00"), to_epoch("11-23 12:00")),)


def test_what_was_late_before_it_was_paused_stays_late() -> None:
    ticket = open_ticket().add_event("11-23 13:00:01", status="waiting")
    clock = ticket.last_clock("resolution")
    assert (clock.state, clock.due_at, clock.breached_at, clock.cause) == (
        "paused",
        None,
        to_epoch("11-23 13:00"),
        "time",
    )
    assert ticket.add_event("11-23 14:00", status="open").last_clock("resolution").due_at == to_epoch("11-23 13:00")
    clock = ticket.add_event("11-23 14:30", status="done").last_clock("resolution")
    assert (clock.state, clock.consumed) == ("late", 4 * HOUR + 1 + 30 * MINUTE)


def test_a_pause_that_begins_as_the_time_is_up_is_in_time() -> None:
    assert open_ticket().add_event("11-23 13:00", status="waiting").last_clock("resolution").breached_at is None


def test_a_ticket_that_arrives_waiting_is_paused_from_the_start() -> None:
    ticket = TicketStory().add_event("11-23 09:00", "received", status="waiting", severity="p1")
    clock = ticket.last_clock("resolution")
    assert (clock.state, clock.consumed, clock.due_at) == ("paused", 0, None)
    assert ticket.add_event("11-23 12:00", status="open").last_clock("resolution").due_at == to_epoch("11-23 16:00")


def test_a_metric_that_no_status_pauses_runs_on() -> None:
    clock = open_ticket().add_event("11-23 09:10", status="waiting").last_clock("response")
    assert (clock.state, clock.due_at) == ("running", to_epoch("11-23 09:30"))


def test_the_reply_that_asks_the_customer_stops_one_clock_and_pauses_another() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply", status="waiting")
    assert [ticket.last_clock(metric).state for metric in ("response", "review")] == ["met", "paused"]


# -- cycles ------------------------------------------------------------------------------------------------------


def test_bug_06_later_replies_are_asked_for_only_after_the_first_one() -> None:
    ticket = open_ticket().add_event("11-23 09:05", "customer_message")
    assert ticket.cycles("next") == []
    ticket.add_event("11-23 09:10", "agent_reply").add_event("11-23 09:15", "customer_message")
    assert (ticket.last_clock("next").state, ticket.last_clock("next").due_at) == ("running", to_epoch("11-23 10:15"))


def test_bug_07_the_next_response_waits_from_the_first_unanswered_message() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply")
    ticket.add_event("11-23 10:00", "customer_message").add_event("11-23 10:30", "customer_message")
    assert ticket.last_clock("next").started_at == to_epoch("11-23 10:00")
    ticket.add_event("11-23 10:50", "agent_reply").add_event("11-23 12:00", "customer_message")
    assert [(clock.cycle, clock.state, clock.started_at) for clock in ticket.cycles("next")] == [
        (1, "met", to_epoch("11-23 10:00")),
        (2, "running", to_epoch("11-23 12:00")),
    ]


def test_the_update_clock_starts_again_with_every_reply() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply").add_event("11-23 11:00", "agent_reply")
    assert [(clock.cycle, clock.state, clock.started_at, clock.stopped_at) for clock in ticket.cycles("update")] == [
        (1, "met", to_epoch("11-23 09:10"), to_epoch("11-23 11:00")),
        (2, "running", to_epoch("11-23 11:00"), None),
    ]


def test_a_reply_that_solves_the_ticket_asks_for_no_update() -> None:
    ticket = (
        open_ticket().add_event("11-23 09:10", "agent_reply").add_event("11-23 11:00", "agent_reply", status="done")
    )
    assert [(clock.cycle, clock.state) for clock in ticket.cycles("update")] == [(1, "met")]
    assert open_ticket().add_event("11-23 09:10", "agent_reply", status="done").cycles("update") == []


def test_a_customer_who_closes_the_ticket_waits_for_no_answer() -> None:
    ticket = (
        open_ticket()
        .add_event("11-23 09:10", "agent_reply")
        .add_event("11-23 11:00", "customer_message", status="shut")
    )
    assert ticket.cycles("next") == []


def test_the_update_clock_rests_when_the_reply_asks_the_customer() -> None:
    ticket = (
        open_ticket().add_event("11-23 09:10", "agent_reply").add_event("11-23 11:00", "agent_reply", status="waiting")
    )
    assert [clock.state for clock in ticket.cycles("update")] == ["met", "paused"]


def test_a_ticket_registered_already_closed_has_kept_its_times() -> None:
    ticket = TicketStory().add_event("11-23 09:00", "received", status="shut", severity="p1")
    assert [(clock.metric, clock.state, clock.consumed, clock.stopped_at) for clock in ticket.fold.clocks()] == [
        (metric, "met", 0, to_epoch("11-23 09:00")) for metric in ("response", "review", "resolution")
    ]


def test_start_and_stop_in_one_mark_is_a_cycle_of_no_time() -> None:
    clock = (
        TicketStory()
        .add_event("11-23 09:00", "received agent_reply", status="open", severity="p1")
        .last_clock("response")
    )
    assert (clock.state, clock.consumed, clock.due_at) == ("met", 0, to_epoch("11-23 09:30"))


def test_what_starts_a_clock_does_not_stop_it_but_more_of_it_may() -> None:
    metric = Metric("work", "Work", any_of("agent_reply"), any_of("agent_reply", "agent_reply and next_steps"))
    terms = build_terms(rows={"p1": {"work": "1h"}}, metrics=[metric])
    assert open_ticket(terms=terms).add_event("11-23 09:10", "agent_reply").last_clock("work").state == "running"
    assert open_ticket(terms=terms).add_event("11-23 09:10", "agent_reply next_steps").last_clock("work").state == "met"


# -- reopening and cancelling ------------------------------------------------------------------------------------


def _reopen_ticket() -> TicketStory:
    return (
        open_ticket("p2")
        .add_event("11-23 11:00", status="done")
        .add_event("11-24 10:00", "customer_message", status="open")
    )


def test_a_reopened_ticket_goes_on_with_the_closed_time_left_out() -> None:
    first, second = _reopen_ticket().cycles("resolution")
    assert (first.cycle, first.state, first.consumed) == (1, "met", 2 * HOUR)
    assert (second.cycle, second.state, second.started_at, second.consumed) == (
        2,
        "running",
        to_epoch("11-23 09:00"),
        2 * HOUR,
    )
    assert (second.due_at, second.since) == (to_epoch("11-25 16:00"), to_epoch("11-24 10:00"))


def test_bug_26_the_closed_time_is_a_gap_of_its_own() -> None:
    ticket = open_ticket("p2").add_event("11-23 11:00", status="done").add_event("11-24 10:00", status="waiting")
    assert (ticket.cycles("resolution")[1].state, ticket.cycles("resolution")[1].consumed) == ("paused", 2 * HOUR)
    ticket.add_event("11-24 12:00", status="open")
    assert ticket.cycles("resolution")[1].pauses == (
        (to_epoch("11-23 11:00"), to_epoch("11-24 10:00")),
        (to_epoch("11-24 10:00"), to_epoch("11-24 12:00")),
    )


def test_a_reopened_ticket_is_resolved_again_in_what_time_it_had_left() -> None:
    ticket = _reopen_ticket().add_event("11-25 16:00", status="done")
    assert [(clock.cycle, clock.state, clock.consumed) for clock in ticket.cycles("resolution")] == [
        (1, "met", 2 * HOUR),
        (2, "met", 2 * DAY),
    ]
    assert [clock.state for clock in _reopen_ticket().add_event("11-26 08:01", status="done").cycles("resolution")] == [
        "met",
        "late",
    ]


def test_a_response_is_not_asked_for_again_by_reopening() -> None:
    ticket = (
        open_ticket("p2").add_event("11-23 09:10", "agent_reply", status="done").add_event("11-24 10:00", status="open")
    )
    assert ticket.last_clock("response").state == "met"


def test_a_clock_that_was_late_is_late_when_it_goes_on() -> None:
    ticket = (
        open_ticket().add_event("11-23 14:00", status="done").add_event("11-23 15:00", status="open", severity="slow")
    )
    first, second = ticket.cycles("resolution")
    assert (first.state, first.breached_at) == ("late", to_epoch("11-23 13:00"))
    assert (second.state, second.breached_at, second.cause) == ("running", to_epoch("11-23 13:00"), "time")
    assert ticket.add_event("11-23 15:30", status="done").cycles("resolution")[1].state == "late"


def test_a_reopening_that_stops_a_clock_does_not_start_it_again() -> None:
    terms = build_terms(metrics=change_metric("resolution", stop=any_of("resolution")))
    ticket = (
        open_ticket("p2", terms=terms)
        .add_event("11-23 10:00", status="shut")
        .add_event("11-23 11:00", "resolution", status="open")
    )
    assert ticket.last_clock("resolution").state == "met"


def test_bug_08_a_merged_ticket_has_no_clock_left_running() -> None:
    ticket = open_ticket().add_event("11-23 13:30", "cancelled", status="shut")
    states = [(clock.metric, clock.state, clock.breached_at) for clock in ticket.fold.clocks()]
    assert states == [
        ("response", "cancelled", to_epoch("11-23 09:30")),
        ("review", "cancelled", to_epoch("11-23 10:00")),
        ("resolution", "cancelled", to_epoch("11-23 13:00")),
    ], "and what was late stays on record"


def test_nothing_starts_on_a_ticket_that_stays_closed() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply").add_event("11-23 09:20", status="shut")
    ticket.add_event("11-23 10:00", "customer_message").add_event("11-23 10:10", "agent_reply")
    assert ticket.cycles("next") == []
    assert [clock.state for clock in ticket.cycles("update")] == ["met"]
    ticket.add_event("11-23 11:00", "customer_message", status="open")
    assert ticket.last_clock("next").started_at == to_epoch("11-23 11:00")


def test_a_cancelled_clock_is_not_started_by_what_happens_afterwards() -> None:
    ticket = (
        open_ticket()
        .add_event("11-23 09:10", "cancelled agent_reply", status="shut")
        .add_event("11-23 09:20", "customer_message")
    )
    assert [clock.state for clock in ticket.fold.clocks()] == ["cancelled"] * 3


def test_undoing_a_merge_takes_up_every_clock_it_cancelled() -> None:
    ticket = (
        open_ticket("p2").add_event("11-23 09:10", "cancelled", status="shut").add_event("11-23 11:10", status="open")
    )
    response = ticket.cycles("response")
    assert [clock.state for clock in response] == ["cancelled", "running"]
    assert (response[1].due_at, response[1].consumed) == (to_epoch("11-23 11:30"), 10 * MINUTE)


# -- the order of things -----------------------------------------------------------------------------------------


def test_marks_of_one_instant_count_in_the_order_they_come() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply").add_event("11-23 10:00", "customer_message")
    clock = ticket.add_event("11-23 10:00", "agent_reply").last_clock("next")
    assert (clock.state, clock.consumed) == ("met", 0)
    ticket = open_ticket().add_event("11-23 10:00", status="waiting").add_event("11-23 10:00", status="open")
    assert (ticket.last_clock("resolution").pauses, ticket.last_clock("resolution").due_at) == (
        (),
        to_epoch("11-23 13:00"),
    )


def test_a_message_that_was_fetched_late_ends_the_pause_when_it_was_received() -> None:
    ticket = open_ticket().add_event("11-23 10:00", status="waiting").add_event("11-23 12:00", "noted")
    ticket.add_event("11-23 11:00", "customer_message", status="open")
    assert ticket.last_clock("resolution").pauses == ((to_epoch("11-23 10:00"), to_epoch("11-23 11:00")),)


def test_what_is_dated_before_the_last_change_of_a_clock_counts_as_of_that_change() -> None:
    ticket = open_ticket().add_event("11-23 10:00", status="waiting").add_event("11-23 09:30", status="done")
    clock = ticket.last_clock("resolution")
    assert (clock.state, clock.stopped_at, clock.consumed, clock.pauses) == ("met", to_epoch("11-23 10:00"), HOUR, ())
    clock = open_ticket().add_event("11-23 08:30", "agent_reply").last_clock("response")
    assert (clock.stopped_at, clock.consumed) == (to_epoch("11-23 09:00"), 0)


def test_bug_33_a_breach_follows_from_instants_whoever_looks_and_when() -> None:
    ticket = open_ticket()
    for minute in range(10, 60, 7):
        ticket.add_event(f"11-23 09:{minute}", "noted")
        ticket.fold.clocks()
    assert ticket.last_clock("response").breached_at is None, "nobody has answered: what reads it compares with now"
    assert ticket.add_event("11-23 10:00", "agent_reply").last_clock("response").breached_at == to_epoch("11-23 09:30")


def test_clocks_come_in_the_order_of_the_metrics_and_of_the_cycles() -> None:
    ticket = open_ticket().add_event("11-23 09:10", "agent_reply").add_event("11-23 09:20", "customer_message")
    ticket.add_event("11-23 09:30", "agent_reply").add_event("11-23 09:40", "customer_message")
    order = [(clock.metric, clock.cycle) for clock in ticket.fold.clocks()]
    assert order == [
        ("response", 1),
        ("review", 1),
        ("resolution", 1),
        ("next", 1),
        ("next", 2),
        ("update", 1),
        ("update", 2),
    ]
    assert fold_clocks(ticket.events, ticket.terms) == ticket.fold.clocks()


@pytest.mark.parametrize("metric", [metric.key for metric in METRICS])
def test_metrics_do_not_touch_one_another(metric: str) -> None:
    def story(terms: tuple[Metric, ...]) -> list[Clock]:
        ticket = open_ticket("p1", terms=build_terms(metrics=terms)).add_event(
            "11-23 09:10", "agent_reply", status="waiting"
        )
        ticket.add_event("11-23 10:00", "customer_message", status="open").add_event(
            "11-23 12:00", "agent_reply", severity="p2"
        )
        return ticket.add_event("11-23 14:00", "agent_reply resolution", status="done").fold.clocks()

    assert story(change_metric(metric)) == [clock for clock in story(METRICS) if clock.metric != metric]


def test_time_in_a_status_counts_as_work_of_a_tier_only_while_the_ticket_is_at_it() -> None:
    effort = Metric("response", "First line", any_of("received"), any_of("agent_reply"), counts_work=True)
    first_line = replace(effort, work_in=frozenset({"doing"}), tier=1)
    ticket = open_ticket(terms=build_terms(metrics=(first_line,))).add_event("11-23 09:00", status="doing", tier=1)
    ticket.add_event("11-23 09:10", tier=2).add_event("11-23 09:40", tier=1)
    clock = ticket.add_event("11-23 09:45", "agent_reply").last_clock("response")
    assert (clock.state, clock.consumed) == ("met", 15 * MINUTE)
    elsewhere = open_ticket(terms=build_terms(metrics=(first_line,))).add_event("11-23 09:00", status="doing", tier=2)
    assert elsewhere.last_clock("response").state == "paused"
    elsewhere.add_event("11-23 09:10", working=frozenset({1}))
    assert elsewhere.last_clock("response").state == "running"
    anybodys = replace(first_line, tier=None)
    assert (
        open_ticket(terms=build_terms(metrics=(anybodys,)))
        .add_event("11-23 09:00", status="doing", tier=2)
        .last_clock("response")
        .state
        == "running"
    )

"""The life of a clock: start, pause, stop, and what comes after (specification, rules 9 to 16)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskterm.sla.clock import Clock
from deskterm.sla.fold import fold_clocks
from deskterm.sla.terms import Metric
from sla.clock_story import METRICS, Ticket, epoch, opened, terms, when, without

MINUTE, HOUR, DAY = 60, 3600, 8 * 3600


def test_a_clock_starts_when_the_ticket_was_received() -> None:
    clock = opened("p1", at="11-20 15:45").clock("resolution")
    assert (clock.state, clock.cycle, clock.started_at, clock.since) == (
        "running",
        1,
        epoch("11-20 15:45"),
        clock.started_at,
    )
    assert (clock.target, clock.target_seconds, clock.due_at) == ("4h", 4 * HOUR, epoch("11-23 11:45"))
    assert (clock.policy, clock.calendar, clock.version, clock.consumed) == ("faults", "office", 1, 0)


def test_a_reply_stops_the_response_clock() -> None:
    clock = opened().tell("11-23 09:20", "agent_reply").clock("response")
    assert (clock.state, clock.stopped_at, clock.consumed) == ("met", epoch("11-23 09:20"), 20 * MINUTE)


def test_bug_32_a_clock_is_late_from_the_second_after_it_was_due() -> None:
    on_time = opened().tell("11-23 09:30", "agent_reply").clock("response")
    too_late = opened().tell("11-23 09:30:01", "agent_reply").clock("response")
    assert (on_time.state, on_time.breached_at, on_time.cause) == ("met", None, None)
    assert (too_late.state, too_late.breached_at, too_late.cause) == ("late", epoch("11-23 09:30"), "time")


def test_bug_04_the_first_reply_is_enough() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 12:00", "agent_reply")
    assert ticket.clock("response").stopped_at == epoch("11-23 09:10")


def test_an_automatic_reply_does_not_count() -> None:
    assert opened().tell("11-23 09:01", "auto_reply").clock("response").state == "running"


def test_bug_05_closing_stops_every_clock_and_says_when() -> None:
    ticket = opened("p2").tell("11-23 10:00", status="shut")
    assert [(c.metric, c.stopped_at, c.consumed) for c in ticket.folding.clocks()] == [
        (metric, epoch("11-23 10:00"), HOUR) for metric in ("response", "review", "resolution")
    ]


def test_bug_17_each_metric_stops_by_its_own_rule() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply")
    assert [ticket.clock(m).state for m in ("response", "review", "resolution")] == ["met", "running", "running"]
    ticket.tell("11-23 09:40", "agent_reply next_steps")
    assert [ticket.clock(m).state for m in ("response", "review", "resolution")] == ["met", "met", "running"]


def test_bug_36_a_stopped_clock_keeps_its_due_instant() -> None:
    assert opened().tell("11-23 09:10", status="shut").clock("resolution").due_at == epoch("11-23 13:00")


# -- pauses ------------------------------------------------------------------------------------------------------


def test_bug_18_a_paused_clock_is_due_at_no_instant() -> None:
    clock = opened().tell("11-23 10:00", status="waiting").clock("resolution")
    assert (clock.state, clock.due_at, clock.consumed, clock.since) == ("paused", None, HOUR, epoch("11-23 10:00"))


def test_a_pause_leaves_as_much_time_after_it_as_there_was_before() -> None:
    ticket = opened().tell("11-23 10:00", status="waiting").tell("11-24 09:00", "customer_message", status="open")
    clock = ticket.clock("resolution")
    assert (clock.state, clock.due_at, clock.consumed) == ("running", epoch("11-24 12:00"), HOUR)
    assert clock.pauses == ((epoch("11-23 10:00"), epoch("11-24 09:00")),)


def test_bug_14_a_pause_over_closed_hours_is_not_added_to_the_start() -> None:
    ticket = opened("p2", at="11-20 09:00").tell("11-20 17:00", status="waiting").tell("11-22 09:00", status="open")
    assert ticket.clock("resolution").due_at == epoch("11-24 09:00")


def test_bug_15_paused_to_resolved_directly_keeps_the_pause() -> None:
    clock = opened().tell("11-23 10:00", status="waiting").tell("12-04 12:00", status="done").clock("resolution")
    assert (clock.state, clock.consumed, clock.due_at) == ("met", HOUR, epoch("12-04 15:00"))
    assert clock.pauses == ((epoch("11-23 10:00"), epoch("12-04 12:00")),)


def test_from_one_waiting_status_to_another_is_one_pause() -> None:
    ticket = opened().tell("11-23 10:00", status="waiting").tell("11-23 11:00", status="asked")
    assert ticket.clock("resolution").since == epoch("11-23 10:00")
    ticket.tell("11-23 12:00", status="open")
    assert ticket.clock("resolution").pauses == ((epoch("11-23 10:00"), epoch("11-23 12:00")),)


def test_what_was_late_before_it_was_paused_stays_late() -> None:
    ticket = opened().tell("11-23 13:00:01", status="waiting")
    clock = ticket.clock("resolution")
    assert (clock.state, clock.due_at, clock.breached_at, clock.cause) == ("paused", None, epoch("11-23 13:00"), "time")
    assert ticket.tell("11-23 14:00", status="open").clock("resolution").due_at == epoch("11-23 13:00")
    clock = ticket.tell("11-23 14:30", status="done").clock("resolution")
    assert (clock.state, clock.consumed) == ("late", 4 * HOUR + 1 + 30 * MINUTE)


def test_a_pause_that_begins_as_the_time_is_up_is_in_time() -> None:
    assert opened().tell("11-23 13:00", status="waiting").clock("resolution").breached_at is None


def test_a_ticket_that_arrives_waiting_is_paused_from_the_start() -> None:
    ticket = Ticket().tell("11-23 09:00", "received", status="waiting", severity="p1")
    clock = ticket.clock("resolution")
    assert (clock.state, clock.consumed, clock.due_at) == ("paused", 0, None)
    assert ticket.tell("11-23 12:00", status="open").clock("resolution").due_at == epoch("11-23 16:00")


def test_a_metric_that_no_status_pauses_runs_on() -> None:
    clock = opened().tell("11-23 09:10", status="waiting").clock("response")
    assert (clock.state, clock.due_at) == ("running", epoch("11-23 09:30"))


def test_the_reply_that_asks_the_customer_stops_one_clock_and_pauses_another() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply", status="waiting")
    assert [ticket.clock(m).state for m in ("response", "review")] == ["met", "paused"]


# -- cycles ------------------------------------------------------------------------------------------------------


def test_bug_06_later_replies_are_asked_for_only_after_the_first_one() -> None:
    ticket = opened().tell("11-23 09:05", "customer_message")
    assert ticket.cycles("next") == []
    ticket.tell("11-23 09:10", "agent_reply").tell("11-23 09:15", "customer_message")
    assert (ticket.clock("next").state, ticket.clock("next").due_at) == ("running", epoch("11-23 10:15"))


def test_bug_07_the_next_response_waits_from_the_first_unanswered_message() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply")
    ticket.tell("11-23 10:00", "customer_message").tell("11-23 10:30", "customer_message")
    assert ticket.clock("next").started_at == epoch("11-23 10:00")
    ticket.tell("11-23 10:50", "agent_reply").tell("11-23 12:00", "customer_message")
    assert [(c.cycle, c.state, c.started_at) for c in ticket.cycles("next")] == [
        (1, "met", epoch("11-23 10:00")),
        (2, "running", epoch("11-23 12:00")),
    ]


def test_the_update_clock_starts_again_with_every_reply() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 11:00", "agent_reply")
    assert [(c.cycle, c.state, c.started_at, c.stopped_at) for c in ticket.cycles("update")] == [
        (1, "met", epoch("11-23 09:10"), epoch("11-23 11:00")),
        (2, "running", epoch("11-23 11:00"), None),
    ]


def test_a_reply_that_solves_the_ticket_asks_for_no_update() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 11:00", "agent_reply", status="done")
    assert [(c.cycle, c.state) for c in ticket.cycles("update")] == [(1, "met")]
    assert opened().tell("11-23 09:10", "agent_reply", status="done").cycles("update") == []


def test_a_customer_who_closes_the_ticket_waits_for_no_answer() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 11:00", "customer_message", status="shut")
    assert ticket.cycles("next") == []


def test_the_update_clock_rests_when_the_reply_asks_the_customer() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 11:00", "agent_reply", status="waiting")
    assert [c.state for c in ticket.cycles("update")] == ["met", "paused"]


def test_a_ticket_registered_already_closed_has_kept_its_times() -> None:
    ticket = Ticket().tell("11-23 09:00", "received", status="shut", severity="p1")
    assert [(c.metric, c.state, c.consumed, c.stopped_at) for c in ticket.folding.clocks()] == [
        (metric, "met", 0, epoch("11-23 09:00")) for metric in ("response", "review", "resolution")
    ]


def test_start_and_stop_in_one_mark_is_a_cycle_of_no_time() -> None:
    clock = Ticket().tell("11-23 09:00", "received agent_reply", status="open", severity="p1").clock("response")
    assert (clock.state, clock.consumed, clock.due_at) == ("met", 0, epoch("11-23 09:30"))


def test_what_starts_a_clock_does_not_stop_it_but_more_of_it_may() -> None:
    metric = Metric("work", "Work", when("agent_reply"), when("agent_reply", "agent_reply and next_steps"))
    by = terms(rows={"p1": {"work": "1h"}}, metrics=[metric])
    assert opened(by=by).tell("11-23 09:10", "agent_reply").clock("work").state == "running"
    assert opened(by=by).tell("11-23 09:10", "agent_reply next_steps").clock("work").state == "met"


# -- reopening and cancelling ------------------------------------------------------------------------------------


def _reopened() -> Ticket:
    return opened("p2").tell("11-23 11:00", status="done").tell("11-24 10:00", "customer_message", status="open")


def test_a_reopened_ticket_goes_on_with_the_closed_time_left_out() -> None:
    first, second = _reopened().cycles("resolution")
    assert (first.cycle, first.state, first.consumed) == (1, "met", 2 * HOUR)
    assert (second.cycle, second.state, second.started_at, second.consumed) == (
        2,
        "running",
        epoch("11-23 09:00"),
        2 * HOUR,
    )
    assert (second.due_at, second.since) == (epoch("11-25 16:00"), epoch("11-24 10:00"))


def test_bug_26_the_closed_time_is_a_gap_of_its_own() -> None:
    ticket = opened("p2").tell("11-23 11:00", status="done").tell("11-24 10:00", status="waiting")
    assert (ticket.cycles("resolution")[1].state, ticket.cycles("resolution")[1].consumed) == ("paused", 2 * HOUR)
    ticket.tell("11-24 12:00", status="open")
    assert ticket.cycles("resolution")[1].pauses == (
        (epoch("11-23 11:00"), epoch("11-24 10:00")),
        (epoch("11-24 10:00"), epoch("11-24 12:00")),
    )


def test_a_reopened_ticket_is_resolved_again_in_what_time_it_had_left() -> None:
    ticket = _reopened().tell("11-25 16:00", status="done")
    assert [(c.cycle, c.state, c.consumed) for c in ticket.cycles("resolution")] == [
        (1, "met", 2 * HOUR),
        (2, "met", 2 * DAY),
    ]
    assert [c.state for c in _reopened().tell("11-26 08:01", status="done").cycles("resolution")] == ["met", "late"]


def test_a_response_is_not_asked_for_again_by_reopening() -> None:
    ticket = opened("p2").tell("11-23 09:10", "agent_reply", status="done").tell("11-24 10:00", status="open")
    assert ticket.clock("response").state == "met"


def test_a_clock_that_was_late_is_late_when_it_goes_on() -> None:
    ticket = opened().tell("11-23 14:00", status="done").tell("11-23 15:00", status="open", severity="slow")
    first, second = ticket.cycles("resolution")
    assert (first.state, first.breached_at) == ("late", epoch("11-23 13:00"))
    assert (second.state, second.breached_at, second.cause) == ("running", epoch("11-23 13:00"), "time")
    assert ticket.tell("11-23 15:30", status="done").cycles("resolution")[1].state == "late"


def test_a_reopening_that_stops_a_clock_does_not_start_it_again() -> None:
    by = terms(metrics=without("resolution", stop=when("resolution")))
    ticket = opened("p2", by=by).tell("11-23 10:00", status="shut").tell("11-23 11:00", "resolution", status="open")
    assert ticket.clock("resolution").state == "met"


def test_bug_08_a_merged_ticket_has_no_clock_left_running() -> None:
    ticket = opened().tell("11-23 13:30", "cancelled", status="shut")
    states = [(c.metric, c.state, c.breached_at) for c in ticket.folding.clocks()]
    assert states == [
        ("response", "cancelled", epoch("11-23 09:30")),
        ("review", "cancelled", epoch("11-23 10:00")),
        ("resolution", "cancelled", epoch("11-23 13:00")),
    ], "and what was late stays on record"


def test_nothing_starts_on_a_ticket_that_stays_closed() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 09:20", status="shut")
    ticket.tell("11-23 10:00", "customer_message").tell("11-23 10:10", "agent_reply")
    assert ticket.cycles("next") == []
    assert [c.state for c in ticket.cycles("update")] == ["met"]
    ticket.tell("11-23 11:00", "customer_message", status="open")
    assert ticket.clock("next").started_at == epoch("11-23 11:00")


def test_a_cancelled_clock_is_not_started_by_what_happens_afterwards() -> None:
    ticket = (
        opened().tell("11-23 09:10", "cancelled agent_reply", status="shut").tell("11-23 09:20", "customer_message")
    )
    assert [c.state for c in ticket.folding.clocks()] == ["cancelled"] * 3


def test_undoing_a_merge_takes_up_every_clock_it_cancelled() -> None:
    ticket = opened("p2").tell("11-23 09:10", "cancelled", status="shut").tell("11-23 11:10", status="open")
    response = ticket.cycles("response")
    assert [c.state for c in response] == ["cancelled", "running"]
    assert (response[1].due_at, response[1].consumed) == (epoch("11-23 11:30"), 10 * MINUTE)


# -- the order of things -----------------------------------------------------------------------------------------


def test_marks_of_one_instant_count_in_the_order_they_come() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 10:00", "customer_message")
    clock = ticket.tell("11-23 10:00", "agent_reply").clock("next")
    assert (clock.state, clock.consumed) == ("met", 0)
    ticket = opened().tell("11-23 10:00", status="waiting").tell("11-23 10:00", status="open")
    assert (ticket.clock("resolution").pauses, ticket.clock("resolution").due_at) == ((), epoch("11-23 13:00"))


def test_a_message_that_was_fetched_late_ends_the_pause_when_it_was_received() -> None:
    ticket = opened().tell("11-23 10:00", status="waiting").tell("11-23 12:00", "noted")
    ticket.tell("11-23 11:00", "customer_message", status="open")
    assert ticket.clock("resolution").pauses == ((epoch("11-23 10:00"), epoch("11-23 11:00")),)


def test_what_is_dated_before_the_last_change_of_a_clock_counts_as_of_that_change() -> None:
    ticket = opened().tell("11-23 10:00", status="waiting").tell("11-23 09:30", status="done")
    clock = ticket.clock("resolution")
    assert (clock.state, clock.stopped_at, clock.consumed, clock.pauses) == ("met", epoch("11-23 10:00"), HOUR, ())
    clock = opened().tell("11-23 08:30", "agent_reply").clock("response")
    assert (clock.stopped_at, clock.consumed) == (epoch("11-23 09:00"), 0)


def test_bug_33_a_breach_follows_from_instants_whoever_looks_and_when() -> None:
    ticket = opened()
    for minute in range(10, 60, 7):
        ticket.tell(f"11-23 09:{minute}", "noted")
        ticket.folding.clocks()
    assert ticket.clock("response").breached_at is None, "nobody has answered: what reads it compares with now"
    assert ticket.tell("11-23 10:00", "agent_reply").clock("response").breached_at == epoch("11-23 09:30")


def test_clocks_come_in_the_order_of_the_metrics_and_of_the_cycles() -> None:
    ticket = opened().tell("11-23 09:10", "agent_reply").tell("11-23 09:20", "customer_message")
    ticket.tell("11-23 09:30", "agent_reply").tell("11-23 09:40", "customer_message")
    order = [(c.metric, c.cycle) for c in ticket.folding.clocks()]
    assert order == [
        ("response", 1),
        ("review", 1),
        ("resolution", 1),
        ("next", 1),
        ("next", 2),
        ("update", 1),
        ("update", 2),
    ]
    assert fold_clocks(ticket.marks, ticket.terms) == ticket.folding.clocks()


@pytest.mark.parametrize("metric", [m.key for m in METRICS])
def test_metrics_do_not_touch_one_another(metric: str) -> None:
    def story(by: tuple[Metric, ...]) -> list[Clock]:
        ticket = opened("p1", by=terms(metrics=by)).tell("11-23 09:10", "agent_reply", status="waiting")
        ticket.tell("11-23 10:00", "customer_message", status="open").tell("11-23 12:00", "agent_reply", severity="p2")
        return ticket.tell("11-23 14:00", "agent_reply resolution", status="done").folding.clocks()

    assert story(without(metric)) == [clock for clock in story(METRICS) if clock.metric != metric]


def test_time_in_a_status_counts_as_work_of_a_tier_only_while_the_ticket_is_at_it() -> None:
    effort = Metric("response", "First line", when("received"), when("agent_reply"), counts_work=True)
    first_line = replace(effort, work_in=frozenset({"doing"}), tier=1)
    ticket = opened(by=terms(metrics=(first_line,))).tell("11-23 09:00", status="doing", tier=1)
    ticket.tell("11-23 09:10", tier=2).tell("11-23 09:40", tier=1)
    clock = ticket.tell("11-23 09:45", "agent_reply").clock("response")
    assert (clock.state, clock.consumed) == ("met", 15 * MINUTE)
    elsewhere = opened(by=terms(metrics=(first_line,))).tell("11-23 09:00", status="doing", tier=2)
    assert elsewhere.clock("response").state == "paused"
    elsewhere.tell("11-23 09:10", working=frozenset({1}))
    assert elsewhere.clock("response").state == "running"
    anybodys = replace(first_line, tier=None)
    assert (
        opened(by=terms(metrics=(anybodys,))).tell("11-23 09:00", status="doing", tier=2).clock("response").state
        == "running"
    )

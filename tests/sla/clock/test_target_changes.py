"""What a clock promises, and what becomes of it when facts, targets and procedures change (rules 6, 8, 17 and 20)."""

from __future__ import annotations

from dataclasses import replace

from deskterm.sla.calendar import Calendar
from deskterm.sla.clock import Clock
from deskterm.sla.targets import parse_target
from deskterm.sla.terms import Policy
from sla.golden_vectors import CALENDARS, OFFICE
from sla.ticket_story import TicketStory, any_of, build_terms, change_metric, open_ticket, to_epoch

HOUR, DAY = 3600, 8 * 3600


def _state(clock: Clock) -> tuple[str, int | None, int | None, str | None]:
    return clock.state, clock.due_at, clock.breached_at, clock.cause


# -- no promise --------------------------------------------------------------------------------------------------


def test_bug_19_a_missing_target_is_no_clock_and_not_a_broken_one() -> None:
    assert open_ticket(severity=None).fold.clocks() == []
    assert open_ticket("p2").add_event("11-23 09:10", "agent_reply").cycles("update") == []


def test_a_ticket_that_no_policy_is_for_has_no_clocks() -> None:
    assert (
        TicketStory().add_event("11-23 09:00", "received", status="open", type="idea", severity="p1").fold.clocks()
        == []
    )


def test_an_objective_on_the_mean_is_no_promise_about_one_ticket() -> None:
    assert open_ticket("p1", terms=build_terms(rows={"p1": {"response": "mean 30m"}})).fold.clocks() == []


def test_a_target_that_somebody_is_still_to_set_is_due_at_no_instant() -> None:
    terms = build_terms(rows={"p1": {"response": "set by manager", "resolution": "scheduled sprint"}})
    assert [(clock.metric, clock.target, *_state(clock)) for clock in open_ticket("p1", terms=terms).fold.clocks()] == [
        ("response", "set by manager", "running", None, None, None),
        ("resolution", "scheduled sprint", "running", None, None, None),
    ]
    done = open_ticket("p1", terms=terms).add_event("12-30 09:00", "agent_reply")
    assert done.last_clock("response").state == "met"


def test_an_exempt_ticket_has_no_clocks_any_more() -> None:
    ticket = open_ticket().add_event("11-23 09:45", exempt="a network that is not ours")
    assert {clock.state for clock in ticket.fold.clocks()} == {"cancelled"}
    assert open_ticket(severity=None).add_event("11-23 09:10", exempt="x", severity="p1").fold.clocks() == []


def test_the_first_policy_that_matches_is_the_one() -> None:
    terms = build_terms()
    vip = Policy(
        "vip", "VIP", {"tags": frozenset({"vip", "board"})}, "office", {("response", None): parse_target("5m", DAY)}
    )
    ticket = TicketStory(replace(terms, policies=(vip, *terms.policies)))
    ticket.add_event("11-23 09:00", "received", status="open", severity="p1", tags=("vip", "new"))
    assert [(clock.metric, clock.policy, clock.target) for clock in ticket.fold.clocks()] == [("response", "vip", "5m")]


def test_a_metric_may_be_counted_in_a_calendar_of_its_own() -> None:
    terms = build_terms()
    policy = replace(terms.policies[0], calendars={"response": "always"})
    terms = replace(terms, policies=(policy,), calendars={"office": CALENDARS["A"], "always": CALENDARS["C"]})
    ticket = open_ticket(at="11-20 15:45", terms=terms)
    assert (ticket.last_clock("response").due_at, ticket.last_clock("response").calendar) == (
        to_epoch("11-20 16:15"),
        "always",
    )
    assert ticket.last_clock("review").due_at == to_epoch("11-23 08:45")


# -- another target ----------------------------------------------------------------------------------------------


def test_bug_24_another_target_keeps_the_start_and_the_pauses() -> None:
    ticket = open_ticket("p2").add_event("11-23 10:00", status="waiting").add_event("11-23 12:00", status="open")
    clock = ticket.add_event("11-23 12:30", severity="p1").last_clock("resolution")
    assert _state(clock) == ("running", to_epoch("11-23 15:00"), None, None)
    assert (clock.started_at, clock.target, clock.target_seconds) == (to_epoch("11-23 09:00"), "4h", 4 * HOUR)


def test_what_a_new_target_makes_late_is_late_from_the_change_and_by_it() -> None:
    clock = open_ticket("p2").add_event("11-23 14:00", severity="p1").last_clock("resolution")
    assert _state(clock) == ("running", to_epoch("11-23 13:00"), to_epoch("11-23 14:00"), "retarget")
    assert open_ticket("p2").add_event("11-23 13:00", severity="p1").last_clock("resolution").breached_at is None


def test_a_looser_target_does_not_take_back_what_was_late() -> None:
    ticket = open_ticket("p1").add_event("11-23 14:00", severity="slow")
    assert _state(ticket.last_clock("resolution")) == (
        "running",
        to_epoch("11-30 09:00"),
        to_epoch("11-23 13:00"),
        "time",
    )
    assert ticket.add_event("11-24 09:00", status="done").last_clock("resolution").state == "late"


def test_what_one_change_made_late_another_does_not_take_back() -> None:
    ticket = open_ticket("p2").add_event("11-23 14:00", severity="p1").add_event("11-23 14:01", severity="p2")
    assert _state(ticket.last_clock("resolution")) == (
        "running",
        to_epoch("11-25 09:00"),
        to_epoch("11-23 14:00"),
        "retarget",
    )


def test_a_paused_clock_gets_its_new_target_when_it_runs_again() -> None:
    ticket = open_ticket("p2").add_event("11-23 10:00", status="waiting").add_event("11-24 10:00", severity="p1")
    assert _state(ticket.last_clock("resolution")) == ("paused", None, None, None)
    assert ticket.last_clock("resolution").target == "4h"
    assert ticket.add_event("11-24 11:00", status="open").last_clock("resolution").due_at == to_epoch("11-24 14:00")


def test_a_new_target_that_was_used_up_before_the_pause_is_late_at_the_change() -> None:
    ticket = open_ticket("p2").add_event("11-23 15:00", status="waiting").add_event("11-24 10:00", severity="p1")
    assert _state(ticket.last_clock("resolution")) == ("paused", None, to_epoch("11-24 10:00"), "retarget")


def test_done_cycles_keep_their_judgement() -> None:
    ticket = open_ticket("slow").add_event("11-23 12:00", "agent_reply").add_event("11-23 13:00", severity="p1")
    assert (ticket.last_clock("response").state, ticket.last_clock("response").target) == ("met", "2d")


def test_a_severity_that_is_set_late_counts_from_the_start() -> None:
    clock = open_ticket(severity=None).add_event("11-23 12:00", severity="p1").last_clock("response")
    assert _state(clock) == ("running", to_epoch("11-23 09:30"), to_epoch("11-23 12:00"), "retarget")


def test_bug_03_a_clock_whose_promise_is_withdrawn_is_cancelled_and_its_breach_kept() -> None:
    ticket = open_ticket().add_event("11-23 09:45", type="idea")
    clock = ticket.last_clock("response")
    assert (clock.state, clock.target, clock.stopped_at) == ("cancelled", "30m", to_epoch("11-23 09:45"))
    assert (clock.breached_at, clock.cause, clock.consumed) == (to_epoch("11-23 09:30"), "time", 45 * 60)
    assert (ticket.last_clock("resolution").state, ticket.last_clock("resolution").breached_at) == ("cancelled", None)
    assert ticket.add_event("11-23 10:00", "agent_reply", status="shut").last_clock("response") == clock


def test_a_promise_that_comes_back_counts_from_the_start_again() -> None:
    ticket = open_ticket("p2").add_event("11-23 10:00", type="idea").add_event("11-23 10:30", status="waiting")
    ticket.add_event("11-23 11:30", status="open").add_event("11-23 12:00", type="fault")
    assert _state(ticket.last_clock("resolution")) == ("running", to_epoch("11-25 10:00"), None, None)
    assert ticket.last_clock("response").cause == "time"


def test_a_paused_clock_whose_promise_is_withdrawn_has_consumed_no_pause() -> None:
    clock = (
        open_ticket()
        .add_event("11-23 10:00", status="waiting")
        .add_event("11-23 12:00", type="idea")
        .last_clock("resolution")
    )
    assert (clock.state, clock.consumed, clock.pauses) == (
        "cancelled",
        HOUR,
        ((to_epoch("11-23 10:00"), to_epoch("11-23 12:00")),),
    )


def test_facts_that_change_nothing_of_the_promise_change_nothing_of_the_clock() -> None:
    ticket = open_ticket()
    before = ticket.fold.clocks()
    assert ticket.add_event("11-23 12:00", tags=("printer",)).fold.clocks() == before


def test_reopening_under_another_severity_takes_its_target() -> None:
    ticket = (
        open_ticket("p2").add_event("11-23 15:00", status="done").add_event("11-24 10:00", status="open", severity="p1")
    )
    first, second = ticket.cycles("resolution")
    assert (first.state, first.target, second.target) == ("met", "2d", "4h")
    assert (second.breached_at, second.cause) == (to_epoch("11-24 10:00"), "retarget")


# -- raised by a machine -----------------------------------------------------------------------------------------


def test_bug_40_an_automatic_raise_does_not_shorten_the_time_it_is_to_save() -> None:
    ticket = open_ticket("p2")
    before = ticket.last_clock("resolution")
    assert ticket.add_event("11-24 14:00", "automatic_raise", severity="p1").last_clock("resolution") == before


def test_an_automatic_raise_is_not_brought_in_by_a_later_change_of_something_else() -> None:
    ticket = (
        open_ticket("p2")
        .add_event("11-24 14:00", "automatic_raise", severity="p1")
        .add_event("11-24 14:30", tags=("x",))
    )
    assert ticket.last_clock("resolution").target == "2d"
    ticket.add_event("11-24 14:40", status="done").add_event("11-24 14:50", status="open")
    assert [clock.target for clock in ticket.cycles("resolution")] == ["2d", "2d"]


def test_a_second_automatic_raise_leaves_the_first_promise_too() -> None:
    ticket = open_ticket("slow").add_event("11-24 10:00", "automatic_raise", severity="p2")
    assert ticket.add_event("11-24 11:00", "automatic_raise", severity="p1").last_clock("resolution").target == "5d"


def test_what_a_person_sets_after_a_raise_counts() -> None:
    ticket = (
        open_ticket("slow")
        .add_event("11-24 10:00", "automatic_raise", severity="p1")
        .add_event("11-24 11:00", severity="p2")
    )
    assert ticket.last_clock("resolution").target == "2d"
    ticket.add_event("11-24 12:00", severity="p1")
    assert ticket.last_clock("resolution").target == "4h"


# -- another edition of the procedure ----------------------------------------------------------------------------

CLOSED_WEDNESDAY = Calendar("GMT", OFFICE, ["2026-11-25"])


def test_bug_02_a_new_calendar_touches_no_clock_that_runs() -> None:
    ticket = open_ticket("slow")
    before = ticket.fold.clocks()
    assert (
        ticket.use_terms(build_terms(CLOSED_WEDNESDAY, version=2)).add_event("11-23 10:00", tags=("x",)).fold.clocks()
        == before
    )


def test_bug_38_a_cycle_says_which_version_it_was_judged_by() -> None:
    ticket = (
        open_ticket("p1").add_event("11-23 09:10", "agent_reply").use_terms(build_terms(CLOSED_WEDNESDAY, version=2))
    )
    ticket.add_event("11-24 15:30", "customer_message")
    assert [(clock.metric, clock.version) for clock in ticket.fold.clocks()] == [
        ("response", 1),
        ("review", 1),
        ("resolution", 1),
        ("next", 2),
        ("update", 1),
    ]
    assert ticket.last_clock("next").due_at == to_epoch("11-26 08:30"), "the new one knows the holiday"


def test_a_change_of_severity_is_judged_by_the_version_in_force() -> None:
    ticket = (
        open_ticket("p2").use_terms(build_terms(CLOSED_WEDNESDAY, version=2)).add_event("11-23 10:00", severity="slow")
    )
    assert (ticket.last_clock("resolution").version, ticket.last_clock("resolution").due_at) == (
        2,
        to_epoch("12-01 09:00"),
    )


def test_a_metric_that_a_new_version_drops_still_stops() -> None:
    ticket = open_ticket("p2").use_terms(build_terms(metrics=change_metric("review"), version=2))
    assert ticket.add_event("11-23 10:00", "agent_reply next_steps").last_clock("review").state == "met"
    assert ticket.add_event("11-23 11:00", "received").cycles("review") == [ticket.last_clock("review")], (
        "and starts no more"
    )
    order = [clock.metric for clock in ticket.fold.clocks()]
    assert order == ["response", "resolution", "review"]


def test_a_metric_that_a_new_version_drops_does_not_begin_another_cycle() -> None:
    ticket = (
        open_ticket("p1")
        .add_event("11-23 09:10", "agent_reply")
        .use_terms(build_terms(metrics=change_metric("update"), version=2))
    )
    assert ticket.add_event("11-23 10:00", "agent_reply").last_clock("update").state == "met"
    ticket.add_event("11-23 10:10", "agent_reply").add_event("11-23 10:20", status="shut").add_event(
        "11-23 10:30", status="open"
    )
    assert ticket.last_clock("update").stopped_at == to_epoch("11-23 10:00")


def test_a_metric_that_a_new_version_brings_starts_when_next_it_would() -> None:
    ticket = open_ticket("p1", terms=build_terms(metrics=change_metric("next"))).add_event("11-23 09:10", "agent_reply")
    ticket.use_terms(build_terms(version=2)).add_event("11-23 10:00", "customer_message")
    assert ticket.last_clock("next").due_at == to_epoch("11-23 11:00")


def test_stops_and_pauses_go_by_the_version_in_force() -> None:
    renamed = change_metric("resolution", stop=any_of("confirmed"), pauses=frozenset({"parked"}))
    ticket = (
        open_ticket("p2").use_terms(build_terms(metrics=renamed, version=2)).add_event("11-23 10:00", status="waiting")
    )
    assert ticket.last_clock("resolution").state == "running"
    clock = ticket.add_event("11-23 11:00", "confirmed").last_clock("resolution")
    assert (clock.state, clock.target, clock.version) == ("met", "2d", 1)


def test_a_calendar_that_a_new_version_drops_is_still_counted_in_by_what_runs() -> None:
    terms = build_terms(version=2)
    terms = replace(terms, policies=(replace(terms.policies[0], calendar="desk"),), calendars={"desk": CALENDARS["A'"]})
    ticket = (
        open_ticket("p2")
        .use_terms(terms)
        .add_event("11-23 10:00", status="waiting")
        .add_event("11-23 11:00", status="open")
    )
    assert (ticket.last_clock("resolution").calendar, ticket.last_clock("resolution").due_at) == (
        "office",
        to_epoch("11-25 10:00"),
    )
    assert ticket.add_event("11-23 12:00", severity="p1").last_clock("resolution").calendar == "desk"


def test_a_metric_keeps_its_one_clock_through_any_number_of_versions() -> None:
    ticket = (
        open_ticket("p2")
        .use_terms(build_terms(version=2))
        .use_terms(build_terms(metrics=change_metric("response"), version=3))
    )
    ticket.use_terms(build_terms(version=4)).add_event("11-23 10:00", "agent_reply")
    assert [(clock.metric, clock.version) for clock in ticket.fold.clocks()] == [
        ("response", 1),
        ("review", 1),
        ("resolution", 1),
    ]
    assert ticket.last_clock("response").stopped_at == to_epoch("11-23 10:00")

"""When a clock warns: shares and lead times, counted as the target is, and again at every change."""

from __future__ import annotations

import pytest

from deskterm.sla.cadence import Cadence, Cadences
from deskterm.sla.clock import Clock
from deskterm.sla.warning_times import WarningRule, parse_warning
from sla.clock_story import TARGETS, Ticket, epoch, opened, terms, without

WARNS = (parse_warning("50%"), parse_warning("75%"), parse_warning("90%"))


def warned(metric: str, *warns: str, rows: dict[str, dict[str, str]] | None = None, cadences: Cadences | None = None):  # type: ignore[no-untyped-def]
    """Terms in which one metric warns."""
    by = terms(rows=TARGETS | (rows or {}), metrics=without(metric, warnings=tuple(map(parse_warning, warns))))
    return by if cadences is None else terms(rows=TARGETS | (rows or {}), metrics=by.metrics, cadences=cadences)


def instants(clock: Clock) -> list[str]:
    from datetime import UTC, datetime

    return [f"{datetime.fromtimestamp(at, UTC):%m-%d %H:%M}" for _, at in clock.warnings]


def test_golden_a1_warns_at_half_three_quarters_and_nine_tenths() -> None:
    ticket = opened("p1", "11-20 15:45", warned("resolution", "50%", "75%", "90%"))
    assert instants(ticket.clock("resolution")) == ["11-23 09:45", "11-23 10:45", "11-23 11:21"]
    assert [text for text, _ in ticket.clock("resolution").warnings] == ["50%", "75%", "90%"]


def test_bug_25_a_lead_time_is_open_time_before_the_end_never_wall_time() -> None:
    """glpi PR 22678: one hour before a target that is due over a night must not land in the night."""
    ticket = opened("p1", "11-20 12:30", warned("resolution", "1h"))  # due Monday 08:30
    assert ticket.clock("resolution").due_at == epoch("11-23 08:30")
    assert instants(ticket.clock("resolution")) == ["11-20 15:30"]


def test_a_lead_longer_than_the_target_warns_of_nothing() -> None:
    assert opened(by=warned("response", "30m", "2h")).clock("response").warnings == ()


def test_warnings_move_with_a_pause_and_rest_in_it() -> None:
    ticket = opened("p1", "11-23 09:00", warned("resolution", "50%"))
    ticket.tell("11-23 10:00", status="waiting")
    assert ticket.clock("resolution").warnings == ()
    ticket.tell("11-23 12:00", status="doing")
    assert instants(ticket.clock("resolution")) == ["11-23 13:00"]


def test_nothing_warns_of_what_is_done_or_missed() -> None:
    ticket = opened("p1", "11-23 09:00", warned("resolution", "50%"))
    ticket.tell("11-23 13:30", status="waiting").tell("11-23 14:00", status="doing")
    assert ticket.clock("resolution").breached_at == epoch("11-23 13:00")
    assert ticket.clock("resolution").warnings == ()
    assert (
        opened("p1", "11-23 09:00", warned("resolution", "50%"))
        .tell("11-23 09:30", "resolution")
        .clock("resolution")
        .warnings
        == ()
    )


def test_a_share_of_an_odd_number_of_seconds_is_rounded_up() -> None:
    ticket = opened("odd", "11-23 09:00", warned("response", "33%", rows={"odd": {"response": "7s"}}))
    assert ticket.clock("response").warnings == (("33%", epoch("11-23 09:00") + 3),)


def test_time_on_the_clock_is_warned_of_on_the_clock() -> None:
    ticket = opened("slow", "11-20 15:00", warned("resolution", "50%", rows={"slow": {"resolution": "48h elapsed"}}))
    assert instants(ticket.clock("resolution")) == ["11-21 15:00"]


def test_working_dates_are_warned_of_in_the_open_time_up_to_them() -> None:
    ticket = opened(
        "slow", "11-23 10:00", warned("resolution", "50%", rows={"slow": {"resolution": "2 working dates"}})
    )
    assert instants(ticket.cycles("resolution")[-1]) == ["11-24 10:00"]


@pytest.mark.parametrize("text", ["100%", "0%", "soon", "next sprint", "3 working dates"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no moment|no duration"):
        parse_warning(text)


def test_a_moment_keeps_its_words() -> None:
    assert parse_warning(" 75% ") == WarningRule("75%", share=75)
    assert parse_warning("2d") == WarningRule("2d", lead="2d")


def pinned(ticket: Ticket, at: str, due: str | None, metric: str = "resolution") -> Ticket:
    """Somebody says when it is due, or takes it back."""
    return ticket.tell(at, dues={} if due is None else {metric: epoch(due)})


def test_a_due_time_that_somebody_set_stands_until_it_is_taken_back() -> None:
    ticket = pinned(opened("p1", "11-23 09:00"), "11-23 09:10", "11-25 10:00")
    assert ticket.clock("resolution").pinned
    ticket.tell("11-23 10:00", status="waiting").tell("11-23 11:00", status="doing", severity="p2")
    assert ticket.clock("resolution").due_at == epoch("11-25 10:00")
    pinned(ticket, "11-23 12:00", None)
    assert ticket.clock("resolution").due_at == epoch("11-25 10:00")  # 2 d and the hour's rest
    assert not ticket.clock("resolution").pinned


def test_taking_it_back_too_late_is_a_breach_by_the_change() -> None:
    ticket = pinned(opened("p1", "11-23 09:00"), "11-23 09:10", "11-25 10:00")
    pinned(ticket, "11-24 09:00", None)
    assert (ticket.clock("resolution").breached_at, ticket.clock("resolution").cause) == (
        epoch("11-24 09:00"),
        "retarget",
    )


def test_what_was_set_and_missed_stays_missed() -> None:
    ticket = pinned(opened("p1", "11-23 09:00"), "11-23 09:10", "11-23 10:00")
    pinned(ticket, "11-23 10:30", None)
    assert (ticket.clock("resolution").breached_at, ticket.clock("resolution").cause) == (epoch("11-23 10:00"), "time")


def test_what_was_set_holds_for_its_cycle_only() -> None:
    ticket = opened("p1", "11-23 09:00").tell("11-23 09:10", "agent_reply")
    ticket.tell("11-23 09:20", "customer_message")
    pinned(ticket, "11-23 09:30", "11-23 15:00", "next")
    ticket.tell("11-23 14:00", "agent_reply").tell("11-24 09:00", "customer_message")
    first, second = ticket.cycles("next")
    assert (first.state, second.due_at) == ("met", epoch("11-24 10:00"))


def test_a_target_that_a_person_sets_is_pending_until_then() -> None:
    by = terms(rows=TARGETS | {"task": {"resolution": "set by manager"}})
    ticket = opened("task", "11-23 09:00", by)
    assert (ticket.clock("resolution").state, ticket.clock("resolution").due_at) == ("running", None)
    pinned(ticket, "11-23 10:00", "11-30 12:00")
    assert ticket.clock("resolution").due_at == epoch("11-30 12:00")


SPRINTS = {
    "sprint": Cadence(
        ((epoch("11-23 00:00"), epoch("12-07 00:00")), (epoch("12-07 00:00"), epoch("12-21 00:00"))),
        ("2026-11-23", "2026-12-07"),
    ),
    "release": Cadence(((epoch("12-03 18:00"),) * 2,), ("2026-12-03",)),
}


def test_what_is_promised_by_its_sprint_is_due_when_that_ends() -> None:
    ticket = opened("p4", "11-20 09:00", terms(cadences=SPRINTS))
    assert ticket.clock("resolution").due_at is None
    ticket.tell("11-24 09:00", sprint="2026-12-07")
    assert ticket.clock("resolution").due_at == epoch("12-21 00:00")
    ticket.tell("11-25 09:00", status="waiting").tell("11-27 09:00", status="doing")
    assert ticket.clock("resolution").due_at == epoch("12-21 00:00")
    ticket.tell("11-28 09:00", sprint=None)
    assert ticket.clock("resolution").due_at is None


def test_a_scheduled_release_waits_for_nobody() -> None:
    rows = {"p4": {"resolution": "scheduled release"}}
    ticket = opened("p4", "11-23 18:00", terms(rows=rows, cadences=SPRINTS))
    ticket.tell("11-24 09:00", sprint="2026-12-03")
    assert ticket.clock("resolution").due_at == epoch("12-03 18:00")
    ticket.tell("11-25 09:00", status="waiting").tell("11-27 09:00", status="doing")
    assert ticket.clock("resolution").due_at == epoch("12-03 18:00")


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
    by = terms(rows={"p3": {"resolution": text}}, cadences=SPRINTS)
    assert opened("p3", "11-24 09:00", by).clock("resolution").due_at == epoch(due)


def test_a_warning_that_only_a_change_of_target_brought_is_dated_at_the_change() -> None:
    ticket = opened("p2", "11-23 09:00", warned("resolution", "10%", "50%"))  # 2 d, then 4 h
    assert instants(ticket.clock("resolution")) == ["11-23 10:36", "11-24 09:00"]
    ticket.tell("11-23 09:30", severity="p1")
    assert ticket.clock("resolution").warnings == (("10%", epoch("11-23 09:30")), ("50%", epoch("11-23 11:00")))
    ticket.tell("11-23 10:00", severity="p2").tell("11-23 12:00", severity="p1")
    assert ticket.clock("resolution").warnings == (("10%", epoch("11-23 12:00")), ("50%", epoch("11-23 12:00")))


def test_a_warning_that_a_change_left_where_it_was_keeps_its_instant() -> None:
    ticket = opened("p1", "11-23 09:00", warned("resolution", "50%", rows={"p2": {"resolution": "4h"}}))
    ticket.tell("11-23 11:30", severity="p2")
    assert instants(ticket.clock("resolution")) == ["11-23 11:00"]


def test_a_warning_that_a_change_brought_while_the_clock_rests_waits_until_it_goes_on() -> None:
    ticket = opened("p2", "11-23 09:00", warned("resolution", "50%"))
    ticket.tell("11-23 12:00", status="waiting").tell("11-23 12:30", severity="p1")
    assert ticket.clock("resolution").warnings == ()
    ticket.tell("11-23 15:00", status="doing")
    assert ticket.clock("resolution").due_at == epoch("11-23 16:00")
    assert instants(ticket.clock("resolution")) == ["11-23 15:00"]


def test_a_reopened_clock_warns_of_what_is_past_as_of_the_reopening() -> None:
    ticket = opened("p1", "11-23 09:00", warned("resolution", "50%")).tell("11-23 12:00", status="done")
    ticket.tell("11-24 10:00", "reopened", status="doing")
    assert instants(ticket.cycles("resolution")[-1]) == ["11-24 10:00"]

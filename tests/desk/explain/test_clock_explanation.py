"""Explanations of clocks: text and JSON add up to the due time, and name all that led to it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from desk.event_strategies import START, TicketScript, compile_version, ticket_scripts
from deskterm.desk.domain.fold import fold_events
from deskterm.desk.explain.clock_explanation import build_explanations, explain_missing_clock, explain_policies
from deskterm.desk.explain.explanation import Explanation
from deskterm.desk.explain.explanation_text import format_lines
from deskterm.errors import DeskError
from deskterm.sla.target_kinds.working_dates import WorkingDates
from examples import examples

SECOND = r"(\d\d:\d\d(?::\d\d)?)(?: UTC([+-][\d:]+))?"
ROW = re.compile(rf"  (\w{{3}} \d{{4}}-\d\d-\d\d) {SECOND} – (?:(\w{{3}} \d{{4}}-\d\d-\d\d) )?{SECOND}\s+(.*)")
INSTANT = re.compile(r"\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) UTC([+-][\d:]+)")
ADDED = re.compile(r"\+ +(\d+:\d\d:\d\d) = +(\d+:\d\d:\d\d)")


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def explain_ticket(ticket: TicketScript, now: int, metric: str | None = None) -> list[Explanation]:
    return build_explanations(ticket.events, compile_version, metric, now=at(now))


def explain_one(ticket: TicketScript, now: int, metric: str = "resolution") -> Explanation:
    (found,) = explain_ticket(ticket, now, metric)
    return found


def parse_length(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def parse_offset(offset: str) -> int:
    hours, minutes, *seconds = (int(part) for part in offset[1:].split(":"))
    return (-1 if offset[0] == "-" else 1) * (hours * 3600 + minutes * 60 + sum(seconds))


def parse_wall_time(day: str, time: str) -> int:
    """Convert local time as it is printed to seconds since 1970, as if it were UTC."""
    time = time if time.count(":") == 2 else f"{time}:00"
    return int(datetime.fromisoformat(f"{day.split()[-1]}T{time}+00:00").timestamp())


def parse_instant(text: str) -> int:
    match = INSTANT.search(text)
    assert match, text
    return parse_wall_time(match[1], match[2]) - parse_offset(match[3])


def find_fact(text: list[str], name: str) -> str:
    return next(line.removeprefix(name).strip() for line in text if line.startswith(name))


def add_up(text: list[str]) -> tuple[int, int, int, int]:
    """Add up the printed lines as a person would: the instant at which they begin, the seconds counted up to the due
    time, the due time, and the seconds counted up to now."""
    begin = (
        find_fact(text, "Counted") if any(line.startswith("Counted ") for line in text) else find_fact(text, "Started")
    )
    match = INSTANT.search(begin)
    assert match
    offset, start = parse_offset(match[3]), parse_instant(begin)
    total, at = 0, start
    due: tuple[int, int] | None = None
    for line in text:
        if line.startswith("  -- due: "):
            assert parse_instant(line) <= at
            due = total, at
        row = ROW.fullmatch(line)
        if row is None:
            continue
        day, opens, changed, until, closes, changes, words = row.groups()
        offset = parse_offset(changed) if changed else offset
        begins = parse_wall_time(day, opens) - offset
        offset = parse_offset(changes) if changes else offset
        ends = parse_wall_time(until or day, closes) - offset
        assert at <= begins < ends
        at = ends
        if added := ADDED.search(words):
            assert 0 < parse_length(added[1]) <= ends - begins
            total += parse_length(added[1])
            assert total == parse_length(added[2])
    return start, *(due or (total, at)), total


def parse_rfc3339(moment: str | None) -> int:
    assert moment is not None
    return int(datetime.fromisoformat(moment).timestamp())


def assert_json_adds_up(explanation: dict[str, Any]) -> None:
    due = explanation["due_at"] or explanation["due_if_resumed_now"]
    total = 0
    for interval in explanation["intervals"]:
        if interval["kind"] in ("working", "running"):
            assert interval["seconds"] == parse_rfc3339(interval["until"]) - parse_rfc3339(interval["since"])
            total += interval["seconds"]
        assert interval["total"] == total
        assert (interval["kind"] == "paused") == (interval["status"] != "")
        assert (interval["kind"] == "holiday") == (interval["note"] != "")
    assert all(before["until"] == after["since"] for before, after in pairwise(explanation["intervals"]))
    assert explanation["sum"]["total"] == total
    for interval in explanation["after_due"]:
        total += interval["seconds"] if interval["kind"] in ("working", "running") else 0
        assert interval["total"] == total
    assert not explanation["after_due"] or total == explanation["used"]
    total = explanation["sum"]["total"]
    if due is None:
        assert explanation["sum"]["parts"] == []
        return
    begin = parse_rfc3339(explanation["counted_from_at"] or explanation["started_at"])
    assert begin + sum(parse_rfc3339(i["until"]) - parse_rfc3339(i["since"]) for i in explanation["intervals"]) == max(
        parse_rfc3339(due), begin
    )
    assert sum(part["seconds"] for part in explanation["sum"]["parts"]) == total
    assert all(part["seconds"] > 0 for part in explanation["sum"]["parts"]) or total == 0
    if explanation["target"]["kind"] in ("open", "elapsed") and not explanation["pinned"]:
        assert explanation["sum"]["parts"][0]["seconds"] == explanation["target"]["seconds"]


@settings(max_examples=examples(100))
@given(ticket_scripts())
def test_text_and_json_add_up_to_the_due_time(script: tuple[TicketScript, int]) -> None:
    ticket, now = script
    clocks = {(clock.metric, clock.cycle): clock for clock in fold_events(ticket.events, compile_version).clocks()}
    found = explain_ticket(ticket, now)
    assert {(explanation.clock.metric, explanation.clock.cycle) for explanation in found} == set(clocks)
    for explanation in found:
        clock = clocks[explanation.clock.metric, explanation.clock.cycle]
        assert explanation.clock == clock
        as_json = json.loads(json.dumps(explanation.to_json()))
        assert as_json["due_at"] is None or parse_rfc3339(as_json["due_at"]) == clock.due_at
        assert_json_adds_up(as_json)
        text = format_lines(explanation)
        start, total, end, used = add_up(text)
        assert any(line.startswith("  -- due: ") for line in text) == bool(explanation.overdue_intervals)
        if explanation.due is None:
            continue
        if explanation.overdue_intervals and explanation.due >= start:
            assert (
                used
                == explanation.used
                == parse_length(find_fact(text, "Sum").partition(" = ")[0]) + max(0, -(explanation.left or 0))
            )
        assert parse_instant(find_fact(text, "Due")) == explanation.due
        assert parse_length(find_fact(text, "Sum").partition(" = ")[0]) == total
        assert (
            sum(parse_length(part) for part in re.findall(r"(?:= | \+ )(\d+:\d\d:\d\d)", find_fact(text, "Sum")))
            == total
        )
        assert end == max(explanation.due, start)


@settings(max_examples=examples(50))
@given(ticket_scripts())
def test_due_if_resumed_now_is_when_it_is_due_once_it_is(script: tuple[TicketScript, int]) -> None:
    ticket, now = script
    now = max(now, *(event.at - START for event in ticket.events))
    resting = [explanation for explanation in explain_ticket(ticket, now) if explanation.clock.state == "paused"]
    ticket.move(now, "working").append("work_started", now)
    for explanation in resting:
        (again,) = build_explanations(
            ticket.events, compile_version, explanation.clock.metric, explanation.clock.cycle, now=at(now)
        )
        assert again.clock.due_at == explanation.due


@settings(max_examples=examples(50))
@given(ticket_scripts())
def test_the_policy_that_matched_is_the_clocks(script: tuple[TicketScript, int]) -> None:
    ticket, now = script
    for explanation in explain_ticket(ticket, now):
        assert [check.policy for check in explanation.checks if check.verdict == "matched"] == [
            explanation.clock.policy
        ]
        assert all(check.fact for check in explanation.checks if check.verdict == "failed")


def test_each_policy_says_the_first_condition_that_failed() -> None:
    explanation = explain_one(TicketScript().register(), 60)
    assert [check.describe() for check in explanation.checks] == [
        "✗ Larch: organisation is none, not larch",
        "✓ Faults",
    ]
    assert explanation.to_json()["policies"][0] == {
        "policy": "vip",
        "label": "Larch",
        "verdict": "failed",
        "fact": "organisation",
        "wanted": ["larch"],
        "found": "none",
    }


def test_policies_after_the_match_are_not_looked_at() -> None:
    explanation = explain_one(TicketScript().register(organisation_key="larch"), 60)
    assert [(check.policy, check.verdict) for check in explanation.checks] == [("vip", "matched"), ("faults", "later")]
    assert "· 1 more after it" in format_lines(explanation)[2]


def test_the_account_names_what_does_not_count() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s1").move(4 * 3600, "waiting", "kim").move(5 * 3600, "parked")
    ticket.move(6 * 3600, "working")
    explanation = explain_one(ticket, 24 * 3600)
    listed = [(interval.kind, interval.note, interval.status, interval.paused_by) for interval in explanation.intervals]
    assert listed[:4] == [
        ("working", "", "", ""),
        ("paused", "", "Waiting", "kim"),
        ("paused", "", "Parked", "sam"),
        ("working", "", "", ""),
    ]


def test_bug_13_every_day_that_is_skipped_is_named() -> None:
    """Six days where four were promised: the feed had holidays that nobody knew of."""
    assert (
        explain_one(TicketScript().register(4 * 86_400, severity="s1"), 5 * 86_400).intervals[3].note == "Founders' Day"
    )
    text = format_lines(explain_one(TicketScript().register(4 * 86_400), 0))
    assert any(line.endswith("holiday: Founders' Day") for line in text)
    week = explain_one(
        TicketScript().register(2 * 3600, severity="s3"), 3 * 3600
    )  # 3 working dates over a weekend and a holiday
    skipped = [interval.note for interval in week.intervals if interval.kind == "holiday"]
    assert (skipped, week.dates) == (["Founders' Day"], (20_766, 20_767, 20_769))


def test_while_it_rests_it_says_when_it_would_be_due() -> None:
    explanation = explain_one(
        TicketScript().register(2 * 3600, severity="s1").move(3 * 3600, "waiting", "kim"), 4 * 3600
    )
    assert (explanation.to_json()["due_at"], explanation.to_json()["due_if_resumed_now"]) == (
        None,
        "2026-11-10T09:00:00Z",
    )
    assert format_lines(explanation)[0] == (
        "Resolution: paused, due Tue 2026-11-10 09:00 UTC+00:00 if resumed now, 1:00:00 used (working time)"
    )
    assert format_lines(explanation)[-1] == "Due       Tue 2026-11-10 09:00 UTC+00:00 if resumed now"


def test_days_are_shown_as_the_calendars() -> None:
    assert (
        find_fact(format_lines(explain_one(TicketScript().register(severity="s1"), 0)), "Target")
        == "2d = 2 × 8:00:00 = 16:00:00 of working time"
    )


def test_a_changed_target_shows_what_was_due_and_what_is() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s1").append("severity_set", 3 * 3600, "lea", severity="s2")
    (event,) = [event for event in explain_one(ticket, 4 * 3600).events if event.kind == "retargeted"]
    assert (event.actor, event.target_before, event.target_after, event.changes) == (
        "lea",
        "2d",
        "1d end of day",
        (("severity", "s1", "s2"),),
    )
    line = find_fact(format_lines(explain_one(ticket, 4 * 3600)), "Changed")
    assert line.startswith(
        "Fri 2026-11-06 09:00 UTC+00:00 by lea: severity s1 → s2; target 2d → 1d end of day, due Mon "
    )


def test_a_due_time_that_a_person_set_says_who_and_why() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s5")
    assert format_lines(explain_one(ticket, 3 * 3600))[0] == (
        "Resolution: has no due time until somebody with the role lead sets one"
    )
    pinned: dict[str, Any] = {"dues.resolution": START + 10 * 3600, "data_reason": "agreed with Kim"}
    explanation = explain_one(ticket.append("due_set", 3 * 3600, "lea", **pinned), 4 * 3600)
    assert [(part.what, part.seconds) for part in explanation.parts] == [("up to the instant that lea set", 8 * 3600)]
    assert "(agreed with Kim)" in find_fact(format_lines(explanation), "Changed")


def test_a_ticket_without_a_sprint_is_unscheduled_and_says_since_when() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s6")
    assert (
        format_lines(explain_one(ticket, 3 * 3600))[0] == "Resolution: unscheduled since Fri 2026-11-06 08:00 UTC+00:00"
    )
    explanation = explain_one(ticket.append("scheduled", 3 * 3600, "lea", sprint="2026-11-16"), 4 * 3600)
    assert explanation.to_json()["due_at"] == "2026-11-30T00:00:00Z"
    assert "sprint none → 2026-11-16" in find_fact(format_lines(explanation), "Changed")


def test_a_missed_target_keeps_its_instant_and_its_waiver() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s1")
    explanation = explain_one(ticket, 3 * 3600, "response")
    assert explanation.breach is not None
    assert find_fact(format_lines(explanation), "Missed") == "Fri 2026-11-06 08:30 UTC+00:00"
    waived: dict[str, Any] = {"data_metric": "response", "data_cycle": 1, "data_reason": "line was down"}
    ticket.append("replied", 3 * 3600, words=True, data_author_kind="agent")
    explanation = explain_one(ticket.append("waived", 4 * 3600, "lea", **waived), 5 * 3600, "response")
    assert format_lines(explanation)[0] == "Response: late by 0:30:00 (working time)"
    assert find_fact(format_lines(explanation), "Missed").endswith(
        "waived Fri 2026-11-06 10:00 UTC+00:00 by lea: line was down"
    )
    assert explanation.to_json()["breach"]["waived"]["by"] == "lea"


def test_a_reopened_ticket_leaves_out_the_time_it_was_closed() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s1").move(3 * 3600, "solved", "kim").move(27 * 3600, "working")
    first, second = explain_ticket(ticket, 28 * 3600, "resolution")
    assert format_lines(first)[0] == "Resolution: met early by 15:00:00 (working time)"
    assert [(i.kind, i.status, i.paused_by) for i in second.intervals if i.kind == "paused"] == [
        ("paused", "Solved", "kim")
    ]
    assert "taken up again" in find_fact(format_lines(second), "Started")


def test_hands_on_work_rests_while_nobody_works() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s5").append("work_started", 3 * 3600)
    ticket.append("work_stopped", 3 * 3600 + 600)
    explanation = explain_one(ticket, 4 * 3600, "effort")
    assert [(i.kind, i.seconds, i.status) for i in explanation.intervals[:3]] == [
        ("paused", 3600, "nobody at work"),
        ("working", 600, ""),
        ("paused", 3000, "nobody at work"),
    ]


def test_a_long_account_has_one_line_a_day_and_its_json_every_interval() -> None:
    explanation = explain_one(TicketScript().register(2 * 3600, severity="s4"), 80 * 86_400, "response")
    text = format_lines(explanation)
    due = next(number for number, line in enumerate(text) if line.startswith("  -- due: "))
    rows = [line for line in text[:due] if ROW.fullmatch(line)]
    assert (len(explanation.to_json()["intervals"]), len(rows)) == (len(explanation.intervals), 42)
    assert len(explanation.intervals) > 80
    assert sum("holiday: Founders' Day" in row for row in rows) == 1
    assert not any("closed" in row for row in rows)
    assert rows[1].split() == ["Mon", "2026-11-09", "08:00", "–", "16:00", "+", "8:00:00", "=", "16:00:00"]


def test_an_absent_clock_says_what_it_is_missing() -> None:
    idea = TicketScript().register(type="idea").events
    assert [check.verdict for check in explain_policies(idea, compile_version)] == ["failed", "failed"]
    assert explain_missing_clock(idea, compile_version) == "No policy of the procedure is for it."
    fault = TicketScript().register(severity="s4").events
    assert explain_missing_clock(fault, compile_version, "update") == (
        "The policy Faults does not promise Update at severity s4 on a single ticket."
    )
    fault = TicketScript().register(severity="s1").events
    assert (
        explain_missing_clock(fault, compile_version, "update")
        == "Its clock has not started: it starts with a reply to the requester."
    )
    with pytest.raises(DeskError, match="There is no metric 'nope': use response"):
        explain_missing_clock(fault, compile_version, "nope")
    exempt = TicketScript().register(exempt="vendor at fault").events
    assert explain_missing_clock(exempt, compile_version).startswith("It is exempt (vendor at fault)")


# -- what kinds of target and of change say --------------------------------------------------------------------------


def test_working_dates_are_numbered() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s3")
    explanation = explain_one(ticket, 3 * 3600)
    assert isinstance(explanation.target, WorkingDates)
    days = explanation.target.dates
    dates = explanation.to_json()["dates"]
    assert [date["number"] for date in dates] == list(range(1, days + 1))
    assert [date["date"] for date in dates][:3] == ["2026-11-09", "2026-11-10", "2026-11-12"]  # the 11th is a holiday
    assert find_fact(format_lines(explanation), "Dates").startswith(
        "1 Mon 2026-11-09, 2 Tue 2026-11-10, 3 Thu 2026-11-12"
    )


def test_a_target_in_sprints_names_the_sprint_and_what_caps_it() -> None:
    explanation = explain_one(TicketScript().register(2 * 3600, severity="s4"), 3 * 3600)
    assert find_fact(format_lines(explanation), "Sprint") == (
        "Mon 2026-11-16 00:00 UTC+00:00 – Mon 2026-11-30 00:00 UTC+00:00; "
        "at most until Fri 2026-11-20 08:00 UTC+00:00: that comes first"
    )
    assert explanation.to_json()["coming"] == {
        "kind": "sprint",
        "starts_at": "2026-11-16T00:00:00Z",
        "ends_at": "2026-11-30T00:00:00Z",
        "at_most": "2026-11-20T08:00:00Z",
    }
    ticket = TicketScript().register(2 * 3600, severity="s6").append("scheduled", 3 * 3600, "lea", sprint="2026-11-16")
    assert find_fact(format_lines(explain_one(ticket, 4 * 3600)), "Sprint") == (
        "Mon 2026-11-16 00:00 UTC+00:00 – Mon 2026-11-30 00:00 UTC+00:00"
    )


def test_an_overdue_clock_goes_on_after_its_due_time_with_its_pauses() -> None:
    explanation = explain_one(
        TicketScript().register(2 * 3600, severity="s2"), 100 * 3600, "response"
    )  # Friday 08:00, 1 h 30
    text = format_lines(explanation)
    at_due = text.index("  -- due: Fri 2026-11-06 09:30 UTC+00:00")
    assert text[at_due + 1].split()[-4:] == ["+", "6:30:00", "=", "8:00:00"]
    assert [line for line in text if line.startswith("  -- ")][-1] == "  -- now: Tue 2026-11-10 10:00 UTC+00:00"
    assert explanation.overdue_intervals[-1].total == explanation.used == 18 * 3600
    assert explanation.left == -(18 * 3600 - 5400)


def test_a_clock_that_rests_and_was_missed_before_says_by_how_much() -> None:
    ticket = (
        TicketScript().register(2 * 3600, severity="s1").move(75 * 3600, "waiting", "kim")
    )  # Monday 09:00, after 9 h
    ticket.move(75 * 3600 + 1, "working").move(100 * 3600, "waiting", "kim")  # Tuesday 10:00, just not 2 h late
    explanation = explain_one(ticket, 130 * 3600)
    assert format_lines(explanation)[0] == "Resolution: paused, 1:59:59 overdue, 17:59:59 used (working time)"
    assert format_lines(explanation)[-1] == "Due       Tue 2026-11-10 08:00:01 UTC+00:00"
    assert explanation.breach is not None
    assert any("paused: Waiting, by kim" in line for line in format_lines(explanation)[-5:])


def test_a_clock_that_was_migrated_says_from_which_edition_to_which() -> None:
    ticket = TicketScript().register(2 * 3600, severity="s1")
    ticket.version = 2
    ticket.append("migrated", 3 * 3600, "ann", data_version=2)
    explanation = explain_one(ticket, 4 * 3600)
    assert "by ann: migrated from edition 1 to 2 of the procedure; due " in find_fact(
        format_lines(explanation), "Changed"
    )
    assert [event.get("editions") for event in explanation.to_json()["history"]][-1] == [1, 2]


def test_a_due_time_set_by_hand_is_told_by_its_label_in_local_time() -> None:
    pinned: dict[str, Any] = {"dues.resolution": START + 10 * 3600, "data_reason": "agreed with Kim"}
    explanation = explain_one(
        TicketScript().register(2 * 3600, severity="s5").append("due_set", 3 * 3600, "lea", **pinned), 4 * 3600
    )
    assert find_fact(format_lines(explanation), "Changed") == (
        "Fri 2026-11-06 09:00 UTC+00:00 by lea: due time of Resolution set by hand; "
        "due – → Fri 2026-11-06 16:00 UTC+00:00 (agreed with Kim)"
    )


def test_a_clock_that_the_receipt_starts_is_not_said_to_wait_for_it() -> None:
    """D-30: "that takes received" on a received ticket. Metrics that promise nothing are left out."""
    fault = TicketScript().register(severity="s4").events
    absent = explain_missing_clock(fault, compile_version)
    assert "receiv" not in absent.removeprefix("Its clock would have started at the receipt")

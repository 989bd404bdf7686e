"""Explanations: text and JSON add up to the due time, and name what a person asks for."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from desk.event_strategies import START, Told, edition, tickets
from deskterm.desk.domain.fold import fold_events
from deskterm.desk.explain.clock_explanation import build_explanations, explain_missing_clock, explain_policies
from deskterm.desk.explain.explanation import Explanation
from deskterm.desk.explain.explanation_text import format_lines
from deskterm.errors import DeskError
from deskterm.sla.target_kinds.working_dates import WorkingDates

SECOND = r"(\d\d:\d\d(?::\d\d)?)(?: UTC([+-][\d:]+))?"
ROW = re.compile(rf"  (\w{{3}} \d{{4}}-\d\d-\d\d) {SECOND} – (?:(\w{{3}} \d{{4}}-\d\d-\d\d) )?{SECOND}\s+(.*)")
INSTANT = re.compile(r"\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) UTC([+-][\d:]+)")
ADDED = re.compile(r"\+ +(\d+:\d\d:\d\d) = +(\d+:\d\d:\d\d)")


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def explained(ticket: Told, now: int, metric: str | None = None) -> list[Explanation]:
    return build_explanations(ticket.events, edition, metric, now=at(now))


def one(ticket: Told, now: int, metric: str = "resolution") -> Explanation:
    (found,) = explained(ticket, now, metric)
    return found


def length(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def behind(offset: str) -> int:
    hours, minutes, *seconds = (int(part) for part in offset[1:].split(":"))
    return (-1 if offset[0] == "-" else 1) * (hours * 3600 + minutes * 60 + sum(seconds))


def wall(day: str, time: str) -> int:
    """Seconds that the wall shows since 1970."""
    time = time if time.count(":") == 2 else f"{time}:00"
    return int(datetime.fromisoformat(f"{day.split()[-1]}T{time}+00:00").timestamp())


def instant(text: str) -> int:
    match = INSTANT.search(text)
    assert match, text
    return wall(match[1], match[2]) - behind(match[3])


def fact(text: list[str], name: str) -> str:
    return next(line.removeprefix(name).strip() for line in text if line.startswith(name))


def added_up(text: list[str]) -> tuple[int, int, int, int]:
    """What a person finds who adds up the printed lines: where they begin, what they count up to the due time, where
    that is, and what they count up to now."""
    begun = fact(text, "Counted") if any(line.startswith("Counted ") for line in text) else fact(text, "Started")
    match = INSTANT.search(begun)
    assert match
    offset, start = behind(match[3]), instant(begun)
    total, at = 0, start
    due: tuple[int, int] | None = None
    for line in text:
        if line.startswith("  -- due: "):
            assert instant(line) <= at
            due = total, at
        row = ROW.fullmatch(line)
        if row is None:
            continue
        day, opens, changed, until, closes, changes, words = row.groups()
        offset = behind(changed) if changed else offset
        begins = wall(day, opens) - offset
        offset = behind(changes) if changes else offset
        ends = wall(until or day, closes) - offset
        assert at <= begins < ends
        at = ends
        if added := ADDED.search(words):
            assert 0 < length(added[1]) <= ends - begins
            total += length(added[1])
            assert total == length(added[2])
    return start, *(due or (total, at)), total


def seconds(moment: str | None) -> int:
    assert moment is not None
    return int(datetime.fromisoformat(moment).timestamp())


def json_adds_up(said: dict[str, Any]) -> None:
    due = said["due_at"] or said["due_if_resumed_now"]
    total = 0
    for interval in said["intervals"]:
        if interval["kind"] in ("working", "running"):
            assert interval["seconds"] == seconds(interval["end"]) - seconds(interval["start"])
            total += interval["seconds"]
        assert interval["total"] == total
        assert (interval["kind"] == "paused") == (interval["status"] != "")
        assert (interval["kind"] == "holiday") == (interval["note"] != "")
    assert all(before["end"] == after["start"] for before, after in pairwise(said["intervals"]))
    assert said["sum"]["total"] == total
    for interval in said["after_due"]:
        total += interval["seconds"] if interval["kind"] in ("working", "running") else 0
        assert interval["total"] == total
    assert not said["after_due"] or total == said["used"]
    total = said["sum"]["total"]
    if due is None:
        assert said["sum"]["parts"] == []
        return
    begin = seconds(said["counted_from"] or said["started_at"])
    assert begin + sum(seconds(i["end"]) - seconds(i["start"]) for i in said["intervals"]) == max(seconds(due), begin)
    assert sum(part["seconds"] for part in said["sum"]["parts"]) == total
    assert all(part["seconds"] > 0 for part in said["sum"]["parts"]) or total == 0
    if said["target"]["kind"] in ("open", "elapsed") and not said["pinned"]:
        assert said["sum"]["parts"][0]["seconds"] == said["target"]["seconds"]


@settings(max_examples=250)
@given(tickets())
def test_text_and_json_add_up_to_the_due_time(told: tuple[Told, int]) -> None:
    ticket, now = told
    clocks = {(clock.metric, clock.cycle): clock for clock in fold_events(ticket.events, edition).clocks()}
    found = explained(ticket, now)
    assert {(why.clock.metric, why.clock.cycle) for why in found} == set(clocks)
    for why in found:
        clock = clocks[why.clock.metric, why.clock.cycle]
        assert why.clock == clock
        said = json.loads(json.dumps(why.to_json()))
        assert said["due_at"] is None or seconds(said["due_at"]) == clock.due_at
        json_adds_up(said)
        text = format_lines(why)
        start, total, end, used = added_up(text)
        assert any(line.startswith("  -- due: ") for line in text) == bool(why.overdue_intervals)
        if why.due is None:
            continue
        if why.overdue_intervals and why.due >= start:
            assert used == why.used == length(fact(text, "Sum").partition(" = ")[0]) + max(0, -(why.left or 0))
        assert instant(fact(text, "Due")) == why.due
        assert length(fact(text, "Sum").partition(" = ")[0]) == total
        assert sum(length(part) for part in re.findall(r"(?:= | \+ )(\d+:\d\d:\d\d)", fact(text, "Sum"))) == total
        assert end == max(why.due, start)


@settings(max_examples=100)
@given(tickets())
def test_due_if_resumed_now_is_when_it_is_due_once_it_is(told: tuple[Told, int]) -> None:
    ticket, now = told
    now = max(now, *(event.at - START for event in ticket.events))
    resting = [why for why in explained(ticket, now) if why.clock.state == "paused"]
    ticket.moved(now, "working").tell("work_started", now)
    for why in resting:
        (again,) = build_explanations(ticket.events, edition, why.clock.metric, why.clock.cycle, now=at(now))
        assert again.clock.due_at == why.due


@settings(max_examples=100)
@given(tickets())
def test_the_policy_that_matched_is_the_clocks(told: tuple[Told, int]) -> None:
    ticket, now = told
    for why in explained(ticket, now):
        assert [check.policy for check in why.checks if check.verdict == "matched"] == [why.clock.policy]
        assert all(check.fact for check in why.checks if check.verdict == "failed")


def test_each_policy_says_the_first_condition_that_failed() -> None:
    why = one(Told().registered(), 60)
    assert [check.describe() for check in why.checks] == ["✗ Larch: organisation is none, not larch", "✓ Faults"]
    assert why.to_json()["policies"][0] == {
        "policy": "vip",
        "label": "Larch",
        "verdict": "failed",
        "fact": "organisation",
        "wanted": ["larch"],
        "found": "none",
    }


def test_policies_after_the_match_are_not_looked_at() -> None:
    why = one(Told().registered(organisation_key="larch"), 60)
    assert [(check.policy, check.verdict) for check in why.checks] == [("vip", "matched"), ("faults", "later")]
    assert "· 1 more after it" in format_lines(why)[2]


def test_the_account_names_what_does_not_count() -> None:
    ticket = Told().registered(2 * 3600, severity="s1").moved(4 * 3600, "waiting", "kim").moved(5 * 3600, "parked")
    ticket.moved(6 * 3600, "working")
    why = one(ticket, 24 * 3600)
    said = [(interval.kind, interval.note, interval.status, interval.paused_by) for interval in why.intervals]
    assert said[:4] == [
        ("working", "", "", ""),
        ("paused", "", "Waiting", "kim"),
        ("paused", "", "Parked", "sam"),
        ("working", "", "", ""),
    ]


def test_bug_13_every_day_that_is_skipped_is_named() -> None:
    """Six days where four were promised: the feed had holidays that nobody knew of."""
    assert one(Told().registered(4 * 86_400, severity="s1"), 5 * 86_400).intervals[3].note == "Founders' Day"
    text = format_lines(one(Told().registered(4 * 86_400), 0))
    assert any(line.endswith("holiday: Founders' Day") for line in text)
    week = one(Told().registered(2 * 3600, severity="s3"), 3 * 3600)  # 3 working dates over a weekend and a holiday
    skipped = [interval.note for interval in week.intervals if interval.kind == "holiday"]
    assert (skipped, week.dates) == (["Founders' Day"], (20_766, 20_767, 20_769))


def test_while_it_rests_it_says_when_it_would_be_due() -> None:
    why = one(Told().registered(2 * 3600, severity="s1").moved(3 * 3600, "waiting", "kim"), 4 * 3600)
    assert (why.to_json()["due_at"], why.to_json()["due_if_resumed_now"]) == (None, "2026-11-10T09:00:00Z")
    assert format_lines(why)[0] == (
        "Resolution: paused, due Tue 2026-11-10 09:00 UTC+00:00 if resumed now, 1:00:00 used (working time)"
    )
    assert format_lines(why)[-1] == "Due       Tue 2026-11-10 09:00 UTC+00:00 if resumed now"


def test_days_are_shown_as_the_calendars() -> None:
    assert (
        fact(format_lines(one(Told().registered(severity="s1"), 0)), "Target")
        == "2d = 2 × 8:00:00 = 16:00:00 of working time"
    )


def test_a_changed_target_shows_what_was_due_and_what_is() -> None:
    ticket = Told().registered(2 * 3600, severity="s1").tell("severity_set", 3 * 3600, "lea", severity="s2")
    (turn,) = [turn for turn in one(ticket, 4 * 3600).events if turn.kind == "retargeted"]
    assert (turn.actor, turn.target_before, turn.target_after, turn.changes) == (
        "lea",
        "2d",
        "1d end of day",
        (("severity", "s1", "s2"),),
    )
    said = fact(format_lines(one(ticket, 4 * 3600)), "Changed")
    assert said.startswith(
        "Fri 2026-11-06 09:00 UTC+00:00 by lea: severity s1 → s2; target 2d → 1d end of day, due Mon "
    )


def test_a_due_time_that_a_person_set_says_who_and_why() -> None:
    ticket = Told().registered(2 * 3600, severity="s5")
    assert format_lines(one(ticket, 3 * 3600))[0] == (
        "Resolution: has no due time until somebody with the role lead sets one"
    )
    pinned: dict[str, Any] = {"dues.resolution": START + 10 * 3600, "data_reason": "agreed with Kim"}
    why = one(ticket.tell("due_set", 3 * 3600, "lea", **pinned), 4 * 3600)
    assert [(part.what, part.seconds) for part in why.parts] == [("up to the instant that lea set", 8 * 3600)]
    assert "(agreed with Kim)" in fact(format_lines(why), "Changed")


def test_a_ticket_without_a_sprint_is_unscheduled_and_says_since_when() -> None:
    ticket = Told().registered(2 * 3600, severity="s6")
    assert format_lines(one(ticket, 3 * 3600))[0] == "Resolution: unscheduled since Fri 2026-11-06 08:00 UTC+00:00"
    why = one(ticket.tell("scheduled", 3 * 3600, "lea", sprint="2026-11-16"), 4 * 3600)
    assert why.to_json()["due_at"] == "2026-11-30T00:00:00Z"
    assert "sprint none → 2026-11-16" in fact(format_lines(why), "Changed")


def test_a_missed_target_keeps_its_instant_and_its_waiver() -> None:
    ticket = Told().registered(2 * 3600, severity="s1")
    why = one(ticket, 3 * 3600, "response")
    assert why.breach is not None
    assert fact(format_lines(why), "Missed") == "Fri 2026-11-06 08:30 UTC+00:00"
    waived: dict[str, Any] = {"data_metric": "response", "data_cycle": 1, "data_reason": "line was down"}
    ticket.tell("replied", 3 * 3600, words=True, data_author_kind="agent")
    why = one(ticket.tell("waived", 4 * 3600, "lea", **waived), 5 * 3600, "response")
    assert format_lines(why)[0] == "Response: late by 0:30:00 (working time)"
    assert fact(format_lines(why), "Missed").endswith("waived Fri 2026-11-06 10:00 UTC+00:00 by lea: line was down")
    assert why.to_json()["breach"]["waived"]["by"] == "lea"


def test_a_reopened_ticket_leaves_out_the_time_it_was_closed() -> None:
    ticket = Told().registered(2 * 3600, severity="s1").moved(3 * 3600, "solved", "kim").moved(27 * 3600, "working")
    first, second = explained(ticket, 28 * 3600, "resolution")
    assert format_lines(first)[0] == "Resolution: met early by 15:00:00 (working time)"
    assert [(i.kind, i.status, i.paused_by) for i in second.intervals if i.kind == "paused"] == [
        ("paused", "Solved", "kim")
    ]
    assert "taken up again" in fact(format_lines(second), "Started")


def test_hands_on_work_rests_while_nobody_works() -> None:
    ticket = Told().registered(2 * 3600, severity="s5").tell("work_started", 3 * 3600)
    ticket.tell("work_stopped", 3 * 3600 + 600)
    why = one(ticket, 4 * 3600, "effort")
    assert [(i.kind, i.seconds, i.status) for i in why.intervals[:3]] == [
        ("paused", 3600, "nobody at work"),
        ("working", 600, ""),
        ("paused", 3000, "nobody at work"),
    ]


def test_a_long_account_has_one_line_a_day_and_its_json_every_interval() -> None:
    why = one(Told().registered(2 * 3600, severity="s4"), 80 * 86_400, "response")
    text = format_lines(why)
    due = next(number for number, line in enumerate(text) if line.startswith("  -- due: "))
    rows = [line for line in text[:due] if ROW.fullmatch(line)]
    assert (len(why.to_json()["intervals"]), len(rows)) == (len(why.intervals), 42)
    assert len(why.intervals) > 80
    assert sum("holiday: Founders' Day" in row for row in rows) == 1
    assert not any("closed" in row for row in rows)
    assert rows[1].split() == ["Mon", "2026-11-09", "08:00", "–", "16:00", "+", "8:00:00", "=", "16:00:00"]


def test_an_absent_clock_says_what_it_is_missing() -> None:
    idea = Told().registered(type="idea").events
    assert [check.verdict for check in explain_policies(idea, edition)] == ["failed", "failed"]
    assert explain_missing_clock(idea, edition) == "No policy of the procedure is for it."
    fault = Told().registered(severity="s4").events
    assert explain_missing_clock(fault, edition, "update") == (
        "The policy Faults does not promise Update at severity s4 on a single ticket."
    )
    fault = Told().registered(severity="s1").events
    assert explain_missing_clock(fault, edition, "update") == "Its clock has not started: that takes agent_reply."
    with pytest.raises(DeskError, match="There is no metric 'nope': use response"):
        explain_missing_clock(fault, edition, "nope")
    exempt = Told().registered(exempt="vendor at fault").events
    assert explain_missing_clock(exempt, edition).startswith("It is exempt (vendor at fault)")


# -- what kinds of target and of change say --------------------------------------------------------------------------


def test_working_dates_are_numbered() -> None:
    ticket = Told().registered(2 * 3600, severity="s3")
    why = one(ticket, 3 * 3600)
    assert isinstance(why.target, WorkingDates)
    days = why.target.dates
    said = why.to_json()["dates"]
    assert [date["number"] for date in said] == list(range(1, days + 1))
    assert [date["date"] for date in said][:3] == ["2026-11-09", "2026-11-10", "2026-11-12"]  # the 11th is a holiday
    assert fact(format_lines(why), "Dates").startswith("1 Mon 2026-11-09, 2 Tue 2026-11-10, 3 Thu 2026-11-12")


def test_a_target_in_sprints_names_the_sprint_and_what_caps_it() -> None:
    why = one(Told().registered(2 * 3600, severity="s4"), 3 * 3600)
    assert fact(format_lines(why), "Sprint") == (
        "Mon 2026-11-16 00:00 UTC+00:00 – Mon 2026-11-30 00:00 UTC+00:00; "
        "at most until Fri 2026-11-20 08:00 UTC+00:00: that comes first"
    )
    assert why.to_json()["coming"] == {
        "kind": "sprint",
        "starts_at": "2026-11-16T00:00:00Z",
        "ends_at": "2026-11-30T00:00:00Z",
        "at_most": "2026-11-20T08:00:00Z",
    }
    ticket = Told().registered(2 * 3600, severity="s6").tell("scheduled", 3 * 3600, "lea", sprint="2026-11-16")
    assert fact(format_lines(one(ticket, 4 * 3600)), "Sprint") == (
        "Mon 2026-11-16 00:00 UTC+00:00 – Mon 2026-11-30 00:00 UTC+00:00"
    )


def test_an_overdue_clock_goes_on_after_its_due_time_with_its_pauses() -> None:
    why = one(Told().registered(2 * 3600, severity="s2"), 100 * 3600, "response")  # Friday 08:00, 1 h 30
    text = format_lines(why)
    at_due = text.index("  -- due: Fri 2026-11-06 09:30 UTC+00:00")
    assert text[at_due + 1].split()[-4:] == ["+", "6:30:00", "=", "8:00:00"]
    assert [line for line in text if line.startswith("  -- ")][-1] == "  -- now: Tue 2026-11-10 10:00 UTC+00:00"
    assert why.overdue_intervals[-1].total == why.used == 18 * 3600
    assert why.left == -(18 * 3600 - 5400)


def test_a_clock_that_rests_and_was_missed_before_says_by_how_much() -> None:
    ticket = Told().registered(2 * 3600, severity="s1").moved(75 * 3600, "waiting", "kim")  # Monday 09:00, after 9 h
    ticket.moved(75 * 3600 + 1, "working").moved(100 * 3600, "waiting", "kim")  # Tuesday 10:00, just not 2 h late
    why = one(ticket, 130 * 3600)
    assert format_lines(why)[0] == "Resolution: paused, 1:59:59 overdue, 17:59:59 used (working time)"
    assert format_lines(why)[-1] == "Due       Tue 2026-11-10 08:00:01 UTC+00:00"
    assert why.breach is not None
    assert any("paused: Waiting, by kim" in line for line in format_lines(why)[-5:])


def test_a_clock_that_was_migrated_says_from_which_edition_to_which() -> None:
    ticket = Told().registered(2 * 3600, severity="s1")
    ticket.version = 2
    ticket.tell("migrated", 3 * 3600, "ann", data_version=2)
    why = one(ticket, 4 * 3600)
    assert "by ann: migrated from edition 1 to 2 of the procedure; due " in fact(format_lines(why), "Changed")
    assert [turn.get("editions") for turn in why.to_json()["history"]][-1] == [1, 2]


def test_a_due_time_set_by_hand_is_told_by_its_label_in_local_time() -> None:
    pinned: dict[str, Any] = {"dues.resolution": START + 10 * 3600, "data_reason": "agreed with Kim"}
    why = one(Told().registered(2 * 3600, severity="s5").tell("due_set", 3 * 3600, "lea", **pinned), 4 * 3600)
    assert fact(format_lines(why), "Changed") == (
        "Fri 2026-11-06 09:00 UTC+00:00 by lea: due time of Resolution set by hand; "
        "due – → Fri 2026-11-06 16:00 UTC+00:00 (agreed with Kim)"
    )

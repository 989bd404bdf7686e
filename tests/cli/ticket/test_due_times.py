"""`deskterm ticket due|waive|snooze|work|transfer|duplicate|split`, `deskterm sla migrate` and `deskterm run`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli_call import Call
from small_desk import SMALL_PROCEDURE

NINE = ("--now", "2026-11-23T09:00")


@pytest.fixture
def ticket(desk: Call) -> Call:
    """A desk with one high fault, received at nine."""
    desk(
        "ticket",
        "new",
        "Login fails",
        "--type",
        "fault",
        "--severity",
        "high",
        "--body",
        "x",
        "--now",
        "2026-11-23T09:00",
    )
    return desk


def clock(call: Call, metric: str) -> dict[str, object]:
    sheet = call("ticket", "show", "1001", "--json", "--now", "2026-11-23T12:00").json
    return next(found for found in sheet["clocks"] if found["metric"] == metric)


def test_a_due_time_is_set_with_a_reason_and_cleared(ticket: Call) -> None:
    at = ("--now", "2026-11-23T09:05")
    assert ticket("ticket", "due", "1001", "resolution", "2026-11-24T10:00", *at).code == 2
    set_ = ticket("ticket", "due", "1001", "resolution", "2026-11-24T10:00", "--reason", "agreed by telephone", *at)
    assert (set_.code, clock(ticket, "resolution")["due_at"]) == (0, "2026-11-24T10:00:00Z")
    cleared = ticket("ticket", "due", "1001", "resolution", "--clear", "--reason", "not any more", *at)
    assert (cleared.code, clock(ticket, "resolution")["due_at"]) == (0, "2026-11-23T13:00:00Z")


def test_a_breach_is_waived_and_stays_on_record(ticket: Call) -> None:
    at = ("--now", "2026-11-23T10:00")
    refused = ticket("ticket", "waive", "1001", "resolution", "--reason", "x", *at)
    assert "has not been missed" in refused.err
    assert ticket("ticket", "waive", "1001", "response", "--reason", "network of the client", *at).code == 0
    assert clock(ticket, "response")["waived"]


def test_a_snoozed_ticket_is_woken_by_the_runner(ticket: Call) -> None:
    assert ticket("ticket", "snooze", "1001", "2026-11-23T11:00", "--now", "2026-11-23T09:05").code == 0
    answer = ticket("run", "--once", "--now", "2026-11-23T11:00")
    assert "taken up again" in answer.out
    assert ticket("run", "--once", "--now", "2026-11-23T11:00").out == ""


def test_work_is_started_and_stopped(ticket: Call) -> None:
    assert ticket("ticket", "work", "1001", "--now", "2026-11-23T09:05").out == "1001: work begun\n"
    assert "at work on 1001 already" in ticket("ticket", "work", "1001", "--now", "2026-11-23T09:06").err
    left = ticket("ticket", "work", "1001", "--stop", "--now", "2026-11-23T09:30").out
    assert left == "1001: work stopped; 25m written down as entry 1\n"


def test_a_duplicate_is_closed_and_its_clocks_cancelled(ticket: Call) -> None:
    ticket("ticket", "new", "Cannot sign in", "--type", "fault", "--now", "2026-11-23T09:10")
    assert ticket("ticket", "duplicate", "1002", "1001", "--now", "2026-11-23T09:20").code == 0
    sheet = ticket("ticket", "show", "1002", "--json", "--now", "2026-11-23T09:20").json
    assert {found["state"] for found in sheet["clocks"]} == {"cancelled"}


def test_a_split_message_becomes_a_ticket_whose_clocks_start_when_it_arrived(ticket: Call) -> None:
    ticket("ticket", "reply", "1001", "And the printer.", "--from-requester", "--now", "2026-11-23T09:30")
    # The miss of the first response came before the message, so it has the number before it
    seq = ticket("ticket", "show", "1001", "--json", "--now", "2026-11-23T10:00").json["messages"][-1]["seq"]
    assert ticket("ticket", "split", "1001", seq, "--subject", "The printer", "--now", "2026-11-23T10:00").code == 0
    sheet = ticket("ticket", "show", "1002", "--json", "--now", "2026-11-23T10:00").json
    assert {found["started_at"] for found in sheet["clocks"]} == {"2026-11-23T09:30:00Z"}


def test_running_clocks_migrate_to_a_new_version_on_command_only(ticket: Call, tmp_path: Path) -> None:
    (tmp_path / "tighter.toml").write_text(SMALL_PROCEDURE.replace('resolution = "4h"', 'resolution = "3h"'))
    at = ("--now", "2026-11-23T09:05")
    assert ticket("procedure", "apply", tmp_path / "tighter.toml", *at).code == 0
    assert clock(ticket, "resolution")["due_at"] == "2026-11-23T13:00:00Z"
    listed = ticket("sla", "migrate", "--dry-run", "--json", *at).json
    assert [(one["metric"], one["old_due_at"], one["new_due_at"]) for one in listed] == [
        ("resolution", "2026-11-23T13:00:00Z", "2026-11-23T12:00:00Z")
    ]
    assert clock(ticket, "resolution")["due_at"] == "2026-11-23T13:00:00Z"
    assert "1 clock moved." in ticket("sla", "migrate", *at).out
    assert clock(ticket, "resolution")["due_at"] == "2026-11-23T12:00:00Z"
    assert ticket("sla", "migrate", *at).out == "0 clocks moved.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("due", "1001", "resolution"),
        ("schedule", "1001"),
        ("snooze", "1001"),
        ("transfer", "1001"),
        ("work", "1001", "--of", "sam"),
        ("due", "1001", "nope", "2026-12-01", "--reason", "x"),
        ("duplicate", "1001", "1001"),
        ("split", "1001", "99"),
    ],
)
def test_wrong_usage_gets_one_sentence(ticket: Call, words: tuple[str, ...]) -> None:
    answer = ticket("ticket", *words, "--now", "2026-11-23T09:05")
    assert answer.code in (1, 2)
    assert answer.err.startswith("deskterm: ")
    assert answer.err.count("\n") == 1


def test_tickets_are_snoozed_for_a_while_or_until_tomorrow(two_tickets: Call) -> None:
    """D-30: `snooze 2h` and `tomorrow` were refused."""
    at = ("--now", "2026-11-23T09:10")
    assert "until Mon 23 Nov 2026 11:10" in two_tickets("ticket", "snooze", 1001, "2h", *at).out
    assert "until Tue 24 Nov 2026 08:00" in two_tickets("ticket", "snooze", 1002, "tomorrow", *at).out
    refused = two_tickets("ticket", "snooze", 1002, "friday", *at)
    assert refused.err == ("deskterm: 'friday' does not say in which week: write 2026-11-20 or 2026-11-27.\n")


def test_a_due_day_needs_its_time(two_tickets: Call) -> None:
    """D-09: the beginning of tomorrow, or its end?"""
    refused = two_tickets("ticket", "due", 1001, "resolution", "tomorrow", "--now", "2026-11-23T09:10")
    assert (refused.code, refused.err) == (
        2, "deskterm: 'tomorrow' has no time of day: write it as tomorrow 17:00.\n"
    )  # fmt: skip


def test_snoozed_tickets_leave_the_lists_until_they_wake(two_tickets: Call) -> None:
    """D-31: they stayed in the queue."""
    at = ("--now", "2026-11-23T09:10")
    assert two_tickets("ticket", "snooze", 1001, "2h", *at).code == 0

    def numbers(*words: str) -> list[int]:
        return [one["number"] for one in two_tickets("ticket", "list", "--json", *words).json]

    assert numbers(*at) == [1002]
    assert numbers("--view", "unassigned", *at) == [1002]
    assert numbers("--view", "snoozed", *at) == [1001]
    later = ("--now", "2026-11-23T11:10")
    assert sorted(numbers(*later)) == [1001, 1002], "it is awake at its instant, without a runner"
    assert numbers("--view", "snoozed", *later) == []


@pytest.mark.law("C-50")
def test_a_list_says_what_it_leaves_out_and_json_is_complete(two_tickets: Call) -> None:
    """C-50: standard output stays data, and standard error says how many rows were left out."""
    at = ("--now", "2026-11-23T09:10")
    cut = two_tickets("ticket", "list", "--limit", 1, *at)
    assert cut.out.count("\n") == 3, "the heading, the heads and a row"
    assert cut.err == "deskterm: 1 of 2 are listed, 1 left out: --all lists all.\n"
    assert two_tickets("ticket", "list", "--all", *at).err == ""
    cut_json = two_tickets("ticket", "list", "--limit", 1, "--json", *at)
    assert (len(cut_json.json), cut_json.err) == (1, cut.err)
    assert len(two_tickets("ticket", "list", "--json", *at).json) == 2
    assert two_tickets("ticket", "list", "--json", "--view", "closed", *at).out == "[]\n"
    assert two_tickets("ticket", "list", "--limit", 1, "--all", *at).code == 2


@pytest.mark.law("C-50")
def test_columns_and_order_of_a_list_are_chosen(two_tickets: Call) -> None:
    """C-50."""
    at = ("--now", "2026-11-23T09:10")
    listed = two_tickets("ticket", "list", "--columns", "subject,number", "--sort", "received", *at).out.splitlines()
    assert listed[1].split() == ["Subject", "#"]
    assert [line.split()[-1] for line in listed[2:]] == ["1002", "1001"]
    for order, expected in (("number", ["1001", "1002"]), ("-subject", ["1002", "1001"])):
        by_column = two_tickets("ticket", "list", "--columns", "number", "--sort", order, *at).out.splitlines()
        assert [line.strip() for line in by_column[2:]] == expected
    refused = two_tickets("ticket", "list", "--columns", "subjct", *at)
    assert (refused.code, "choose from sign, number, left" in refused.err) == (2, True)
    assert two_tickets("ticket", "list", "--sort", "size", *at).code == 2


@pytest.mark.parametrize(
    "words",
    [
        "ticket new x --type fault --requester Kim --received",
        "ticket reply 1001 x --from-requester --received",
        "ticket time 1001 1h --at",
        "sla due --procedure campus-it --start",
    ],
)
def test_an_instant_is_asked_for_alike_everywhere(desk: Call, words: str) -> None:
    """D-09: `--received yesterday` began a clock at midnight, an empty one was answered with a riddle, and `sla due`
    advised a Monday for a Friday."""
    desk("ticket", "new", "S", "--type", "fault", "--requester", "Kim", *NINE)
    at_nine = () if words.startswith("sla") else NINE
    day = desk(*words.split(), "yesterday", *at_nine)
    assert (day.code, day.err) == (2, "deskterm: 'yesterday' has no time of day: write it as yesterday 09:30.\n")
    empty = desk(*words.split(), "", *at_nine)
    assert empty.code == 2
    assert empty.err.startswith("deskterm: There is no instant: write it as 2026-11-23T09:30, "), empty.err
    week = desk(*words.split(), "friday", *at_nine)
    assert week.code == 2
    assert re.match(r"deskterm: 'friday' does not say in which week: write \d{4}-\d\d-\d\d", week.err), week.err

"""`deskterm ticket resolve|close|confirm|reject|reopen|fixed|check|thanks`."""

from __future__ import annotations

import pytest

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00")


def opened(deskterm: Call, procedure: str, kind: str) -> None:
    made = deskterm("init", "--procedure", procedure, "--simulated", *NINE)
    assert made.code == 0, made.err
    ticket = deskterm("ticket", "new", "The form fails", "--type", kind, "--requester", "Kim", "--incomplete", *NINE)
    assert ticket.code == 0, ticket.err


def later(minutes: int) -> tuple[str, str]:
    return "--now", f"2026-11-23T09:{minutes:02}"


@pytest.mark.requirement("S5-12")
def test_what_was_taken_for_thanks_is_listed_and_overruled(deskterm: Call) -> None:
    opened(deskterm, "web-agency", "question")
    deskterm("ticket", "resolve", 1001, "It is done.", *later(1))
    kept = deskterm("ticket", "reply", 1001, "Thank you!", "--from-requester", *later(2))
    assert kept.out == "1001: thanks recorded, it stays closed\n"
    (row,) = deskterm("ticket", "thanks", "--json").json
    assert (row["number"], row["author"], row["body"], row["at"]) == (1001, "Kim", "Thank you!", "2026-11-23T09:02:00Z")
    assert "Thank you!" in deskterm("ticket", "thanks").out
    assert "now Client responded" in deskterm("ticket", "reopen", 1001, *later(5)).out
    assert deskterm("ticket", "thanks", "--json").json == []
    assert [one["who"] for one in deskterm("ticket", "thanks", "--overruled", "--json").json] == ["ann"]


@pytest.mark.requirement("S1-28")
def test_a_checklist_is_shown_and_ticked_off(deskterm: Call) -> None:
    opened(deskterm, "software-vendor", "technical-support")
    ahead = deskterm("ticket", "check", 1001)
    assert "Is it a genuine software issue? (not begun)\n  1. [ ] We can reproduce it" in ahead.out
    assert "with `deskterm ticket check 1001 1 2 3 4 5 6`, and say what it ended in with --outcome" in ahead.out
    done = deskterm("ticket", "check", 1001, 1, 2, "--list", "software-issue", *later(1))
    assert done.out == "1001: Is it a genuine software issue?, 4 left\n"
    shown = deskterm("ticket", "check", 1001).out
    assert "  1. [x] We can reproduce it" in shown
    assert "(not required)" in shown
    (found,) = deskterm("ticket", "check", 1001, "--json").json
    assert found["items"][0]["by"] == "ann"
    assert deskterm("ticket", "check", 1001, 2, "--off", *later(2)).out.endswith("5 left\n")


@pytest.mark.requirement("S2-19")
def test_a_letter_that_lacks_something_is_remarked_on_or_refused(deskterm: Call) -> None:
    opened(deskterm, "campus-it", "issue")
    plain = "ticket", "resolve", 1001, "Fixed.", "--code", "solved", "--attached"  # what is said goes out as it is
    refused = deskterm(*plain, "--strict", *later(1))
    assert (refused.code, "The letter lacks a polite introduction" in refused.err) == (1, True)
    sent = deskterm(*plain, *later(1))
    assert (sent.code, "the letter lacks a polite introduction" in sent.err) == (0, True)
    assert sent.out.startswith("1001: resolved, now Resolved")


@pytest.mark.requirement("S2-19")
def test_a_note_that_goes_out_in_a_letter_is_not_remarked_on(deskterm: Call) -> None:
    opened(deskterm, "campus-it", "issue")
    sent = deskterm("ticket", "resolve", 1001, "Fixed.", "--code", "solved", "--strict", *later(1))
    assert (sent.code, sent.err) == (0, "")


def test_a_ticket_is_resolved_rejected_confirmed_and_reopened(deskterm: Call) -> None:
    opened(deskterm, "software-vendor", "technical-support")
    deskterm("ticket", "set", 1001, "--status", "under-investigation", *later(1))
    mute = deskterm("ticket", "set", 1001, "--status", "awaiting-client-info", *later(2))
    assert "or move it --anyway" in mute.err
    fix = deskterm("ticket", "resolve", 1001, "Use the old form.", "--temporary", *later(3))
    assert fix.out.startswith("1001: a temporary fix given, now Client Sign Off")
    back = deskterm("ticket", "reject", 1001, "No.", "--received", "2026-11-23T09:04", *later(5))
    assert back.out.startswith("1001: not confirmed by the requester, now Under Investigation")
    deskterm("ticket", "resolve", 1001, "Use the older form.", "--temporary", *later(6))
    assert deskterm("ticket", "confirm", 1001, "--channel", "phone", *later(7)).out.startswith("1001: confirmed")
    assert deskterm("ticket", "fixed", 1001, *later(8)).out == "1001: the permanent fix is there\n"
    again = deskterm("ticket", "reopen", 1001, "They called.", *later(9))
    assert again.out.startswith("1001: reopened, now Under Investigation")
    ended = deskterm("ticket", "close", 1001, "withdrawn", *later(10))
    assert ended.out.startswith("1001: Closed/Resolved, withdrawn by the requester")


@pytest.mark.requirement("S4-10")
def test_the_stage_is_shown_with_the_status(deskterm: Call) -> None:
    opened(deskterm, "saas-platform", "guidance")
    deskterm("ticket", "set", 1001, "--status", "triage", *later(1))
    deskterm("ticket", "set", 1001, "--status", "under-review", *later(2))
    assert "Stage Further Investigation" in deskterm("ticket", "show", 1001).out
    assert deskterm("ticket", "show", 1001, "--json").json["stage"] == "further-investigation"

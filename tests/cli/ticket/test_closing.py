"""`deskterm ticket resolve|close|confirm|reject|reopen|fixed|check|thanks`."""

from __future__ import annotations

import pytest

from cli_call import Call

NINE = ("--now", "2026-11-23T09:00")


def open_ticket(deskterm: Call, procedure: str, kind: str) -> None:
    created = deskterm("init", "--procedure", procedure, "--simulated", *NINE)
    assert created.code == 0, created.err
    ticket = deskterm("ticket", "new", "The form fails", "--type", kind, "--requester", "Kim", "--incomplete", *NINE)
    assert ticket.code == 0, ticket.err


def at_minute(minutes: int) -> tuple[str, str]:
    return "--now", f"2026-11-23T09:{minutes:02}"


@pytest.mark.requirement("S5-12")
def test_messages_of_thanks_are_listed_and_overruled(deskterm: Call) -> None:
    open_ticket(deskterm, "web-agency", "question")
    deskterm("ticket", "resolve", 1001, "It is done.", *at_minute(1))
    kept = deskterm("ticket", "reply", 1001, "Thank you!", "--from-requester", *at_minute(2))
    assert kept.out == "1001: thanks recorded, it stays closed\n"
    (row,) = deskterm("ticket", "thanks", "--json").json
    assert (row["number"], row["author"], row["body"], row["at"]) == (1001, "Kim", "Thank you!", "2026-11-23T09:02:00Z")
    assert "Thank you!" in deskterm("ticket", "thanks").out
    assert "now Client responded" in deskterm("ticket", "reopen", 1001, *at_minute(5)).out
    assert deskterm("ticket", "thanks", "--json").json == []
    assert [one["who"] for one in deskterm("ticket", "thanks", "--overruled", "--json").json] == ["ann"]


@pytest.mark.requirement("S5-12")
def test_thanks_with_files_reopen_the_ticket_and_the_history_says_that_files_came(deskterm: Call) -> None:
    """D-18: a file may be the request, so nobody's is left unread."""
    open_ticket(deskterm, "web-agency", "question")
    deskterm("ticket", "resolve", 1001, "It is done.", *at_minute(1))
    refused = deskterm("ticket", "reply", 1001, "Thank you!", "--with-files", *at_minute(2))
    assert refused.code == 2
    reopened = deskterm("ticket", "reply", 1001, "Thank you!", "--from-requester", "--with-files", *at_minute(2))
    assert reopened.out == "1001: message of the requester recorded, which came with files, now Client responded\n"
    assert deskterm("ticket", "thanks", "--json").json == []
    assert "with files" in deskterm("ticket", "show", 1001).out


@pytest.mark.requirement("S1-28")
def test_a_checklist_is_shown_and_ticked_off(deskterm: Call) -> None:
    open_ticket(deskterm, "software-vendor", "technical-support")
    ahead = deskterm("ticket", "check", 1001)
    assert "Is it a genuine software issue? (not begun)\n  1. [ ] We can reproduce it" in ahead.out
    assert (
        "and say what it ended in with `deskterm ticket check 1001 1 2 3 4 5 6 --outcome software-issue`" in ahead.out
    )
    result = deskterm("ticket", "check", 1001, 1, 2, "--list", "software-issue", *at_minute(1))
    assert result.out == "1001: Is it a genuine software issue?, 4 left\n"
    printed = deskterm("ticket", "check", 1001).out
    assert "  1. [x] We can reproduce it" in printed
    assert "(not required)" in printed
    (found,) = deskterm("ticket", "check", 1001, "--json").json
    assert found["items"][0]["by"] == "ann"
    assert deskterm("ticket", "check", 1001, 2, "--off", *at_minute(2)).out.endswith("5 left\n")


@pytest.mark.requirement("S2-19")
def test_an_incomplete_resolution_letter_is_warned_of_or_refused(deskterm: Call) -> None:
    open_ticket(deskterm, "campus-it", "issue")
    plain = "ticket", "resolve", 1001, "Fixed.", "--code", "solved", "--attached"  # what is said goes out as it is
    refused = deskterm(*plain, "--strict", *at_minute(1))
    assert (refused.code, "The letter lacks a polite introduction" in refused.err) == (1, True)
    sent = deskterm(*plain, *at_minute(1))
    assert (sent.code, "the letter lacks a polite introduction" in sent.err) == (0, True)
    assert sent.out.startswith("1001: resolved, now Resolved")


@pytest.mark.requirement("S2-19")
def test_a_resolution_letter_from_a_template_is_complete(deskterm: Call) -> None:
    open_ticket(deskterm, "campus-it", "issue")
    sent = deskterm("ticket", "resolve", 1001, "Fixed.", "--code", "solved", "--strict", *at_minute(1))
    assert (sent.code, "lacks" in sent.err) == (0, False)


def test_a_ticket_is_resolved_rejected_confirmed_and_reopened(deskterm: Call) -> None:
    open_ticket(deskterm, "software-vendor", "technical-support")
    deskterm("ticket", "set", 1001, "--status", "under-investigation", *at_minute(1))
    mute = deskterm("ticket", "set", 1001, "--status", "awaiting-client-info", *at_minute(2))
    assert "or move it anyway (--anyway)." in mute.err
    fix = deskterm("ticket", "resolve", 1001, "Use the old form.", "--temporary", *at_minute(3))
    assert fix.out.startswith("1001: a temporary fix given, now Client Sign Off")
    back = deskterm("ticket", "reject", 1001, "No.", "--received", "2026-11-23T09:04", *at_minute(5))
    assert back.out.startswith("1001: not confirmed by the requester, now Under Investigation")
    deskterm("ticket", "resolve", 1001, "Use the older form.", "--temporary", *at_minute(6))
    assert deskterm("ticket", "confirm", 1001, "--channel", "phone", *at_minute(7)).out.startswith("1001: confirmed")
    assert deskterm("ticket", "fixed", 1001, *at_minute(8)).out == "1001: the permanent fix is there\n"
    again = deskterm("ticket", "reopen", 1001, "They called.", *at_minute(9))
    assert again.out.startswith("1001: reopened, now Under Investigation")
    ended = deskterm("ticket", "close", 1001, "withdrawn", *at_minute(10))
    assert ended.out.startswith("1001: Closed/Resolved, withdrawn by the requester")


@pytest.mark.requirement("S4-10")
def test_the_stage_is_shown_with_the_status(deskterm: Call) -> None:
    open_ticket(deskterm, "saas-platform", "guidance")
    deskterm("ticket", "set", 1001, "--status", "triage", *at_minute(1))
    deskterm("ticket", "set", 1001, "--status", "under-review", *at_minute(2))
    assert "Stage Further Investigation" in deskterm("ticket", "show", 1001).out
    assert deskterm("ticket", "show", 1001, "--json").json["stage"] == "further-investigation"


@pytest.mark.law("C-53")
def test_reasons_are_given_as_an_option_too_and_refusals_name_it(two_tickets: Call) -> None:
    """C-53: some reasons were words, some options, and no refusal said which."""
    at = ("--now", "2026-11-23T09:30")
    for words in (("close", 1001), ("waive", 1001, "resolution"), ("separate", 1001)):
        refused = two_tickets("ticket", *words, *at)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.endswith(" (--reason).\n"), refused.err
    assert two_tickets("ticket", "separate", 1001, "--reason", "another matter", *at).err.count("--reason") == 0
    help_text = two_tickets("ticket", "close", "--help").out
    assert "--reason" in help_text

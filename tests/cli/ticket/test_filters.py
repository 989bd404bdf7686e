"""The filter language on the command line: lists, search, and acts on all tickets that a filter fits."""

from __future__ import annotations

import json

import pytest

from cli_call import Call

AT = ("--now", "2026-11-23T09:20")


def numbers(call: Call, *words: str) -> list[int]:
    answer = call("ticket", "list", *words, "--json", *AT)
    assert answer.code == 0, answer.err
    return [row["number"] for row in answer.json]


@pytest.mark.law("C-12", "C-50")
def test_a_list_takes_a_filter(two_tickets: Call) -> None:
    """Before, `ticket list FILTER` was refused as a word too many."""
    assert two_tickets("ticket", "assign", 1001, "sam", *AT).code == 1  # nobody of that login here
    assert two_tickets("ticket", "assign", 1001, "--to", "ann", *AT).code == 0
    assert two_tickets("ticket", "set", 1002, "--tag", "vpn", "--severity", "high", *AT).code == 0
    assert numbers(two_tickets, "assignee:me") == [1001]
    assert numbers(two_tickets, "assignee:none", "sev:high") == [1002]
    assert numbers(two_tickets, "-tag:vpn") == [1001]
    assert numbers(two_tickets, "--sort", "received", "(tag:vpn or hurts)") == [1002, 1001]
    assert numbers(two_tickets, "sla:<30m") == [1002]
    assert numbers(two_tickets, "created:>=today", "kim") != []
    assert numbers(two_tickets, "created:<today") == []
    assert numbers(two_tickets, "the window") == [1002], "what the shell kept together is a phrase"
    assert numbers(two_tickets, "the things") == []
    assert numbers(two_tickets, "things", "the") == [1002], "words are and-ed, wherever they stand"
    assert "All open · assignee:me · 1" in two_tickets("ticket", "list", "assignee:me", *AT).out


@pytest.mark.law("C-12", "C-50")
def test_a_filter_that_says_what_is_open_lists_closed_tickets_too(two_tickets: Call) -> None:
    assert two_tickets("ticket", "set", 1001, "--status", "solved", *AT).code == 0
    assert numbers(two_tickets, "kim") == [1002]
    assert numbers(two_tickets, "is:closed") == numbers(two_tickets, "status:solved") == [1001]
    assert numbers(two_tickets, "is:closed", "--view", "open") == []
    assert two_tickets("ticket", "search", "kim", "is:open", *AT).code == 0


@pytest.mark.law("C-12")
def test_an_error_is_a_sentence_with_the_nearest_word_and_a_caret(two_tickets: Call) -> None:
    answer = two_tickets("ticket", "list", "kim", "status:wrkin", *AT)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "deskterm: There is no status 'wrkin': did you mean working?\n  kim status:wrkin\n             ^\n"
    )
    assert "There is no option '--stats' here" in two_tickets("ticket", "list", "--", "--stats", *AT[:0]).err


@pytest.mark.law("C-51")
def test_an_act_is_done_on_every_ticket_that_a_filter_fits(two_tickets: Call) -> None:
    """Before, acts took numbers only."""
    assert two_tickets("ticket", "set", "--filter", "door", "--severity", "high", *AT).code == 0
    assert numbers(two_tickets, "sev:high") == [1002]
    answer = two_tickets("ticket", "assign", "--filter", "assignee:none requester:kim", "--to", "ann", "--json", *AT)
    assert [one["number"] for one in answer.json] == [1001, 1002]
    assert sorted(numbers(two_tickets, "assignee:ann")) == [1001, 1002]
    assert two_tickets("ticket", "set", "--filter=sev:high", "--status", "solved", *AT).code == 0
    assert two_tickets("ticket", "note", "--filter", "kim", "Seen", *AT).code == 0, "open ones only"
    assert numbers(two_tickets, "has:note", "--view", "open") == [1001]
    assert numbers(two_tickets, "has:note", "is:closed") == []


@pytest.mark.law("C-51")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--filter", "assignee:nobody-here", "--to", "ann"), 2, "There is no assignee 'nobody-here'"),
        (("--filter", "umbrella", "--to", "ann"), 1, "No open ticket fits 'umbrella'"),
        (("--filter", " ", "--to", "ann"), 2, "--filter is empty"),
        (("--filter",), 2, "--filter needs a filter"),
        (("--filter", "a", "--filter", "b", "--to", "ann"), 2, "Give --filter once"),
        (("1001", "--to", "ann", "ann"), 2, "Name the agent once"),
        (("--filter", "kim", "--to", "ann", "--if-version", "1"), 2, "--if-version is for one ticket"),
    ],
)
def test_an_act_by_a_filter_that_cannot_be_is_refused(
    two_tickets: Call, words: tuple[str, ...], code: int, sentence: str
) -> None:
    answer = two_tickets("ticket", "assign", *words, *AT)
    assert (answer.code, sentence in answer.err) == (code, True), answer.err


@pytest.mark.law("C-51")
def test_the_help_of_an_act_names_the_filter(desk: Call) -> None:
    assert "--filter" in desk("ticket", "close", "--help").out
    assert "--filter" not in desk("ticket", "new", "--help").out


@pytest.mark.law("C-12")
@pytest.mark.parametrize("what", ["tickets", "messages", "events", "clocks"])
def test_an_export_takes_a_filter(two_tickets: Call, what: str) -> None:
    """Before, an export could be narrowed by `--only` alone."""

    def exported(*words: str) -> set[int]:
        answer = two_tickets("export", what, "--format", "jsonl", *words, *AT)
        assert answer.code == 0, answer.err
        rows = [json.loads(line) for line in answer.out.splitlines()]
        return {row["number" if what == "tickets" else "ticket"] for row in rows}

    assert exported() == exported("--filter", " ") == {1001, 1002}
    assert exported("--filter", "door created:today") == {1002}
    assert exported("--filter", "is:closed") == set()
    assert two_tickets("export", what, "--filter", "stats:x", *AT).code == 2


def test_words_with_which_an_agent_opened_a_ticket_are_no_reply(desk: Call) -> None:
    """D-13: they are the agent's where nobody is named who asks."""
    desk("ticket", "new", "S", "--type", "fault", "--body", "The line is dead.", "--now", "2026-11-23T09:00")
    assert desk("ticket", "list", "has:reply", "--json", "--now", "2026-11-23T09:01").json == []
    assert desk("ticket", "reply", "1001", "Yes", "--channel", "phone", "--now", "2026-11-23T09:02").code == 0
    assert len(desk("ticket", "list", "has:reply", "--json", "--now", "2026-11-23T09:03").json) == 1


@pytest.mark.law("C-12")
def test_what_is_escalated_is_found_as_the_wall_counts_it(managed_services: Call) -> None:
    """The wall counted both, and no filter knew them."""
    now = ("--now", "2026-11-23T09:30Z")
    assert managed_services("ticket", "list", "is:escalated", "--json", *now).json == []
    assert managed_services("ticket", "escalate", "1001", "needs a field engineer", *now).code == 0
    assert [row["number"] for row in managed_services("ticket", "list", "is:escalated", "--json", *now).json] == [1001]
    assert managed_services("ticket", "list", "-is:escalated", "--json", *now).json == []


@pytest.mark.law("C-12")
def test_what_is_urgent_goes_by_the_procedure(two_tickets: Call) -> None:
    assert numbers(two_tickets, "is:urgent") == []
    assert two_tickets("ticket", "set", 1002, "--severity", "high", *AT).code == 0
    assert numbers(two_tickets, "is:urgent") == [1002]
    assert numbers(two_tickets, "-is:urgent") == [1001]

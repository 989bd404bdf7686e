"""One command on several tickets."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_call import Call
from deskterm.cli.runtime.several import split_numbers

AT = ("--now", "2026-11-23T09:30")
NUMBERS = st.lists(st.integers(1, 10**9), min_size=1, max_size=5, unique=True)


@given(NUMBERS, st.lists(st.sampled_from(["sam", "25m", "x,1", "7"]), max_size=2), st.booleans())
def test_numbers_are_those_of_the_first_word_whatever_follows(numbers: list[int], words: list[str], mark: bool) -> None:
    first = ",".join(f"#{number}" if mark else str(number) for number in numbers)
    found, kept = split_numbers(["--status", "7", first, *words], {"--status"}, only_numbers=False)
    assert found == tuple(numbers)
    assert kept == ["--status", "7", str(numbers[0]), *words]


@given(NUMBERS)
def test_where_only_numbers_are_taken_they_may_be_words_of_their_own(numbers: list[int]) -> None:
    found, kept = split_numbers(["--tag", "vip", *map(str, numbers)], {"--tag"}, only_numbers=True)
    assert (found, kept) == (tuple(numbers), ["--tag", "vip", str(numbers[0])])


def test_another_word_is_left_to_the_command() -> None:
    assert split_numbers(["one"], (), only_numbers=True) == ((), ["one"])
    assert split_numbers([], (), only_numbers=False) == ((), [])


@pytest.mark.law("C-51")
def test_an_act_takes_several_tickets(two_tickets: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """C-51: every ticket took a call of its own, and `#1001` was no number."""
    given_to = two_tickets("ticket", "assign", "1001,#1002", "ann", *AT)
    assert (given_to.code, given_to.out.count("assigned to ann")) == (0, 2)
    tagged = two_tickets("ticket", "set", 1001, 1002, "--tag", "vip", "--json", *AT)
    assert [one["number"] for one in tagged.json] == [1001, 1002]
    monkeypatch.setattr("sys.stdin", io.StringIO("Both the same."))
    assert two_tickets("ticket", "note", "1001,1002", *AT).code == 0
    for number in (1001, 1002):
        shown = two_tickets("ticket", "show", number, "--json", *AT).json
        assert shown["messages"][-1]["body"] == "Both the same."
    assert two_tickets("ticket", "set", "#1001", "--untag", "vip", *AT).out.startswith("1001")
    # Also where a second ticket is named, and behind an option
    assert two_tickets("ticket", "attach", "#1002", "#1001", *AT).out.startswith("1002 attached to incident 1001")
    assert two_tickets("ticket", "duplicate", 1002, "x", *AT).err == (
        "deskterm: ORIGINAL is a number: write it in digits, such as 1001. Try `deskterm ticket duplicate --help`.\n"
    )


def test_what_is_refused_is_named_and_keeps_no_other_back(two_tickets: Call) -> None:
    assert two_tickets("ticket", "set", 1001, "--status", "working", *AT).code == 0
    answer = two_tickets("ticket", "set", "1001,1002,1003", "--status", "working", *AT)
    assert (answer.code, answer.out.count("New → Working on it")) == (1, 1)
    lines = answer.err.splitlines()
    assert lines[0] == "deskterm: 1001: The ticket is Working on it already."
    assert lines[1].startswith("deskterm: 1003: ")
    assert lines[2] == "deskterm: 1 of 3 tickets done."
    as_json = two_tickets("ticket", "set", "1001,1002", "--status", "working", "--json", *AT)
    assert [one["number"] for one in as_json.json if "error" in one] == [1001, 1002]
    assert two_tickets("ticket", "set", "1001,1002", "--if-version", 1, "--tag", "x", *AT).code == 2
    assert two_tickets("ticket", "assign", "1001,1002", *AT).code == 2, "no right use of it for any"

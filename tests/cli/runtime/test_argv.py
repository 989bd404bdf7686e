"""The words of a call: global options, words that begin with a dash, and numbers out of range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_call import Call, every_command
from deskterm.cli.runtime.argv import VALUED_OPTIONS, parse, protect_dashed_arguments

NINE = ("--now", "2026-11-23T09:00")


def test_words_and_durations_that_begin_with_a_dash_are_arguments(desk: Call) -> None:
    assert desk("ticket", "new", "-5 degrees", "--body", "- one\n- two", "--type", "fault", *NINE).code == 0
    assert desk("ticket", "note", 1001, "-1 item", "--json", *NINE).json["summary"] == "1001 noted"
    assert desk("ticket", "note", 1001, *NINE, "--", "-hello").code == 0
    printed = desk("ticket", "show", 1001, *NINE).out
    assert all(words in printed for words in ("-5 degrees", "  - two\n", "  -1 item\n", "  -hello\n"))
    refused = desk("ticket", "time", 1001, "-25m", *NINE)
    assert (refused.code, refused.err) == (
        2,
        "deskterm: '-25m' is no time of work: write it as 25m, 1h30m or 1.5h.\n",
    )


def test_an_unknown_short_option_is_refused_with_advice(desk: Call) -> None:
    refused = desk("ticket", "note", 1001, "-x", *NINE)
    assert (refused.code, "words that begin with a dash go behind --" in refused.err) == (2, True)


WORD = st.one_of(
    st.sampled_from(
        ["-1 item", "-25m", "-", "--json", "--if-version", "7", "plain", "--", "--reason=a b", "-- b", "--debug"]
    ),
    st.sampled_from([*VALUED_OPTIONS, "--as=sam", "--now=", "--database=x=y", "--asleep=1"]),
    st.text(max_size=6),
)
WORDS = st.lists(WORD, max_size=8)


@given(WORDS)
def test_sorting_loses_no_word_and_keeps_the_order(words: list[str]) -> None:
    found = parse(words)
    assert sorted([*found.options, *found.command]) == sorted(words)
    for part in (found.command, found.options):
        rest = iter(words)
        assert all(word in rest for word in part)


@given(WORDS)
def test_sorted_words_sort_the_same_again(words: list[str]) -> None:
    found = parse(words)
    if found.complete:
        assert parse(found.words) == found


@given(WORDS, st.lists(WORD, max_size=3))
def test_words_after_two_dashes_belong_to_the_command(words: list[str], behind: list[str]) -> None:
    found = parse(words)
    if found.complete and "--" not in words:
        assert parse([*words, "--", *behind]) == found._replace(command=[*found.command, "--", *behind])


@given(
    st.lists(WORD.filter(lambda word: word not in (*VALUED_OPTIONS, "--")), max_size=6),
    st.sampled_from(VALUED_OPTIONS),
    st.text(),
    st.integers(0, 6),
    st.booleans(),
)
def test_a_global_option_is_the_same_wherever_it_is_written(
    words: list[str], name: str, value: str, place: int, joined: bool
) -> None:
    option = [f"{name}={value}"] if joined else [name, value]
    moved = parse([*words[:place], *option, *words[place:]])
    first, last = parse([*option, *words]), parse([*words, *option])
    assert moved.command == first.command == last.command == parse(words).command
    assert last.values[name] == value
    assert moved.debug == first.debug == last.debug


@given(st.lists(st.tuples(st.sampled_from(VALUED_OPTIONS), st.text()), max_size=4), WORDS)
def test_a_call_opens_the_console_if_it_says_only_where_as_whom_and_when(
    options: list[tuple[str, str]], more: list[str]
) -> None:
    words = [word for option in options for word in option]
    assert parse(words).opens_console
    assert parse(words).values == dict(options)
    others = [word for word in more if word.partition("=")[0] not in VALUED_OPTIONS]
    assert parse([*words, *others]).opens_console is not bool(others)
    assert not parse([*words, VALUED_OPTIONS[0]]).opens_console


@pytest.mark.parametrize("words", [["ticket", "\udcff"], ["--as", "\ud800"], ["a\udfffb"]])
def test_words_that_are_not_utf_8_are_detected(words: list[str]) -> None:
    assert parse(["ticket", "\t\x1b", "Ä", "🖨"]).is_text
    assert not parse(words).is_text


@given(WORDS)
def test_sheltering_loses_no_word(words: list[str]) -> None:
    found = protect_dashed_arguments(words, {"--if-version"})
    assert sorted(word for word in found if word != "--") == sorted(word for word in words if word != "--") or (
        "--" in words
    )


@given(WORDS)
def test_sheltered_words_stay_as_they_are(words: list[str]) -> None:
    found = protect_dashed_arguments(words, ())
    assert protect_dashed_arguments(found, ()) == found


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63])
def test_a_number_that_no_store_can_hold_is_wrong_usage(desk: Call, number: int) -> None:
    assert desk("ticket", "new", "Printer", "--type", "fault", *NINE).code == 0
    for words in (
        ("ticket", "show", number),
        ("ticket", "prioritise", 1001, "high", "--because", "x", "--affected", number),
        ("ticket", "note", 1001, "x", "--if-version", number),
        ("ticket", "split", 1001, number),
        ("ticket", "check", 1001, number),
        ("ticket", "waive", 1001, "response", "--cycle", number),
        ("ticket", "feedback", 1001, "--score", number),
        ("ticket", "time", 1001, f"{number}h"),
        ("audit", "verify", "--ticket", number),
        ("sla", "list", "--due-within", f"{number}h"),
    ):
        refused = desk(*words, *NINE)
        assert (refused.code, refused.out) == (2, ""), words
        assert refused.err.startswith("deskterm: ")
        assert "unexpected" not in refused.err


def test_every_number_that_a_command_takes_has_its_bounds() -> None:
    boundless = [
        f"{' '.join(path)} {parameter.name}"
        for path, command in every_command()
        for parameter in command.params
        if parameter.type_descriptor.annotation in (int, float) and None in (parameter.min, parameter.max)
    ]
    assert boundless == []


def test_more_than_a_month_of_work_at_once_is_refused_as_such(desk: Call) -> None:
    assert desk("ticket", "new", "Printer", "--type", "fault", *NINE).code == 0
    assert "it is more than a month, so write it down day by day" in desk("ticket", "time", 1001, "800h", *NINE).err

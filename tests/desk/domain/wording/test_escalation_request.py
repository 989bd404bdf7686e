"""Requests for an escalation, on sentences that were labelled by hand (D-06)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.domain.wording.escalation_request import asks_for_escalation

CASES = Path(__file__).parents[3] / "cases"
PHRASES = ("escalate", "escalated", "escalation", "Customer Excellence Manager")
MIN_CASES = 200
MIN_LANGUAGES = 7
MIN_SPECIFICITY = 0.97
"""The share of the other sentences in a set that must open nothing; none of the requests may be overlooked."""


def load_cases(name: str) -> list[dict[str, Any]]:
    return list(json.loads((CASES / f"{name}.json").read_text(encoding="utf-8")))


def asks(text: str) -> bool:
    return asks_for_escalation(text, PHRASES, ("Kim Doe",))


@pytest.mark.requirement("S1-34")
@pytest.mark.parametrize("name", ["escalation_requests", "escalation_requests_held_out"])
def test_every_request_of_the_labelled_sentences_is_found_and_next_to_nothing_else(name: str) -> None:
    """The second set was written before the words, and is only measured."""
    rows = load_cases(name)
    assert [row["body"] for row in rows if row["asks"] and not asks(row["body"])] == []
    others = [row["body"] for row in rows if not row["asks"]]
    assert len([body for body in others if not asks(body)]) >= MIN_SPECIFICITY * len(others)


def test_the_labelled_sentences_are_many_and_in_seven_languages() -> None:
    rows = [*load_cases("escalation_requests"), *load_cases("escalation_requests_held_out")]
    assert len({row["body"] for row in rows}) >= MIN_CASES
    assert len({row["language"] for row in rows}) >= MIN_LANGUAGES


@pytest.mark.requirement("S1-34")
@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("I would like an escalation.", True),
        ("customer  excellence\tmanager!", True),
        ("De-escalated? No: escalated.", True),
        ("The escalators stand still.", False),
        ("All fine.\n> please escalate", False),
        ("Thanks\nOn Mon, 23 Nov 2026 at 09:00, Sam wrote:\nshall we escalate?", False),
        ("Bitte\n-----Original Message-----\nescalate", False),
        ("On the phone you said:\nescalate it here", True),
        ("There is no need at all, as we are quite happy with how it is being done, to\nescalate anything", True),
        ("We have seen the picture and it is fine, so there is surely no need to\nescalate this", False),
        # "Do" is Portuguese too: two languages were as likely as each other, and one of them saw no request
        ("Do not escalate.\n\nCould someone escalate this today?", True),
        ("", False),
    ],
)
def test_only_whole_words_outside_quotations_ask_for_escalation(words: str, asked: bool) -> None:
    assert asks(words) is asked


@given(st.sampled_from([row for row in load_cases("escalation_requests") if row["asks"]]), st.data())
def test_a_request_below_or_above_other_words_of_its_language_is_found(
    row: dict[str, Any], data: st.DataObject
) -> None:
    others = [
        other["body"]
        for other in load_cases("escalation_requests")
        if other["language"] == row["language"] and not other["asks"] and "\n" not in other["body"]
    ]
    other = data.draw(st.sampled_from(others))
    assert asks(f"{other}\n\n{row['body']}")
    assert asks(f"{row['body']}\n\n{other}")


def test_phrases_of_a_procedure_ask_where_the_common_words_do_not_count() -> None:
    assert asks_for_escalation("Please fetch the foreman", ("fetch the foreman",), by_common_words=False)
    assert not asks_for_escalation("No need to fetch the foreman", ("fetch the foreman",), by_common_words=False)
    assert not asks_for_escalation("Please escalate", ("fetch the foreman",), by_common_words=False)


PIECES = st.sampled_from(
    ["escalate", "no ", "need to ", "please ", "eskalieren", "\n", "\r", ",", ".", "?", "-", "\"", "“", ">",
     "On 1 wrote:", "Kim Doe", "(", "\u200b", "\ud800", "\x00", "de-escalat", "From:", "é", "ﷺ"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)), st.integers(1, 400))
def test_any_text_is_judged_without_an_error(text: str, times: int) -> None:
    for body in (text, text * times):
        asks_for_escalation(body, PHRASES, (text[:50],))


@pytest.mark.parametrize(
    "piece", ["-", "_", " ", '"', '"a ', ",", "no ", "escalate ", "no escalate ", "On ", ":", "de-", "(", "\n", "a\n"]
)
def test_a_long_row_of_one_sign_is_judged_without_an_error(piece: str) -> None:
    for body in (piece * 60_000, f"{piece * 20_000}escalate", f"no {piece * 20_000}"):
        asks_for_escalation(body, PHRASES)

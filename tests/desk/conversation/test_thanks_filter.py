"""The thanks filter, on a set of replies that were labelled by hand."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.conversation.thanks_filter import is_only_thanks
from procedure_story import shipped

CASES = Path(__file__).parents[2] / "cases/thanks.json"
NAMES = ("Kim Doe", "Larch Ltd", "Ann")
MIN_CASES = 300
MIN_PRECISION = 1.0
MIN_RECALL = 0.85
"""The share of the thanks in the set that must be recognised; a person reads the others."""


@cache
def load_cases(label: str) -> list[tuple[str, str]]:
    rows = json.loads(CASES.read_text(encoding="utf-8"))
    return [(row["language"], row["body"]) for row in rows if row["says"] == label]


def is_thanks(body: str) -> bool:
    return is_only_thanks(body, shipped("web-agency").definition.closing, people=NAMES)


@pytest.mark.requirement("S5-12")
def test_no_request_of_the_labelled_replies_is_taken_for_thanks(capsys: pytest.CaptureFixture[str]) -> None:
    requests, thanks = load_cases("request"), load_cases("thanks")
    missed_requests = [body for _, body in requests if is_thanks(body)]
    recognised = [body for _, body in thanks if is_thanks(body)]
    precision = len(recognised) / (len(recognised) + len(missed_requests))
    with capsys.disabled():
        languages = len({language for language, _ in requests + thanks})
        print(
            f"\nthanks gate: {len(requests) + len(thanks)} replies in {languages} languages;"
            f" requests found {len(requests) - len(missed_requests)} of {len(requests)}"
            f" (recall {1 - len(missed_requests) / len(requests):.1%}), thanks known {len(recognised)} of {len(thanks)}"
            f" (recall {len(recognised) / len(thanks):.1%}), precision of thanks {precision:.1%}"
        )
    assert len(requests) + len(thanks) >= MIN_CASES
    assert missed_requests == []
    assert precision >= MIN_PRECISION
    assert len(recognised) >= MIN_RECALL * len(thanks)


@pytest.mark.requirement("S5-12")
def test_thanks_before_or_after_a_request_do_not_hide_it() -> None:
    polite = [body for _, body in load_cases("thanks") if ">" not in body and is_thanks(body)]
    quoting = (">", "-----", "On Mon")
    requests = [body for _, body in load_cases("request") if not any(sign in body for sign in quoting)]
    missed = [
        (first, second)
        for first_text, second_text in product(polite[::4], requests)
        if not is_thanks(second_text)
        for first, second in ((first_text, second_text), (second_text, first_text))
        if is_thanks(f"{first}\n{second}") and _is_more_than_a_greeting(second_text)
    ]
    assert missed == []


def _is_more_than_a_greeting(request: str) -> bool:
    """Greetings and signatures alone are requests only because there is no thanks in them."""
    return request not in (
        "ok",
        "Hi Ann",
        "Kim Doe\nLarch Ltd",
        "Kind regards\nKim Doe",
        "Mit freundlichen Grüßen\nKim Doe",
    )


@given(st.text(max_size=60))
def test_a_message_with_a_question_mark_a_digit_or_a_link_is_never_only_thanks(text: str) -> None:
    for sign in ("?", "7", "https://larch.example", "…", "me@larch.example"):
        assert not is_thanks(f"Thank you {text} {sign}")


@given(st.text(alphabet=st.characters(categories=("Ll", "Lu", "Lo")), min_size=1, max_size=20))
def test_a_message_with_an_unknown_word_is_never_only_thanks(word: str) -> None:
    closing = shipped("web-agency").definition.closing
    recognised = {part for texts in (closing.thanks, closing.courtesies) for text in texts.values() for part in text}
    if not any(word.casefold() in text.casefold() for text in recognised) and word.casefold() not in ("kim", "doe"):
        assert not is_thanks(f"Thank you, {word}.")


def test_a_message_with_an_attachment_is_never_only_thanks() -> None:
    closing = shipped("web-agency").definition.closing
    assert is_only_thanks("Thank you!", closing)
    assert not is_only_thanks("Thank you!", closing, attachments=True)


def test_a_procedure_without_phrases_of_thanks_recognises_none() -> None:
    assert not is_only_thanks("Thank you!", shipped("saas-platform").definition.closing)


def test_an_initial_is_no_name_that_thanks_may_have_beside_them() -> None:
    closing = shipped("web-agency").definition.closing
    assert is_only_thanks("Thank you, Doe", closing, people=("K Doe",))
    assert not is_only_thanks("Thank you, K", closing, people=("K Doe",))

"""What is mere thanks and what is a request, on a set of replies that were labelled by hand."""

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
LABELLED = 300
PRECISION = 1.0
FOUND_THANKS = 0.85
"""Of the thanks in the set, at least so many are known for what they are; the others a person reads."""


@cache
def cases(says: str) -> list[tuple[str, str]]:
    rows = json.loads(CASES.read_text(encoding="utf-8"))
    return [(row["language"], row["body"]) for row in rows if row["says"] == says]


def thanks(body: str) -> bool:
    return is_only_thanks(body, shipped("web-agency").definition.closing, people=NAMES)


@pytest.mark.requirement("S5-12")
def test_no_request_of_the_labelled_replies_is_taken_for_thanks(capsys: pytest.CaptureFixture[str]) -> None:
    requests, grateful = cases("request"), cases("thanks")
    swallowed = [body for _, body in requests if thanks(body)]
    known = [body for _, body in grateful if thanks(body)]
    precision = len(known) / (len(known) + len(swallowed))
    with capsys.disabled():
        languages = len({language for language, _ in requests + grateful})
        print(
            f"\nthanks gate: {len(requests) + len(grateful)} replies in {languages} languages;"
            f" requests found {len(requests) - len(swallowed)} of {len(requests)}"
            f" (recall {1 - len(swallowed) / len(requests):.1%}), thanks known {len(known)} of {len(grateful)}"
            f" (recall {len(known) / len(grateful):.1%}), precision of thanks {precision:.1%}"
        )
    assert len(requests) + len(grateful) >= LABELLED
    assert swallowed == []
    assert precision >= PRECISION
    assert len(known) >= FOUND_THANKS * len(grateful)


@pytest.mark.requirement("S5-12")
def test_thanks_before_or_after_a_request_do_not_hide_it() -> None:
    polite = [body for _, body in cases("thanks") if ">" not in body and thanks(body)]
    quoting = (">", "-----", "On Mon")
    requests = [body for _, body in cases("request") if not any(sign in body for sign in quoting)]
    hidden = [
        (first, second)
        for one, other in product(polite[::4], requests)
        if not thanks(other)
        for first, second in ((one, other), (other, one))
        if thanks(f"{first}\n{second}") and _says_something(other)
    ]
    assert hidden == []


def _says_something(request: str) -> bool:
    """Greetings and signatures alone are requests only because there is no thanks in them."""
    return request not in (
        "ok",
        "Hi Ann",
        "Kim Doe\nLarch Ltd",
        "Kind regards\nKim Doe",
        "Mit freundlichen Grüßen\nKim Doe",
    )


@given(st.text(max_size=60))
def test_a_question_mark_a_digit_or_a_link_is_never_mere_thanks(words: str) -> None:
    for sign in ("?", "7", "https://larch.example", "…", "me@larch.example"):
        assert not thanks(f"Thank you {words} {sign}")


@given(st.text(alphabet=st.characters(categories=("Ll", "Lu", "Lo")), min_size=1, max_size=20))
def test_an_unknown_word_beside_the_thanks_is_for_a_person_to_read(word: str) -> None:
    closing = shipped("web-agency").definition.closing
    known = {part for texts in (closing.thanks, closing.courtesies) for text in texts.values() for part in text}
    if not any(word.casefold() in text.casefold() for text in known) and word.casefold() not in ("kim", "doe"):
        assert not thanks(f"Thank you, {word}.")


def test_what_comes_with_a_file_is_never_mere_thanks() -> None:
    closing = shipped("web-agency").definition.closing
    assert is_only_thanks("Thank you!", closing)
    assert not is_only_thanks("Thank you!", closing, attachments=True)


def test_a_procedure_without_words_of_thanks_knows_none() -> None:
    assert not is_only_thanks("Thank you!", shipped("saas-platform").definition.closing)

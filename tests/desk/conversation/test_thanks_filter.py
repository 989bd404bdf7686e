"""The thanks filter, on a set of replies that were labelled by hand."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.desk.conversation.thanks_filter import is_only_thanks, may_be_thanks
from deskterm.desk.conversation.thanks_phrases import load_phrases
from deskterm.desk.domain.wording.signature import load_signature_words
from deskterm.desk.domain.wording.tokens import normalise, tokenise
from deskterm.procedure.schema import Closing
from procedure_story import shipped

CASES = Path(__file__).parents[2] / "cases"
NAMES = ("Kim Doe", "Larch Ltd", "Ann")
MIN_CASES = 300
MIN_PRECISION = 1.0
MIN_RECALL = 0.95
"""The share of the thanks in the set that must be recognised; a person reads the others."""


MIN_LANGUAGES = 20


@cache
def load_cases(label: str, name: str = "thanks") -> list[tuple[str, str]]:
    rows = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return [(row["language"], row["body"]) for row in rows if row["says"] == label]


def is_thanks(body: str) -> bool:
    return is_only_thanks(body, shipped("web-agency").definition.closing, people=NAMES)


@pytest.mark.requirement("S5-12")
@pytest.mark.parametrize("name", ["thanks", "thanks_held_out"])
def test_no_request_of_the_labelled_replies_is_taken_for_thanks(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """D-18: the second set was written before the phrases, and is only measured."""
    requests, thanks = load_cases("request", name), load_cases("thanks", name)
    missed_requests = [body for _, body in requests if is_thanks(body)]
    recognised = [body for _, body in thanks if is_thanks(body)]
    languages = len({language for language, _ in requests + thanks})
    with capsys.disabled():
        print(
            f"\nthanks gate, {name}: {len(requests) + len(thanks)} replies in {languages} languages;"
            f" requests found {len(requests) - len(missed_requests)} of {len(requests)},"
            f" thanks known {len(recognised)} of {len(thanks)} ({len(recognised) / len(thanks):.1%})"
        )
    assert missed_requests == []
    assert len(recognised) >= MIN_RECALL * len(thanks)


def test_the_labelled_replies_are_many_and_in_many_languages() -> None:
    replies = [row for name in ("thanks", "thanks_held_out") for label in ("request", "thanks")
               for row in load_cases(label, name)]  # fmt: skip
    assert len(replies) >= MIN_CASES
    assert len({language for language, _ in replies}) >= MIN_LANGUAGES


SIGNATURE = "Kim Doe\nMarketing Manager, Larch Ltd\nT: +44 20 7946 0123\nkim@larch.example"


@pytest.mark.requirement("S5-12")
@pytest.mark.parametrize(
    ("body", "only_thanks"),
    [
        (f"Thank you!\n\n{SIGNATURE}", True),
        (f"Thank you!\n\n--\n{SIGNATURE}", True),
        ("Thank you!\n\nPriya Raman\nHead of Sales", True),
        ("Thank you!\n\nHead of Sales", False),
        ("Thank you!\n+44 20 7946 0123", False),
        (f"{SIGNATURE}\nThank you!", False),
        (f"Thank you!\n\n{SIGNATURE}\nPlease ring me", False),
        (f"Thank you!\nPlease ring me\n{SIGNATURE}", False),
        ("Thank you!\nPRIYA NEEDS IT NOW", False),
        ("Thank you!\n\nKim\nlarch.example/broken", False),
    ],
)
def test_a_signature_is_passed_over_only_below_a_name_and_as_far_as_it_is_one(body: str, only_thanks: bool) -> None:
    assert is_thanks(body) is only_thanks


PIECES = st.sampled_from(
    ["thanks", "tack", "ありがとう", "धन्यवाद", "\n", "\r", " ", "-", "--", "_", ":", ">", "On 1 wrote:", "Kim",
     "T: +44 ", "(", "٣", "a.", "@", "\u200b", "\ud800", "\x00", "👍🏽", "ﷺ", ";)"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)), st.integers(1, 400))
def test_any_text_is_judged_without_an_error(text: str, times: int) -> None:
    closing = shipped("web-agency").definition.closing
    for body in (text, text * times):
        may_be_thanks(body, closing)
        is_only_thanks(body, closing, people=(*NAMES, text[:50]), sent_texts=(text,))


@pytest.mark.parametrize(
    "piece", ["-", "_", " ", "-x", "- ", "On ", ":", "(1", "a.", "a-", "Kim ", "T:", "ok ", ">\n", "۱", "謝"]
)
def test_a_long_row_of_one_sign_is_judged_without_an_error(piece: str) -> None:
    closing = shipped("web-agency").definition.closing
    for body in (piece * 60_000, f"thanks\n{piece * 1400}x", f"thanks\nKim\n{piece * 700}x"):
        may_be_thanks(body, closing)
        is_only_thanks(body, closing, people=NAMES)


@pytest.mark.requirement("S5-12")
def test_thanks_before_or_after_a_request_do_not_hide_it() -> None:
    polite = [body for _, body in load_cases("thanks") if ">" not in body and is_thanks(body)]
    quoting = (">", "-----", "On Mon")
    requests = [body for _, body in load_cases("request") if not any(sign in body for sign in quoting)]
    missed = [
        (first, second)
        for first_text, second_text in product(polite[::12], requests)
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
    known = {token for language in load_phrases(closing).languages for token in language.tokens}
    names = load_signature_words()["given_names"] | {"kim", "doe", "ann", "larch", "ltd"}
    if not known.union(names).issuperset(tokenise(normalise(word))):
        assert not is_thanks(f"Thank you, {word}.")


def test_a_message_with_an_attachment_is_never_only_thanks() -> None:
    closing = shipped("web-agency").definition.closing
    assert is_only_thanks("Thank you!", closing)
    assert not is_only_thanks("Thank you!", closing, attachments=True)


def test_a_procedure_that_reopens_for_thanks_recognises_none() -> None:
    assert not is_only_thanks("Thank you!", shipped("software-vendor").definition.closing)


def test_a_procedure_that_keeps_closed_for_thanks_needs_no_phrases_of_its_own_and_may_add_some() -> None:
    closing = Closing(thanks_keeps_closed=True, thanks={"en": ("ripper",)}, courtesies={"en": ("mate",)})
    assert is_only_thanks("Thanks!", Closing(thanks_keeps_closed=True))
    assert is_only_thanks("Ripper, mate", closing)
    assert not is_only_thanks("Ripper, mate", Closing(thanks_keeps_closed=True))


def test_an_initial_is_no_name_that_thanks_may_have_beside_them() -> None:
    closing = shipped("web-agency").definition.closing
    assert is_only_thanks("Thank you, Doe", closing, people=("K Doe",))
    assert is_only_thanks("Thank you, Bo", closing, people=("Bo Doe",))
    assert not is_only_thanks("Thank you, K", closing, people=("K Doe",))

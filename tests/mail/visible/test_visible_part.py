"""The part of a reply that is new: what folds, what never does, and that nothing is lost (M-20)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskterm.mail.visible.visible_part import Fold, find_visible

LETTER = """Hello Kim,

please switch the label printer off and on again, and send us the number on its back.
It stands below the bar code, and begins with LP.

Sam Rivers
Example Support"""

ANSWER = "The number is LP-2207."


def quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "below",
    [
        f"On Mon, 3 May 2021 at 10:30, Example Support <support@example.org> wrote:\n{quote(LETTER)}",
        f"On Mon, 3 May 2021 at 10:30, Example Support <support@example.org> wrote:\n\n{LETTER}",
        f"Am 03.05.2021 um 10:30 schrieb Example Support\n<support@example.org>:\n{quote(LETTER)}",
        f"Le lun. 3 mai 2021 à 10:30, Example Support <\nsupport@example.org> a écrit :\n\n{quote(LETTER)}",
        f"2021-05-03 10:30 GMT+02:00 Example Support <support@example.org>:\n\n{quote(LETTER)}",
        f"-----Original Message-----\nFrom: Example Support\nSubject: Label printer\n\n{LETTER}",
        f"________________________________\nFrom: Example Support <support@example.org>\n"
        f"Sent: Monday, 3 May 2021 10:30\nTo: Kim Berg\nSubject: Label printer\n\n{LETTER}",
        f"Von: Example Support <support@example.org>\nGesendet: Montag, 3. Mai 2021 10:30\nAn: Kim Berg\n"
        f"Betreff: Etikettendrucker\n\n{LETTER}",
        f"*Od:* Example Support <support@example.org>\n*Data:* 3 maja 2021\n*Do:* Kim\n*Temat:* Drukarka\n\n{LETTER}",
        quote(LETTER),
    ],
)
def test_a_quotation_below_the_answer_folds(below: str) -> None:
    visible = find_visible(f"{ANSWER}\n\n{below}\n")
    assert visible.new_text == ANSWER
    assert visible.whole == f"{ANSWER}\n\n{below}\n"


@pytest.mark.rule("M-20")
def test_answers_between_quoted_lines_show_with_all_they_answer() -> None:
    head = "On 3 May 2021 10:30, Sam <sam@example.org> wrote:"
    text = f"{head}\n> Which printer?\nThe one on floor 2.\n> Since when?\nMonday."
    assert find_visible(text).new_text == text
    assert find_visible(f"Hello Sam,\n\n{text}").new_text == f"Hello Sam,\n\n{text}"


@pytest.mark.rule("M-20")
def test_words_below_a_quotation_show_with_it() -> None:
    text = f"Dear Sam,\n\n{quote(LETTER)}\n\nThere is no number on its back."
    assert find_visible(text).new_text == text


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "text", [quote(LETTER), f"On 3 May 2021 10:30, Sam <sam@example.org> wrote:\n{LETTER}", "-- \nKim"]
)
def test_a_text_without_words_of_its_own_shows_whole(text: str) -> None:
    assert find_visible(text).new_text == text.strip()


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "marker",
    [
        "##- Please type your reply above this line -##",
        "> ##- Bitte antworten Sie über dieser Zeile -##",
        "##- Please type your reply\nabove this line -##",
        "> ##- Please type your\n> reply above this line -##",
    ],
)
def test_below_our_marker_line_nothing_is_new(marker: str) -> None:
    """Also where a mail program has broken the line."""
    rest = quote(LETTER) if marker.startswith(">") else LETTER
    visible = find_visible(f"{ANSWER}\n\n{marker}\n{rest}")
    assert visible.new_text == ANSWER
    assert Fold.MARKER in {part.fold for part in visible.parts}


@pytest.mark.rule("M-20")
def test_own_words_below_the_marker_line_show() -> None:
    """Where its lines are quoted, and where the letter is known."""
    quoted = f"Hello,\n> ##- Reply above this line -##\n{quote(LETTER)}\nThere is none, see the picture."
    assert find_visible(quoted).new_text == quoted
    plain = f"Hello,\n##- Reply above this line -##\n{LETTER}\nThere is none, see the picture."
    assert find_visible(plain, letters=[LETTER]).new_text == plain


@pytest.mark.rule("M-20")
def test_words_of_our_letter_fold_however_they_are_broken() -> None:
    letter = " ".join(LETTER.split())
    wrapped = "\n".join(letter[place : place + 60] for place in range(0, len(letter), 60))
    visible = find_visible(f"{ANSWER}\n\n{LETTER}", letters=[LETTER])
    assert visible.new_text == ANSWER
    assert visible.parts[-1].fold is Fold.LETTER
    assert find_visible(f"{ANSWER}\n\n{LETTER}").new_text == f"{ANSWER}\n\n{LETTER}"
    broken = f"{ANSWER}\n\n{wrapped.rpartition(chr(10))[0]}"
    assert find_visible(broken, letters=[LETTER]).new_text.startswith(ANSWER)


@pytest.mark.rule("M-20")
def test_a_letter_is_known_through_links_that_were_written_out() -> None:
    letter = "Please see https://example.org/help and write to support@example.org before Monday, thank you."
    quoted = (
        "Please see https://guard.example/?url=example.org%2Fhelp and write to support@example.org\n"
        "<mailto:support@example.org> before Monday, thank you.\n[cid:image001.png@01D7]"
    )
    text = f"Done.\n\nFrom: Sam <sam@example.org>\nSent: 3 May 2021\nSubject: Help\n\n{quoted}"
    assert find_visible(text, letters=[letter]).new_text == "Done."


@pytest.mark.rule("M-20")
def test_a_single_line_with_a_sign_before_it_is_the_writers() -> None:
    assert find_visible("It says:\n> access denied").new_text == "It says:\n> access denied"


@pytest.mark.rule("M-20")
def test_a_common_phrase_of_ours_is_nobodys_quotation() -> None:
    text = "It is broken.\n\nHello Kim,"
    assert find_visible(text, letters=[LETTER]).new_text == text


@pytest.mark.rule("M-20")
def test_a_forwarded_mail_in_a_reply_is_news() -> None:
    text = (
        "The maker says:\n\n---------- Forwarded message ---------\nFrom: Lee <lee@maker.example>\nDate: 3 May\n\nNo."
    )
    assert find_visible(text).new_text == text


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "text",
    [
        "Please book this for me:\nFrom: Berlin\nTo: Munich\nDate: 3 May 2021\n\nThank you",
        "My colleague wrote:\nit is broken again",
        "On Monday I wrote 3 times:\nnobody answered",
        "Since 3 May 2021 10:30 we sent 3 parcels:\none to Kim, two to Lee",
        "The log says:\n2021-05-03 10:30:12 ERROR mail to kim@example.org\nand then it stops",
        "Sent from my desk, which is easier than from the phone.\nIt works now.",
    ],
)
def test_what_only_looks_like_a_quotation_shows(text: str) -> None:
    assert find_visible(text).new_text == text


@pytest.mark.rule("M-20")
def test_signatures_fold_above_the_quotation_and_below_it() -> None:
    quoted = f"On 3 May 2021 10:30, Sam <sam@example.org> wrote:\n{quote(LETTER)}"
    assert find_visible(f"{ANSWER}\n-- \nKim Berg\nExample Ltd\n\n{quoted}").new_text == ANSWER
    assert find_visible(f"{ANSWER}\n\n{quoted}\n\n-- \nKim Berg\nExample Ltd").new_text == ANSWER
    assert find_visible(f"{ANSWER}\n\nSent from my iPhone\n\n{quoted}").new_text == ANSWER


@pytest.mark.rule("M-20")
def test_of_a_first_mail_only_the_signature_folds() -> None:
    """Quoting is never applied to a new ticket's first mail."""
    text = f"{ANSWER}\n\nOn 3 May 2021 10:30, Sam <sam@example.org> wrote:\n{quote(LETTER)}\n\n-- \nKim Berg"
    assert find_visible(text, is_reply=False).new_text == text.removesuffix("\n\n-- \nKim Berg")


@pytest.mark.rule("M-20")
def test_a_reply_and_its_quotation_in_one_line_are_parted() -> None:
    text = "yes please--- On Mon, May 3, 2021 at 10:30 AM, sam@example.org wrote:\n> Now?"
    visible = find_visible(text)
    assert visible.new_text == "yes please"
    assert visible.whole == text


_LINES = st.sampled_from(
    [
        "hello",
        "> quoted",
        ">> twice",
        "On 3 May 2021 10:30, Sam <sam@example.org> wrote:",
        "From: Sam <sam@example.org>",
        "Date: 3 May 2021",
        "Subject: printer",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "-- ",
        "Sent from my iPhone",
        "##- above -##",
        "________________________________",
        "",
        LETTER,
    ]
)


@pytest.mark.rule("M-20", "M-21")
@settings(max_examples=60)
@given(st.lists(_LINES | st.text(max_size=20), max_size=12).map("\n".join), st.text(max_size=60), st.booleans())
def test_nothing_raises_and_nothing_is_lost(text: str, html: str, is_reply: bool) -> None:
    visible = find_visible(text, html=html, letters=[LETTER], is_reply=is_reply)
    assert visible.whole == text
    assert bool(visible.new_text) == bool(text.strip())

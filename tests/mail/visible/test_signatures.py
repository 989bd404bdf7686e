"""Signatures, and what phones and lists add below somebody's words (M-20)."""

from __future__ import annotations

import pytest

from deskterm.mail.visible.signatures import find_signature, has_words, is_sent_from


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "(sent from a phone)",
        "Sent with Airmail",
        "<<sent by galaxy>>",
        "Sent from [Outlook](https://aka.example/x)",
        "From My Iphone 6",
        "Kim from mobile",
        "Von Outlook gesendet",
        "Get Outlook for iOS<https://aka.example/x>",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
        "Envoyé à partir de Outlook pour iOS",
        "Enviado desde mi iPhone",
        "Enviado do meu telemóvel",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPad",
        "Sendt fra min iPad",
        "Skickat från min Samsung",
        "Lähetetty iPhonesta",
        "Wysłano z iPhone'a",
        "iPhone'umdan gönderildi",
        "Отправлено с iPhone",
        "从我的 iPhone 发送",
        "iPhoneから送信",
    ],
)
def test_what_a_phone_adds_is_known(line: str) -> None:
    assert is_sent_from(line)


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, is much easier than my mobile phone.",
        "Sent the parcel on Monday",
        "Was it sent from my account?",
        "I got it from my phone company",
        "",
        "sent from my " * 100,
    ],
)
def test_a_sentence_is_nothing_that_a_phone_adds(line: str) -> None:
    assert not is_sent_from(line)


@pytest.mark.rule("M-20")
def test_a_signature_begins_at_its_dashes() -> None:
    assert find_signature(["Hello", "", "-- ", "Kim Berg", "Example Ltd"]) == 2
    assert find_signature(["Hello", "", "Sent from my iPhone"]) == 2
    assert find_signature(["Hello", "-- ", "Kim Berg", "", "-- ", "A list: list@example.org"]) == 1


@pytest.mark.rule("M-20")
def test_what_a_list_puts_below_folds() -> None:
    lines = [
        "Hello",
        "_______________________________________________",
        "printers mailing list",
        "https://lists.example.org/printers",
    ]
    assert find_signature(lines) == 1


@pytest.mark.rule("M-20")
def test_words_below_a_line_of_dashes_are_no_signature() -> None:
    """Where they are many, or long."""
    assert find_signature(["Hello", "--", *["one more line"] * 30]) is None
    assert find_signature(["Hello", "--", "long " * 80]) is None
    assert find_signature(["--", "Kim"]) is None
    assert find_signature(["Hello", "----------", "and one more thing"]) is None


@pytest.mark.rule("M-20")
def test_rules_and_invisible_signs_are_no_words() -> None:
    assert not has_words(" -- ~~~ ")
    assert not has_words("\u200b")
    assert has_words("👍")
    assert has_words("?")

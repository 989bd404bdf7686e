"""Notices of failure in the words of many kinds of servers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.bounces.plain_notices import read_notice, says_failure, split_notice
from mail.support.notices import find_in

_NOTICES = {
    "an address with the answer below": "not delivered\n\n  kim@a.example\n    host mx.example: 550 5.1.1 User unknown",
    "an address with the answer behind": "could not be delivered:\nkim@a.example: 550 5.1.1 User unknown",
    "an address in angle brackets": "Unable to deliver message to:\n\n<kim@a.example>:\nNo such user here",
    "an address in quotation marks": 'The following address failed:\n\n"kim@a.example":\n550 User unknown',
    "an address with the answer in brackets": "these addresses had delivery errors\n\nkim@a.example [User unknown]",
    "an address twice": "had permanent fatal errors\n\n>>> kim@a.example <kim@a.example>\n\n550 User unknown",
    "a bullet": "undelivered:\n * kim@a.example\n550 User unknown",
    "a field": "Your message could not be delivered.\n Recipient: kim@a.example\n Reason: 550 User unknown",
    "a field of another name": "failed\nInvalid final delivery userid: kim@a.example",
    "a log": "Transcript of session\n>>> RCPT TO:<kim@a.example>\n<<< 550 User unknown",
    "an answer with the address": "Transcript of session\n554 <kim@a.example>... 550 Host unknown",
    "a sentence": "There was an error delivering your mail to <kim@a.example>.\n\n550 User unknown",
    "a first line": "The original message was received at 9\n\nnot delivered:\nkim@a.example [User unknown]",
    "the envelope": "MAIL FROM: a@desk.example\nRCPT TO: kim@a.example\n\nerror while sending\n550 unknown user",
    "German": "Ihre Nachricht konnte nicht zugestellt werden:\n\nkim@a.example\n550 Empfänger unbekannt",
    "Japanese": "以下のメールは送信できませんでした。\nkim@a.example\n550 User unknown",
}


@pytest.mark.rule("M-42", "M-43", "M-44")
@pytest.mark.parametrize("name", _NOTICES)
def test_the_recipient_is_found_however_a_server_writes_it(name: str) -> None:
    report = find_in(f"{_NOTICES[name]}\n\n--- Below this line is a copy of the message.\n\nTo: other@b.example\n")
    assert [(one.address, one.action, one.is_dead) for one in report.recipients] == [("kim@a.example", "failed", True)]
    assert report.found_by == "words"
    assert "kim@a.example: " not in report.recipients[0].diagnostic


@pytest.mark.rule("M-43")
def test_each_of_several_recipients_has_the_words_below_it() -> None:
    report = find_in(
        "wasn't able to deliver\n\n<a@x.example>:\n550 5.1.1 User unknown\n\n<b@x.example>:\n552 5.2.2 full\n"
    )
    assert [(one.address, one.status, one.is_dead) for one in report.recipients] == [
        ("a@x.example", "5.1.1", True),
        ("b@x.example", "5.2.2", False),
    ]
    log = "Transcript of session\n554 <a@x.example>... reset\n550 y.example... 550 Host unknown\n"
    log += "554 <b@y.example>... 550 Host unknown\n"
    assert [(one.address, one.is_dead) for one in find_in(log).recipients] == [
        ("a@x.example", False),
        ("b@y.example", True),
    ]


@pytest.mark.rule("M-42")
def test_neither_our_own_address_nor_the_servers_is_a_recipient() -> None:
    words = (
        "support@desk.example,\nyour mail could not be delivered. Ask postmaster@mx.example.\n\nkim@a.example: 550 no\n"
    )
    assert [one.address for one in find_in(words).recipients] == ["kim@a.example"]


@pytest.mark.rule("M-42")
def test_where_the_words_name_nobody_the_returned_letter_does() -> None:
    report = find_in(
        "Your mail could not be delivered.\n\n--- Original message follows.\n\nTo: kim@a.example\nSubject: x\n"
    )
    assert [one.address for one in report.recipients] == ["kim@a.example"]


@pytest.mark.rule("M-43")
def test_a_delay_is_no_failure_until_the_server_gives_up() -> None:
    waiting = "THIS IS A WARNING MESSAGE ONLY. Delivery has been delayed:\n\n kim@a.example\n\n450 4.2.2 full\n"
    given_up = "could not be delivered:\n\n kim@a.example\n   retry timeout exceeded\n"
    assert [one.action for one in find_in(waiting).recipients] == ["delayed"]
    assert [(one.action, one.status_class) for one in find_in(given_up).recipients] == [("failed", "4")]


@pytest.mark.rule("M-44")
def test_what_a_server_calls_unknown_after_it_saw_the_letter_is_a_filters_answer() -> None:
    report = find_in(
        "could not be delivered\n<kim@a.example>: host mx said: 550 Unknown user (in reply to end of DATA command)"
    )
    assert [one.is_dead for one in report.recipients] == [False]


@pytest.mark.rule("M-42")
@pytest.mark.parametrize(
    "line",
    [
        "--- Below this line is a copy of the message.",
        "------ This is a copy of the message, including all the headers. ------",
        "   ----- Unsent message follows -----",
        "Message headers follow.",
        "----- Original message -----",
        "Original message follows.",
        "Included is a copy of the message header:",
        "------- Returned Message --------",
    ],
)
def test_the_letter_that_is_given_back_is_told_from_the_notice(line: str) -> None:
    notice = split_notice(f"not delivered\n\n{line}\n\nReceived: by us")
    assert (notice.words.strip(), notice.returned.strip()) == ("not delivered", "Received: by us")
    assert split_notice("not delivered\n\nReceived: by us").returned == "Received: by us"


@pytest.mark.rule("M-42")
def test_letters_about_other_things_say_no_failure() -> None:
    assert not says_failure("Thank you for your order. The delivery of your parcel is on Monday.")
    assert not says_failure("I am out of the office until Monday.")


@pytest.mark.rule("M-14")
@given(st.text(alphabet=st.sampled_from("kim@a.example <>:;550.1-\n RCPT TO\x00é"), max_size=200))
def test_nothing_raises(text: str) -> None:
    assert isinstance(read_notice(split_notice(text).words, known=("kim@a.example",)), list)
    assert isinstance(read_notice(text), list)

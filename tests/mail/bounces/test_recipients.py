"""Status and reply, found in what servers write."""

from __future__ import annotations

import pytest

from deskterm.mail.bounces.recipients import LONGEST_DIAGNOSTIC, choose_status, find_reply, find_status, make_recipient


@pytest.mark.rule("M-43")
@pytest.mark.parametrize(
    ("text", "status", "reply"),
    [
        ("550 5.1.1 <kim@a.example>... User unknown", "5.1.1", "550"),
        ("host mx.example[192.0.2.25] said: 552-5.2.2 full", "5.2.2", "552"),
        ("(#5.1.2)", "5.1.2", ""),
        ("(reason: 554 rejected)", "", "554"),
        ("<<< 421 try later", "", "421"),
        ("550: 5.2.2 full", "5.2.2", "550"),
        ("192.0.2.5 does not like recipient", "", ""),
        ("version 5.65/1.37 of 10.5.1.1", "", ""),
        ("after 550 seconds", "", ""),
    ],
)
def test_status_and_reply_are_found_and_no_other_numbers(text: str, status: str, reply: str) -> None:
    assert (find_status(text), find_reply(text)) == (status, reply)


@pytest.mark.rule("M-43")
def test_the_status_that_says_most_is_chosen() -> None:
    assert choose_status("5.0.0", "550 5.1.1 no") == "5.1.1"
    assert choose_status("5.1.1", "550 5.7.1 no") == "5.1.1"
    assert choose_status("", "550 5.0.0 no") == "5.0.0"
    assert choose_status("5.0.0", "no") == "5.0.0"
    assert choose_status("", "no") == ""


@pytest.mark.rule("M-43")
def test_a_failure_of_class_4_has_failed_and_its_address_lives() -> None:
    one = make_recipient("kim@a.example", action="failed", status="4.4.7", reply="", diagnostic="450 user unknown")
    assert (one.has_failed, one.status_class, one.is_dead) == (True, "4", False)


def test_the_servers_words_are_kept_in_one_line_of_some_length() -> None:
    one = make_recipient("kim@a.example", action="", status="", reply="", diagnostic="a\n b " * 900)
    assert len(one.diagnostic) == LONGEST_DIAGNOSTIC
    assert "\n" not in one.diagnostic

"""Reports of delivery with fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.bounces.delivery_status import has_delivery_status, read_delivery_status

_KIM = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; Kim@A.example\n"


@pytest.mark.rule("M-43")
def test_a_recipient_has_status_reply_action_and_the_servers_words() -> None:
    (kim,) = read_delivery_status(
        f"{_KIM}Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n  such user\n"
    )
    assert (kim.address, kim.status, kim.reply, kim.action, kim.status_class) == (
        "kim@a.example",
        "5.1.1",
        "550",
        "failed",
        "5",
    )
    assert kim.diagnostic == "550 5.1.1 no such user"
    assert kim.is_dead
    assert kim.has_failed


@pytest.mark.rule("M-43")
def test_the_status_in_the_servers_words_counts_where_the_field_says_nothing() -> None:
    (kim,) = read_delivery_status(
        f"{_KIM}Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552-5.2.2 mailbox full\n"
    )
    assert (kim.status, kim.is_dead) == ("5.2.2", False)
    (kim,) = read_delivery_status(f"{_KIM}Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.1.1 who\n")
    assert kim.status == "5.7.1"


@pytest.mark.rule("M-43")
@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_other_actions_than_failed_are_no_failure(action: str) -> None:
    (kim,) = read_delivery_status(f"{_KIM}Action: {action}\nStatus: 4.4.1\n")
    assert (kim.action, kim.has_failed, kim.is_dead) == (action, False, False)


@pytest.mark.rule("M-43")
def test_each_recipient_has_a_group_also_where_no_blank_line_parts_them() -> None:
    fields = "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n" * 1
    both = read_delivery_status(f"{fields}Final-Recipient: rfc822; b@x.example\nAction: delayed\nStatus: 4.2.2\n")
    assert [(one.address, one.action) for one in both] == [("a@x.example", "failed"), ("b@x.example", "delayed")]


@pytest.mark.rule("M-43")
def test_the_address_that_the_letter_named_is_known_where_mail_is_forwarded() -> None:
    (one,) = read_delivery_status(
        "Original-Recipient: rfc822; kim@a.example\nFinal-Recipient: rfc822; k@b.example\nStatus: 5.1.1\n"
    )
    assert (one.address, one.sent_to) == ("k@b.example", "kim@a.example")


@pytest.mark.rule("M-43")
def test_a_failure_counts_more_than_an_earlier_delay_of_the_same_address() -> None:
    delayed, failed = f"{_KIM}Action: delayed\nStatus: 4.4.1\n\n", f"{_KIM}Action: failed\nStatus: 4.4.7\n\n"
    assert [one.action for one in read_delivery_status(delayed + failed)] == ["failed"]
    assert [one.action for one in read_delivery_status(failed + delayed)] == ["failed"]


def test_a_text_that_only_mentions_recipients_is_no_report() -> None:
    assert not has_delivery_status("Final-Recipient: is a field of RFC 3464\n")
    assert has_delivery_status(f"{_KIM}Action: failed\n")


@pytest.mark.rule("M-14")
@given(st.text(alphabet=st.sampled_from("Final-Recipient: rfc822;k@a.Action Status5.1\n\x00é<>"), max_size=200))
def test_nothing_raises(text: str) -> None:
    assert isinstance(read_delivery_status(f"Final-Recipient: {text}\nAction: {text}\nStatus: {text}"), list)

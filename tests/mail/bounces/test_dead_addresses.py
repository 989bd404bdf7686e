"""Addresses that do not exist, told from those that only did not take a letter."""

from __future__ import annotations

import pytest

from deskterm.mail.bounces.dead_addresses import is_dead_address


@pytest.mark.rule("M-44")
@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"])
def test_a_status_of_an_address_that_does_not_exist_is_enough(status: str) -> None:
    assert is_dead_address(status, "550", "")


@pytest.mark.rule("M-44")
@pytest.mark.parametrize(
    "words",
    [
        "User unknown",
        "Unknown user: kim",
        "No such user here",
        "The email account that you tried to reach does not exist",
        "Recipient address rejected: Access denied",
        "Host unknown",
        "Host or domain name not found. Name service error for name=a.example type=A: Host not found",
        "the address couldn't be found. Check for typos and try again",
        "User  not listed in public Name & Address Book",
        "This user doesn't have a a.example account",
        "Kim has moved, no forwarding address",
        "an MX or SRV record indicated no SMTP service",
        "Empfänger unbekannt",
    ],
)
@pytest.mark.parametrize("status", ["", "5.0.0"])
def test_words_say_it_where_the_status_says_nothing(words: str, status: str) -> None:
    assert is_dead_address(status, "550", words)


@pytest.mark.rule("M-44")
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.2.2", "mailbox full"),
        ("5.7.1", "User unknown"),
        ("5.7.26", "Multiple authentication checks failed"),
        ("5.3.4", "message too large"),
        ("5.1.8", "Sender address rejected: Domain not found"),
        ("4.1.1", "User unknown"),
        ("", "Host not found, try again"),
        ("", "554 blocked as spam: recipient unknown to this list"),
        ("", "Sender address rejected: user unknown"),
        ("5.1.1", "mailbox is full"),
        ("", "account has been disabled"),
        ("", ""),
    ],
)
def test_policy_size_spam_a_full_mailbox_and_what_passes_do_not(status: str, words: str) -> None:
    assert not is_dead_address(status, "", words)


@pytest.mark.rule("M-44")
def test_a_domain_that_never_takes_mail_is_dead_by_its_reply() -> None:
    """RFC 7504."""
    assert is_dead_address("", "556", "")
    assert not is_dead_address("", "450", "User unknown")

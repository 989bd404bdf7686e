"""Complaints about letters."""

from __future__ import annotations

import pytest

from deskterm.mail.bounces.feedback_reports import find_addresses, read_feedback


@pytest.mark.rule("M-45")
def test_type_and_addresses_of_a_complaint_are_read() -> None:
    text = "Feedback-Type: Abuse\nUser-Agent: x\nOriginal-Rcpt-To: <Kim@a.example>\nRemoval-Recipient: kim@a.example\n"
    assert read_feedback(text) == ("abuse", ["kim@a.example"])
    assert read_feedback("nothing") == ("", [])


@pytest.mark.rule("M-45")
def test_an_address_that_was_blotted_out_is_none() -> None:
    assert read_feedback("Feedback-Type: abuse\nRedacted-Address: redacted\n") == ("abuse", [])
    assert find_addresses("kim@, @a.example, a@b.example") == ["a@b.example"]

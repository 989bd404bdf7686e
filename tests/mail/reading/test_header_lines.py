"""Header blocks of bytes: where they end, whatever their lines look like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm.mail.reading.header_lines import LONGEST_BLOCK, MOST_HEADERS, take_header_lines


@pytest.mark.rule("M-14")
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_headers_end_at_the_first_blank_line_whatever_line_ends_are_used(end: bytes) -> None:
    data = end.join([b"From: kim@a.example", b"Subject: one", b"  two", b"", b"Text: this is text"])
    lines = take_header_lines(data)
    assert [name for name, _ in lines.items] == ["From", "Subject"]
    assert lines.items[1][1].split() == ["one", "two"]
    assert data[lines.body :] == b"Text: this is text"


@pytest.mark.rule("M-14")
def test_a_line_that_is_no_header_does_not_end_the_headers() -> None:
    data = b"From: kim@a.example\nquite Delivered-To: x@a.example\nReceived: by a\nSubject: here\n\ntext"
    lines = take_header_lines(data)
    assert [name for name, _ in lines.items] == ["From", "Received", "Subject"]
    assert data[lines.body :] == b"text"


@pytest.mark.rule("M-14")
def test_where_the_blank_line_is_missing_the_text_begins_with_the_first_line_that_is_no_header() -> None:
    data = b"From: kim@a.example\nHello there\nNote: this is text too\n\nbye"
    lines = take_header_lines(data)
    assert len(lines.items) == 1
    assert data[lines.body :].startswith(b"Hello")


@pytest.mark.rule("M-01")
def test_the_line_of_an_mbox_is_no_header() -> None:
    lines = take_header_lines(b"From kim@a.example Mon Sep 20 19:29:27 2021\nNobody-Knows: it\n\ntext")
    assert lines.items == [("Nobody-Knows", "it")]


@pytest.mark.rule("M-11")
def test_more_than_is_read_is_left_out_and_said() -> None:
    long = take_header_lines(b"X-Long: " + b"a" * (2 * LONGEST_BLOCK) + b"\nSubject: x\n\ntext")
    many = take_header_lines(b"X: y\n" * (MOST_HEADERS + 5) + b"\ntext")
    assert long.is_cut
    assert many.is_cut
    assert len(many.items) == MOST_HEADERS


@pytest.mark.rule("M-14")
@given(st.lists(st.sampled_from([b"A: b", b" c", b"\n", b"\r\n", b"\r", b"d", b"\xff", b":", b"From "])))
def test_the_body_begins_within_the_bytes(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert 0 <= take_header_lines(data).body <= len(data)

"""Headers that stand in a text, above a mail that is quoted or forwarded (M-20, M-31)."""

from __future__ import annotations

import pytest

from deskterm.mail.visible.header_groups import read_header_group


@pytest.mark.rule("M-31")
def test_values_go_on_in_lines_below_where_more_headers_follow() -> None:
    lines = [
        "From: Kim Berg",
        "<kim@example.org>",
        "Date: 3 May 2021",
        "Subject: Two",
        "lines",
        "To: desk@example.org",
        "",
        "Hello",
    ]
    group = read_header_group(lines, 0)
    assert group is not None
    assert group.end == 6
    assert group.values["from"] == "Kim Berg <kim@example.org>"
    assert group.values["subject"] == "Two lines"


@pytest.mark.rule("M-31")
def test_words_below_the_last_header_are_the_mails() -> None:
    group = read_header_group(
        ["De : Kim <kim@example.org>", "Date : 3 mai 2021", "À : vous", "Objet : Un", "Bonjour"], 0
    )
    assert group is not None
    assert group.end == 4


@pytest.mark.rule("M-31")
def test_an_empty_line_between_headers_ends_nothing() -> None:
    lines = [
        "From: Kim <kim@example.org>",
        "",
        "Date: Sat, 22 Mar 2021 12:16:06",
        "To:<desk@example.org>",
        "",
        "",
        "Subject: x",
        "",
        "y",
    ]
    group = read_header_group(lines, 0)
    assert group is not None
    assert group.end == 7


@pytest.mark.rule("M-20")
def test_headers_of_no_mail_are_none() -> None:
    """A form that somebody filled in names no subject and no address."""
    assert read_header_group(["From: Berlin", "To: Munich", "Date: 3 May"], 0) is None
    assert read_header_group(["Subject: x", "Date: 3 May 2021", "To: kim@example.org"], 0) is None
    assert read_header_group(["Hello", "From: Kim <kim@example.org>", "Date: 3 May 2021"], 0) is None

"""Marks of mails that nobody wrote."""

from __future__ import annotations

import pytest

from deskterm.mail.reading.automatic import find_marks, has_absent_subject, is_absence
from deskterm.mail.reading.header_block import Headers


def _make(*items: tuple[str, str]) -> Headers:
    return Headers([("From", "Kim <kim@a.example>"), *items])


@pytest.mark.rule("M-35")
@pytest.mark.parametrize(
    ("name", "value", "is_robot"),
    [
        ("Auto-Submitted", "auto-generated (vacation)", False),
        ("Auto-Submitted", "Auto-Replied; owner-email=x", True),
        ("Precedence", "bulk", False),
        ("Precedence", "auto_reply", True),
        ("X-Autoreply", "yes", True),
        ("X-Auto-Response-Suppress", "All", False),
        ("Return-Path", "<>", True),
        ("Content-Type", "multipart/report; report-type=delivery-status", True),
        ("List-Id", "<l.a.example>", False),
    ],
)
def test_a_header_marks_a_mail_as_automatic(name: str, value: str, is_robot: bool) -> None:
    marks = find_marks(_make((name, value)))
    assert marks.by
    assert marks.is_robot == is_robot


@pytest.mark.rule("M-35")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "no"),
        ("X-Auto-Response-Suppress", "None"),
        ("X-Loop", "kim@a.example"),
        ("Precedence", "first"),
    ],
)
def test_other_headers_do_not(name: str, value: str) -> None:
    assert find_marks(_make((name, value))) == ((), False)


@pytest.mark.rule("M-35")
@pytest.mark.parametrize(("local", "is_marked"), [("no-reply", True), ("noreply+7", True), ("norbert", False)])
def test_an_address_that_nobody_reads_marks_a_mail(local: str, is_marked: bool) -> None:
    assert bool(find_marks(Headers([("From", f"{local}@a.example")])).by) == is_marked


@pytest.mark.rule("M-35", "M-36")
@pytest.mark.parametrize("subject", ["Automatic reply: Printer", "Abwesenheitsnotiz", "Réponse automatique : Bonjour"])
def test_an_absence_is_known_by_its_subject_together_with_a_mark(subject: str) -> None:
    marked = _make(("Subject", subject), ("X-Auto-Response-Suppress", "All"))
    assert is_absence(marked, find_marks(marked))
    assert has_absent_subject(marked)
    person = _make(("Subject", subject))
    assert not find_marks(person).is_robot
    assert find_marks(person, has_token=True).is_robot
    assert not is_absence(person, find_marks(person))

"""Names of headers in the languages of mail programs (M-20, M-31)."""

from __future__ import annotations

import pytest

from deskterm.mail.visible.header_labels import read_header_line


@pytest.mark.rule("M-20")
@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("From: Kim <kim@example.org>", "from", "Kim <kim@example.org>"),
        ("*Gesendet:* Montag", "date", "Montag"),
        ("Objet :Une question", "subject", "Une question"),
        ("Kopie (CC): Kim", "cc", "Kim"),
        ("  От кого: Kim", "from", "Kim"),
        ("件名：テスト", "subject", "テスト"),
        ("Beantwoorden - Aan: kim@example.org", "reply-to", "kim@example.org"),
        ("X-Priority: 3", "other", "3"),
    ],
)
def test_a_header_is_known(line: str, kind: str, value: str) -> None:
    assert read_header_line(line) == (kind, value)


@pytest.mark.rule("M-20", "M-21")
@pytest.mark.parametrize("line", ["Hello: Kim", "From Kim", ":", "", "a" * 60 + ": x", "From: " + "x" * 2_000])
def test_another_line_is_none(line: str) -> None:
    assert read_header_line(line) is None

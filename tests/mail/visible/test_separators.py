"""Lines above a mail that is quoted or forwarded, in the languages of mail programs (M-20, M-31)."""

from __future__ import annotations

import pytest

from deskterm.mail.visible.separators import is_rule, read_separator


@pytest.mark.rule("M-20", "M-31")
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("-----Original Message-----", "original"),
        ("----- Ursprüngliche Nachricht -----", "original"),
        ("-------- Message d'origine --------", "original"),
        ("------------------ 原始邮件 ------------------", "original"),
        ("---------- Forwarded message ---------", "forward"),
        ("Begin forwarded message:", "forward"),
        ("Anfang der weitergeleiteten Nachricht:", "forward"),
        ("-------- İletilen İleti --------", "forward"),
        ("----- İletilmiş Mesaj -----", "forward"),
        ("-------- Preposlaná správa --- Forwarded Message --------", "forward"),
        ("----- Forwarded message from kim@example.org -----", "forward"),
    ],
)
def test_a_separator_is_known(line: str, kind: str) -> None:
    found = read_separator(line)
    assert found is not None
    assert found.kind == kind


@pytest.mark.rule("M-20", "M-21")
@pytest.mark.parametrize("line", ["Forwarded message", "the original message: see below", "-- ", "", "-" * 5_000])
def test_another_line_is_none(line: str) -> None:
    assert read_separator(line) is None


@pytest.mark.rule("M-20")
def test_a_rule_is_a_row_of_one_sign() -> None:
    assert is_rule("________________________________")
    assert is_rule(" ---------- ")
    assert not is_rule("---")
    assert not is_rule("----- see below -----")

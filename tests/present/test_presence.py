"""The words for who has a ticket open."""

from __future__ import annotations

import pytest

from deskterm.present.presence import format_mark, format_presence
from deskterm.store.presence.entries import Presence

MAREK, EVA, SAM = Presence("marek", 1001, "reply"), Presence("eva", 1001), Presence("sam", 1001)


@pytest.mark.law("C-30")
@pytest.mark.parametrize(
    ("others", "mark", "sentence"),
    [
        ([EVA], "● eva", "eva has it open"),
        ([EVA, MAREK], "● marek ✎ +1", "marek is writing a reply, eva has it open"),
        ([EVA, SAM], "● eva +1", "eva and sam have it open"),
        ([MAREK, EVA._replace(writing="reply")], "● marek ✎ +1", "marek and eva are writing a reply"),
        ([EVA._replace(writing="note")], "● eva ✎", "eva is writing a note"),
        ([EVA._replace(login="e\x1b[2Jva")], "● eva", "eva has it open"),
    ],
)
def test_who_writes_is_named_before_who_reads(others: list[Presence], mark: str, sentence: str) -> None:
    assert (format_mark(others), format_presence(others)) == (mark, sentence)


def test_nobody_is_no_words() -> None:
    assert format_presence([]) == ""

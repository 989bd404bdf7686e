"""Mentions of colleagues in what an agent writes (C-24)."""

from __future__ import annotations

import pytest

from deskterm.desk.domain.wording.mentions import find_mentions


@pytest.mark.law("C-24")
def test_words_behind_an_at_sign_are_mentions_and_addresses_are_not() -> None:
    text = "@kim, look: ida@larch.example wrote to (@lea). @kim\n> @sam said so\nhttps://x.example/@vic @ann_b-"
    assert find_mentions(text) == ["kim", "lea", "ann_b"]

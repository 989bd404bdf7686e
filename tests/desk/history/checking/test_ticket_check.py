"""Stored values that no deskterm wrote, and those that only look different."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets.register import register
from small_desk import at, small_desk
from tampering import tamper


@pytest.mark.parametrize(
    ("statement", "differences"),
    [
        ("UPDATE ticket SET version = 'x' WHERE id = 1002", ["version"]),
        # The same instants, written in another way
        ("UPDATE ticket SET received_at = substr(received_at, 1, 19)", []),
        ("UPDATE clock SET started_at = replace(started_at, ' ', 'T')", []),
        ("UPDATE ticket SET received_at = received_at || 'x' WHERE id = 1002", ["received_at"]),
    ],
)
def test_a_value_that_no_deskterm_wrote_is_a_difference_unless_it_says_the_same(
    tmp_path: Path, statement: str, differences: list[str]
) -> None:
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")  # PostgreSQL refuses such values
    for _ in range(2):
        register(desk, subject="x", type="fault", severity="high", requester="Kim", now=at(0))
    tamper(desk, statement)
    found = [finding.sentence for finding in check_integrity(desk.store).findings]
    assert found == [f"ticket 1002 differs from its events in {names}" for names in differences]
    desk.store.close()

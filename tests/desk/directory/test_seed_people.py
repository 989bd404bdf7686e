"""Seeding of agents and clients from lists."""

from __future__ import annotations

import pytest

from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.errors import DeskError
from small_desk import at


def test_seeding_the_same_rows_again_changes_nothing(desk: DeskSession) -> None:
    rows = [{"login": "zoe", "name": "Zoe", "role": "agent"}, {"login": "sam", "name": "Samuel"}]
    assert seed_agents(desk, rows, dry_run=True, now=at(1)) == ["+ zoe (Zoe)", "~ sam: name Sam → Samuel"]
    assert seed_agents(desk, rows, now=at(1)) == ["+ zoe (Zoe)", "~ sam: name Sam → Samuel"]
    assert seed_agents(desk, rows, now=at(1)) == []
    assert seed_clients(desk, [{"key": "larch", "name": "Larch & Sons"}], now=at(1)) == [
        "~ larch: name Larch Ltd → Larch & Sons"
    ]


def test_the_last_admin_stays(desk: DeskSession) -> None:
    with pytest.raises(DeskError, match="without an active admin"):
        seed_agents(desk, [{"login": "ann", "role": "agent"}], now=at(1))

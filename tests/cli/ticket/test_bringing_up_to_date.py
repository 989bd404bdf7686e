"""Lists and tickets are read as they are now: what is over is recorded first, whether or not a runner was on (D-02)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli_call import Call
from deskterm.desk.api import open_desk
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from due_time_desk import DUE_TIME_PROCEDURE
from small_desk import small_procedure
from store_templates import create_desk


@pytest.fixture
def solved_long_ago(tmp_path: Path) -> str:
    """A desk with a ticket that closes by itself after five days, solved six days ago, and one that is just solved."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    now = datetime.now(UTC).replace(microsecond=0)
    store = create_desk(url, small_procedure(DUE_TIME_PROCEDURE), admin_login="ann", now=now - timedelta(days=7))
    desk = open_desk(store, "ann")
    for days in (6, 0):
        solved = now - timedelta(days=days)
        number = register(desk, subject="x", type="fault", now=solved - timedelta(hours=1)).number
        update.move(desk, number, "solved", now=solved)
    store.close()
    return url


@pytest.mark.parametrize("words", [("list", "--view", "closed"), ("list",), ("show", "1001")])
def test_what_is_read_is_as_it_is_now(solved_long_ago: str, deskterm: Call, words: tuple[str, ...]) -> None:
    answer = deskterm("--database", solved_long_ago, "ticket", *words, "--json")
    assert (answer.code, answer.err) == (0, "")
    shown = [answer.json] if words[0] == "show" else answer.json
    assert {row["number"]: row["status"] for row in shown}.get(1001, "closed") == "closed"
    done = deskterm("--database", solved_long_ago, "ticket", "list", "--view", "closed", "--json").json
    assert {row["number"]: row["status"] for row in done} == {1001: "closed", 1002: "solved"}

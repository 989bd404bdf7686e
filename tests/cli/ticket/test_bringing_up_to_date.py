"""Lists and tickets are read as they are now: what is over is recorded first, whether or not a runner was on (D-02)."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli_call import Call
from deskterm.desk.api import open_desk
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
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


@pytest.mark.parametrize(
    "words",
    [
        "sla list",
        "sla why 1001",
        "sla watch --count 1",
        "ticket search x",
        "ticket list --requester nobody@example.org",
        "ticket list --unscheduled",
        "ticket list --to-be-set",
        "ticket order 1002",
        "ticket check 1001",
        "ticket like x",
        "ticket list --stale",
        "ticket suggestions 1001",
        "ticket thanks",
        "export tickets --output -",
        "export events --output -",
        "outbox",
        "audit log",
        "ticket price 1001",
        "ticket time 1001",
        "people list",
        "ticket participants 1001",
        "people absent",
        "people overseen",
    ],
)
def test_whatever_shows_tickets_records_first_what_is_over(solved_long_ago: str, deskterm: Call, words: str) -> None:
    """Counts, lists, searches, explanations, exports and letters follow from the status a ticket has now (D-02)."""
    answer = deskterm("--database", solved_long_ago, *words.split())
    assert "Traceback" not in answer.err
    with open_reader(solved_long_ago) as reader:
        assert reader.rows("SELECT status FROM ticket WHERE id = 1001") == [("closed",)], answer


def test_an_export_has_the_status_that_a_ticket_has_now(solved_long_ago: str, deskterm: Call) -> None:
    """No other command was called before (D-02)."""
    answer = deskterm("--database", solved_long_ago, "export", "tickets", "--format", "jsonl", "--output", "-")
    statuses = {row["number"]: row["status"] for row in map(json.loads, answer.out.splitlines())}
    assert statuses == {1001: "closed", 1002: "solved"}


def test_what_cannot_be_recorded_is_said_in_a_sentence(solved_long_ago: str, deskterm: Call) -> None:
    """Whoever may only read the file sees how far its answer is to be trusted (D-02)."""
    path = Path(solved_long_ago.removeprefix("sqlite:///"))
    other = sqlite3.connect(path)
    try:
        other.execute("BEGIN IMMEDIATE")  # somebody writes for longer than a command waits
        answer = deskterm("--database", solved_long_ago, "ticket", "search", "x")
    finally:
        other.close()
    assert answer.code == 0
    assert "1 ticket may show a status whose time is over, because that cannot be recorded" in answer.err


def test_a_look_ahead_says_that_it_records_nothing(deskterm: Call) -> None:
    """On a simulated desk `--now` shows what the clocks say then, and the statuses as they are recorded (D-02)."""
    nine, later = ("--now", "2026-11-23T09:00"), ("--now", "2026-12-30T09:00")
    assert deskterm("init", "--procedure", "managed-services", "--simulated", *nine).code == 0
    deskterm("ticket", "new", "Mail is down", "--incomplete", *nine)
    assert deskterm("ticket", "snooze", "1001", "1d", *nine).code == 0
    for words in (("ticket", "list"), ("ticket", "show", "1001"), ("sla", "why", "1001"), ("ticket", "search", "mail")):
        assert "1 ticket may show a status whose time is over by then" in deskterm(*words, *later).err
        assert deskterm(*words, *nine).err == ""

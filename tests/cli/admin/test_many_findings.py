"""`doctor` and `audit verify` print at most twenty findings, and a count (D-31)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli_call import Call

AT = ("--now", "2026-11-23T09:30Z")
TICKETS = 23


@pytest.fixture
def many_tickets(desk: Call) -> Call:
    """A desk with more tickets than a check prints findings."""
    for number in range(TICKETS):
        assert desk("ticket", "new", f"Printer {number} is out", "--requester", "Kim", "--type", "fault", *AT).code == 0
    return desk


def change_store(tmp_path: Path, *statements: str) -> None:
    """Change rows behind the back of the desk."""
    with closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_doctor_prints_twenty_findings_and_how_many_more(many_tickets: Call, tmp_path: Path) -> None:
    change_store(tmp_path, "UPDATE ticket SET status = 'solved'")
    answer = many_tickets("doctor", *AT)
    found = len(many_tickets("doctor", "--json", *AT).json["findings"])
    assert (answer.code, found >= TICKETS) == (1, True)
    lines = answer.out.splitlines()
    assert sum(line.startswith("! ") for line in lines) == 20
    assert lines[20] == f"… and {found - 20} more: --json lists all."
    assert lines[-1].endswith(f"{found} findings.")


def test_audit_verify_prints_twenty_findings_and_how_many_more(many_tickets: Call, tmp_path: Path) -> None:
    change_store(tmp_path, "DROP TRIGGER event_no_update", "UPDATE event SET actor = 'mallory'")
    answer = many_tickets("audit", "verify", *AT)
    verdict = many_tickets("audit", "verify", "--json", *AT).json
    found = len(verdict["broken"]) + len(verdict["desk"])
    assert (answer.code, found >= TICKETS) == (1, True)
    lines = answer.out.splitlines()
    assert len(lines) == 23
    assert lines[20] == f"… and {found - 20} more: --json lists all."
    assert lines[21].endswith(f"{found} broken.")

"""The integrity check by several processes: the same findings in the same order, also where a process ends early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.history.checking.processes import MOST_PROCESSES, SMALL_DESK, count_processes
from deskterm.desk.history.checking.ticket_check import Finding
from deskterm.desk.history.integrity import check_integrity
from deskterm.desk.tickets import update
from deskterm.desk.tickets.register import register
from deskterm.errors import DeskError
from small_desk import at, small_desk
from tampering import tamper

TICKETS = 14
DAMAGES = {
    1001: "UPDATE ticket SET status = 'closed', assignee = 'kim' WHERE id = 1001",
    1002: "UPDATE clock SET due_at = NULL, state = 'met' WHERE ticket_id = 1002",
    1003: "UPDATE event SET actor = 'mallory' WHERE ticket_id = 1003 AND seq = 1",
    1004: "DELETE FROM message WHERE ticket_id = 1004 AND seq = 2",
    1005: "UPDATE personal_text SET body = 'sweeter' WHERE ticket_id = 1005 AND body = 'z'",
    1006: "UPDATE status_span SET until = since + 60, team = 'other' WHERE ticket_id = 1006",
    1007: "DELETE FROM event WHERE ticket_id = 1007 AND seq = 2",
    1008: "UPDATE ticket SET hash = 'x' WHERE id = 1008",
    1009: "UPDATE attachment SET size = 7 WHERE ticket_id = 1009",
    1010: "UPDATE ticket SET zones = '1999z', next_due_at = received_at WHERE id = 1010",
    1012: "DELETE FROM event WHERE ticket_id = 1012",
    1013: "UPDATE message SET author = 'x' WHERE ticket_id = 1013",
}
"""Ticket → what somebody did to it past deskterm. 1011 and 1014 are as they were."""
ADVICE = "restore a backup with `deskterm restore FILE`"


def found_desk(url: str) -> DeskSession:
    desk = small_desk(url)
    for number in range(1001, 1001 + TICKETS):
        register(desk, subject="x", body="y", type="fault", severity="high", requester="Kim", now=at(0))
        messages.reply(desk, number, "z", files=[NewFile("a.txt", "text/plain", b"a")], now=at(5))
        update.move(desk, number, "working", now=at(6))
    return desk


def list_workers(process: int) -> list[int]:
    """Return the numbers of the processes that check ranges for one."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(child) for child in children if b"history.checking" in Path(f"/proc/{child}/cmdline").read_bytes()]


def list_findings(desk: DeskSession, processes: int) -> tuple[Finding, ...]:
    return check_integrity(desk.store, processes=processes, batch=2).findings


def test_two_processes_find_what_one_finds_and_in_the_same_order(store_url: str) -> None:
    desk = found_desk(store_url)
    tamper(desk, *DAMAGES.values())
    one = list_findings(desk, 1)
    assert sorted({finding.ticket for finding in one}) == list(DAMAGES)
    sentences = [finding.sentence for finding in one]
    assert sentences[:2] == [
        "ticket 1001 differs from its events in status, assignee",
        "the clocks of ticket 1002 differ from its events",
    ]
    assert f"file 1 of event 2 of ticket 1009 is not what was written: {ADVICE}" in sentences
    assert sentences[-2:] == [
        f"ticket 1012 has no events: {ADVICE}",
        "the messages of ticket 1013 differ from its events",
    ]
    progress: list[tuple[int, int]] = []
    workers: list[int] = []

    def note(done: int, total: int) -> None:
        progress.append((done, total))
        workers[:] = list_workers(os.getpid())

    report = check_integrity(desk.store, processes=2, batch=2, progress=note)
    assert report.findings == one
    assert (report.tickets, progress[-1]) == (TICKETS, (TICKETS, TICKETS))
    assert progress == sorted(progress)
    assert len(workers) == 1, "the worker was there to the end, and has not failed"
    # An error that ends the check is the same too, though a worker may meet it first
    tamper(desk, "UPDATE procedure_version SET digest = 'x'")
    with pytest.raises(DeskError, match="Edition 1 of the procedure is not what was put in force"):
        list_findings(desk, 2)
    desk.store.close()


def test_what_a_process_had_when_it_ended_is_checked_by_the_others(tmp_path: Path) -> None:
    desk = found_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    tamper(desk, DAMAGES[1013])

    def kill_workers(done: int, total: int) -> None:
        for worker in list_workers(os.getpid()):
            os.kill(worker, signal.SIGKILL)

    report = check_integrity(desk.store, processes=2, batch=2, progress=kill_workers)
    assert (report.tickets, [finding.ticket for finding in report.findings]) == (TICKETS, [1013])
    desk.store.close()


CHECK = """
import signal, sys, time
from deskterm.desk.history.integrity import check_integrity
from deskterm.store.db.engine import open_store

# A shell that started the tests in the background has switched interrupts off for all that they start
signal.signal(signal.SIGINT, signal.default_int_handler)

def wait(done, total):
    print(done, flush=True)
    time.sleep(20)

try:
    check_integrity(open_store(sys.argv[1]), processes=3, batch=1, progress=wait)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_an_interrupt_ends_all_processes_at_once_and_without_a_traceback(tmp_path: Path) -> None:
    desk = found_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    program = tmp_path / "check.py"
    program.write_text(CHECK)
    with subprocess.Popen(
        [sys.executable, program, desk.store.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        workers = list_workers(process.pid)
        assert len(workers) == 2
        # Nor would they say anything about an interrupt: a terminal sends it to one group only
        assert process.pid not in [os.getpgid(worker) for worker in workers]
        os.killpg(process.pid, signal.SIGINT)
        _, complaints = process.communicate(timeout=10)
    assert (process.returncode, complaints) == (130, "")
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    desk.store.close()


def test_a_small_desk_is_checked_by_one_process_and_a_large_one_by_four_at_most() -> None:
    assert count_processes(SMALL_DESK) == 1
    assert 1 <= count_processes(SMALL_DESK + 1) <= MOST_PROCESSES

"""The automation of a console begins no transaction while the console is suspended (C-08)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from deskterm.tui.workers.automation_worker import AutomationWorker
from small_desk import at
from tui.four_tickets import create_desk_of_four_tickets, load_detail


@pytest.mark.law("C-08")
def test_nothing_is_written_while_it_is_paused_and_everything_afterwards(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    create_desk_of_four_tickets(url)
    reported = threading.Event()

    def report(sentences: Sequence[str]) -> None:
        reported.set()

    worker = AutomationWorker(url, "sam", lambda: at(600), report)
    assert worker.pause()
    before = load_detail(url, 1001).version
    worker.start()
    assert not reported.wait(0.5)
    assert load_detail(url, 1001).version == before
    # It is not paused twice, nor in the middle of a transaction
    assert not worker.pause()
    worker.resume()
    assert reported.wait(30)
    worker.stop()
    assert load_detail(url, 1001).version > before

"""Two consoles on real terminals see each other at their tickets, whichever way one of them ends."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from deskterm.store.db.location import sqlite_path
from deskterm.store.db.reader import open_reader
from deskterm.store.personal.drafts import load_drafts
from tui.real_terminal import Start

ENTER = "\r"


def measure_store(url: str) -> list[int]:
    path = sqlite_path(url)
    return [os.stat(f"{path}{ending}").st_size for ending in ("", "-wal")]


@pytest.mark.law("C-08", "C-30")
def test_colleagues_see_each_other_read_write_and_leave(simulated_url: str, start: Start) -> None:
    narrow = start(simulated_url, login="sam", size=(80, 24))
    narrow.wait_for("sam · agent")
    narrow.type(f":view open{ENTER}")
    narrow.wait_for("1001", "1006")
    ann = start(simulated_url, login="ann")
    ann.wait_for("1001", "1006")
    # Where one pane is in sight at a time, the row under the cursor is no open ticket
    ann.record(seconds=1.0)
    assert "● sam" not in ann.record(seconds=0.1).decode()
    before = measure_store(simulated_url)
    narrow.type(f"j{ENTER}")
    ann.wait_for("● sam")
    ann.type("j")
    ann.wait_for("sam has it open")
    narrow.wait_for("ann has it open")
    narrow.type("rWe look")
    began = time.monotonic()
    ann.wait_for("sam is writing a reply", "● sam ✎")
    assert time.monotonic() - began < 5, "C-30: within a second, on a machine that is not busy"
    ann.type("r")
    ann.wait_for("sam is writing a reply for 1002 too.")
    narrow.wait_for("ann is writing a reply for 1002 too.")
    assert measure_store(simulated_url)[0] == before[0]
    # A crash says nothing to anybody
    ann.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    narrow.wait_for("We look", without=["ann is writing"])
    assert time.monotonic() - killed < 20
    narrow.send_signal(signal.SIGTERM)
    assert narrow.wait_for_exit() == 1
    assert narrow.restored
    assert not narrow.modes_left_on
    assert not Path(f"{sqlite_path(simulated_url)}-presence").exists()
    with open_reader(simulated_url) as reader:
        assert [draft.text for draft in load_drafts(reader, "sam")] == ["We look"]

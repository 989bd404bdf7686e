"""What the console writes to a real terminal of 120 by 40: little enough for a slow line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli_call import program_as
from tui.real_terminal import Start, Terminal

PAGE_DOWN, PAGE_UP = "\x1b[6~", "\x1b[5~"

FRAMES_ARE_MARKED = "\x1b[?2026;2$y"
"""The answer of a terminal that shows what stands between two marks at once."""

FRAME = b"\x1b[?2026h"

TICK, STEP, PAGE = 3_000, 8_000, 20_000
"""Bytes that a second without a key, `j` and a page down may cost."""


@pytest.fixture
def terminal(tmp_path: Path, environment: dict[str, str], start: Start) -> Terminal:
    """Return the console on a working day, where a dozen times count down, at rest."""
    place = tmp_path / "demo.sqlite3"
    subprocess.run(program_as("ann", "demo", "--keep", str(place)), env=environment, check=True, capture_output=True)
    terminal = start(f"sqlite:///{place}", now=())
    terminal.type(FRAMES_ARE_MARKED)
    terminal.wait_for("SLA · ", "ann · admin")
    # The write thread imports what the first keys will need
    terminal.record(seconds=4)
    return terminal


def record_step(terminal: Terminal, key: str) -> bytes:
    """Press a key when a second has just been counted down, and return what it writes."""
    while not terminal.record(seconds=0.05):
        pass
    while terminal.record(seconds=0.1):
        pass
    return terminal.record(key, seconds=0.5)


@pytest.mark.first
@pytest.mark.law("C-44")
def test_a_second_a_step_and_a_page_write_little(terminal: Terminal) -> None:
    assert len(terminal.record(seconds=4)) < 4 * TICK
    steps = [record_step(terminal, "j") for _ in range(5)]
    assert [len(output) for output in steps if len(output) > STEP] == []
    # The row and its ticket together; a slow machine takes longer for some than the row can wait
    assert 1 in [output.count(FRAME) for output in steps]
    pages = [record_step(terminal, key) for key in (PAGE_DOWN, PAGE_UP)]
    assert [len(output) for output in pages if len(output) > PAGE] == []

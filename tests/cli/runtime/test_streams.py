"""Standard streams that are closed, full, or hold what is no UTF-8."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cli_call import Call, program_as


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_latin_1_on_standard_input_is_refused(desk: Call, monkeypatch: pytest.MonkeyPatch, errors: str) -> None:
    """D-47: in some locales Python keeps such bytes instead of refusing them."""
    desk("ticket", "new", "S", "--type", "fault", "--requester", "Kim", "--now", "2026-11-23T09:00")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xe9t\xe9"), encoding="utf-8", errors=errors))
    answer = desk("ticket", "note", "1001", "-", "--now", "2026-11-23T09:01")
    assert (answer.code, answer.out) == (2, "")
    assert "is not UTF-8 text: convert it first" in answer.err


@pytest.mark.parametrize(
    ("call", "closed", "code", "expected"),
    [
        ("ticket note 1001 -", "<&-", 2, "There is nothing to say yet"),
        ("ticket list", "<&-", 0, ""),
        ("ticket list", ">&-", 1, "deskterm: Standard output is closed, so nothing was done"),
        ("", "<&- >&-", 1, "deskterm: Standard output is closed, so nothing was done"),
        ("ticket show 99", "2>&-", 1, ""),
        ("ticket show 99", "<&- >&- 2>&-", 1, ""),
        ("--version", ">&-", 1, "deskterm: Standard output is closed, so nothing was done"),
        ("--version", "> /dev/full", 1, ""),
        ("", "> /dev/full", 1, "deskterm: The system refused: no space left on device."),
    ],
)
def test_closed_and_full_streams_are_no_surprise(desk: Call, call: str, closed: str, code: int, expected: str) -> None:
    """D-47"""
    if "/dev/full" in closed and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    desk("ticket", "new", "S", "--type", "fault", "--requester", "Kim", "--now", "2026-11-23T09:00")
    line = f"{shlex.join(program_as('ann'))} {call} {closed}"
    answer = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert answer.returncode == code
    assert expected in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "unexpected" not in answer.stderr


def test_with_closed_standard_output_nothing_is_written(desk: Call) -> None:
    """D-47: whoever is told that a call failed may call again."""
    line = f"{shlex.join(program_as('ann'))} ticket new S --type fault --requester Kim >&-"
    answer = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert desk("ticket", "list", "--json").out == "[]\n"


def test_a_control_character_that_is_left_out_is_named(desk: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A NUL went without a word."""
    desk("ticket", "new", "S", "--type", "fault", "--requester", "Kim", "--now", "2026-11-23T09:00")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\0b"), encoding="utf-8"))
    answer = desk("ticket", "note", "1001", "-", "--now", "2026-11-23T09:01")
    assert (answer.code, answer.err) == (0, "deskterm: a control character (U+0000) in the text was left out.\n")

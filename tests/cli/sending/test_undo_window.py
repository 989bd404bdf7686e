"""Letters of a person at a terminal wait before they leave, those of a script do not (C-20)."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

import pytest

from deskterm.cli.sending.undo_window import delay_letters, print_undo_hint
from deskterm.desk.conversation import messages
from deskterm.desk.history.undo import undo_last_command
from deskterm.desk.tickets.register import register
from small_desk import at, small_desk
from ticket_reads import letters_about

pytestmark = pytest.mark.law("C-20")


def test_a_letter_waits_where_a_person_is_at_the_terminal_and_undo_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    desk = small_desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    register(desk, type="fault", subject="Heat", requester="Kim", email="kim@larch.example", now=at(0))
    delay_letters(desk)
    assert desk.undo_window == 0, "the output of a script"
    print_undo_hint(desk, 1001)
    terminal, program = pty.openpty()
    with os.fdopen(program, "w") as output, os.fdopen(terminal):
        monkeypatch.setattr(sys, "stdout", output)
        delay_letters(desk)
        monkeypatch.undo()
    assert desk.undo_window == 10
    messages.reply(desk, 1001, "It is cooled.", now=at(1))
    assert [letter.not_before for letter in letters_about(desk) if letter.on == "replied"] == [
        int(at(1).timestamp()) + 10
    ]
    print_undo_hint(desk, 1001)
    print_undo_hint(desk, 1001, "phone")
    assert capsys.readouterr().err == "It leaves in 10 s: `deskterm ticket undo 1001` takes it back.\n"
    assert "its letter is withdrawn" in undo_last_command(desk, 1001, now=at(1.1)).summary

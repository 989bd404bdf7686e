"""What long commands show on a terminal."""

from __future__ import annotations

import sys
from io import StringIO

import pytest

from deskterm.cli.runtime.output import show_progress_on_terminal, shown_on_terminal


def test_a_file_of_messages_has_no_lines_that_go_again(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = StringIO()
    monkeypatch.setattr(sys, "stderr", messages)
    with shown_on_terminal("checking the file itself …"):
        pass
    assert messages.getvalue() == ""
    assert show_progress_on_terminal("tickets") is None

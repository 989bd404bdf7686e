"""`deskterm ticket macro` and `deskterm macro`: run, save, show, remove (C-21)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call
from deskterm.cli.completion_values import print_values

pytestmark = pytest.mark.law("C-21")

AT = ("--now", "2026-11-23T09:30Z")
FILE = """
[[macros]]
key = "take"
label = "Take it"
statuses = ["new"]
assign = "me"
tags = ["taken"]
status = "in-progress"
"""


def test_a_macro_is_run_on_several_tickets_and_undone_on_all_at_once(managed_services: Call, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(FILE)
    managed_services("template", "apply", tmp_path, *AT)
    for _ in range(2):
        managed_services("ticket", "new", "Mail", "--requester", "Ida", "--incomplete", *AT)
    assert managed_services("ticket", "macro", "take", "1002", *AT).out.startswith("1002: Take it: assigned to ann")
    answer = managed_services("ticket", "macro", "take", "1001", "1002", "1003", *AT)
    assert answer.code == 1
    assert answer.err == (
        "deskterm: 1002: Take it is for New, and 1002 is In progress.\ndeskterm: 2 of 3 tickets done.\n"
    )
    assert "1003 is New again" in managed_services("ticket", "undo", "1003", *AT).out
    assert managed_services("ticket", "show", "1001", "--json", *AT).json["assignee"] is None
    assert managed_services("ticket", "macro", "Take it", "--filter", "status:new", *AT).code == 0
    answer = managed_services("ticket", "macro", "1001,1003", "take", "--json", *AT)
    assert [one["error"] for one in answer.json] == [
        f"Take it is for New, and {number} is In progress." for number in (1001, 1003)
    ]
    assert 'did you mean "take"' in managed_services("ticket", "macro", "tkae", "1001", *AT).err


def test_a_macro_of_ones_own_is_made_of_what_was_done_last(
    managed_services: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There are no macros yet" in managed_services("macro", "list", *AT).out
    managed_services("ticket", "set", "1001", "--status", "in-progress", *AT)
    managed_services("ticket", "assign", "1001", "ann", *AT)
    answer = managed_services("macro", "save", "Take it up", "1001", "--last", "2", *AT)
    assert answer.out == "Macro take-it-up saved: assign, status.\n"
    shown = managed_services("macro", "show", "take it up", *AT).out
    assert shown == '[[macros]]\nkey = "take-it-up"\nlabel = "Take it up"\nassign = "me"\nstatus = ["in-progress"]\n'
    (tmp_path / "own.toml").write_text(shown)
    assert managed_services("template", "check", tmp_path, *AT).out == "0 templates and 1 macro: correct.\n"
    (mine,) = managed_services("macro", "list", "--json", *AT).json
    assert (mine["key"], mine["own"]) == ("take-it-up", True)
    assert managed_services("macro", "list", "--json", "--as", "sam", *AT).json[0]["own"]
    assert print_values("macros", "ann") == 0
    assert capsys.readouterr().out == "take-it-up\n"
    assert managed_services("macro", "remove", "take-it-up", *AT).out == "Macro take-it-up removed.\n"
    assert managed_services("macro", "remove", "take-it-up", *AT).code == 1

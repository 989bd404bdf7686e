"""Calls and rotas from the command line: D-10."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_call import Call
from small_desk import ROTA, SMALL_PROCEDURE

CALLS = """
[[rules]]
key = "pump"
label = "A pump is dark"
on = "create"
when = { type = "fault" }
rota = "pumps"
repeat = "10m"
"""


@pytest.fixture
def ward(deskterm: Call, tmp_path: Path) -> Call:
    """A simulated desk on which sam is the only one who takes turns."""
    file, people = tmp_path / "ward.toml", tmp_path / "people.csv"
    file.write_text(SMALL_PROCEDURE + ROTA + CALLS, encoding="utf-8")
    people.write_text("login,name,role,roles\nsam,Sam,agent,technician\n", encoding="utf-8")
    assert deskterm("init", "--procedure", file, "--simulated", "--now", "2026-11-23T09:00").code == 0
    assert deskterm("seed", "agents", people).code == 0
    return deskterm


def test_it_is_said_who_is_on_call_and_until_when(ward: Call) -> None:
    assert ward("people", "on-call").out == "Pumps: sam, until Mon 30 Nov 2026 09:00 GMT\n"
    (turn,) = ward("people", "on-call", "--json").json
    assert turn == {"rota": "pumps", "login": "sam", "until": "2026-11-30T09:00:00Z"}
    assert "Technician in turns of 7 days from 2026-11-23, 09:00" in ward("procedure", "guide", "pumps").out


def test_a_desk_without_a_rota_says_so(desk: Call) -> None:
    answer = desk("people", "on-call")
    assert (answer.code, answer.err) == (1, "deskterm: This procedure has no rota: give it one under [[rotas]].\n")


def test_a_call_is_shown_until_it_is_acknowledged(ward: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ward("ticket", "new", "Dark", "--type", "fault", "--email", "ida@larch.example").code == 0
    monkeypatch.setenv("DESKTERM_TEST_LOGIN", "sam")
    assert "A pump is dark" in ward("notices").out
    assert "A pump is dark: called once, and nobody has acknowledged it" in " ".join(
        ward("ticket", "show", 1001).out.split()
    )
    done = ward("ticket", "acknowledge", 1001)
    assert done.out == "1001: call acknowledged (A pump is dark); nobody is called again\n"
    assert "nobody has acknowledged" not in ward("ticket", "show", 1001).out
    again = ward("ticket", "acknowledge", 1001)
    assert (again.code, again.err) == (1, "deskterm: Ticket 1001 has no call to acknowledge: sam did.\n")

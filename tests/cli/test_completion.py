"""Completion by shells: the scripts, run by the shells themselves, and the values that they ask for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli_call import Call
from deskterm.cli.main import build_program

HEAVY = {"typer", "pydantic", "sqlalchemy", "sqlmodel", "textual"}
DRIVER = """
source {script}
deskterm() {{ case "$2" in numbers) echo 1001 1002 ;; statuses) echo new working ;; *) echo ann sam ;; esac; }}
try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=(); _deskterm; echo "${{COMPREPLY[*]}}"; }}
try deskterm tick
try deskterm ticket sn
try deskterm ticket set --stat
try deskterm ticket set 1001 --status ""
try deskterm ticket set 10
try deskterm ticket assign 1001 s
try deskterm --as ""
"""


@pytest.mark.law("C-54")
def test_bash_completes_commands_options_and_values(deskterm: Call, tmp_path: Path) -> None:
    """C-54."""
    script = tmp_path / "deskterm.bash"
    script.write_text(deskterm("completion", "bash").out, encoding="utf-8")
    done = subprocess.run(["bash", "-c", DRIVER.format(script=script)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "ticket", "snooze", "--status", "new working", "1001 1002", "sam", "ann sam",
    ]  # fmt: skip


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_script_is_one_of_its_shell_and_knows_every_command(deskterm: Call, tmp_path: Path, shell: str) -> None:
    script = tmp_path / "script"
    printed = deskterm("completion", shell)
    script.write_text(printed.out, encoding="utf-8")
    for name, group in build_program().commands.items():
        assert name in printed.out
        assert all(f"{name}/{inner}" in printed.out for inner in getattr(group, "commands", {}))
    if shutil.which(shell) is not None:
        subprocess.run([shell, "-n", str(script)], check=True)
    assert deskterm("completion", "csh").code == 2


def test_values_are_those_of_the_desk_and_a_desk_that_cannot_be_read_offers_none(
    two_tickets: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_tickets("ticket", "list", "--now", "2026-11-23T09:10").code == 0
    code = (
        "import sys; from deskterm.cli.completion_values import print_values; code = print_values(sys.argv[1], 'ann');"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )

    def ask(kind: str, database: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "DESKTERM_DATABASE": database}
        return subprocess.run(
            [sys.executable, "-c", code, kind], env=environment, capture_output=True, text=True, check=False
        )

    desk = os.environ["DESKTERM_DATABASE"]
    numbers = ask("numbers", desk)
    assert numbers.stdout.split() == ["1002", "1001"]
    assert ask("statuses", desk).stdout.split() == ["new", "working", "waiting", "solved", "closed"]
    monkeypatch.setenv("DESKTERM_TYPED", "-sev:high,l")
    filters = ask("filters", desk)
    assert filters.stdout.split() == ["-sev:high,low"]
    assert not HEAVY & set(filters.stderr.split())
    monkeypatch.setenv("DESKTERM_TYPED", "st")
    assert ask("filters", desk).stdout.split() == ["status:"]
    assert "mine" in ask("views", desk).stdout.split()
    assert not HEAVY & set(numbers.stderr.split()), "a shell waits for this while somebody types"
    nowhere = ask("numbers", str(tmp_path / "none.sqlite3"))
    assert (nowhere.returncode, nowhere.stdout) == (1, "")

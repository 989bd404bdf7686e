"""Completion in bash, zsh and fish themselves, on a pseudo-terminal: what is typed, with the Tab key, is what runs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_call import Call, program_as
from tui.real_terminal import Terminal

PATIENCE = 60.0
"""Seconds until a line must have run."""

LINES = {
    "deskterm tick\t": "ticket",
    "deskterm ticket sno\t": "ticket snooze",
    "deskterm ticket set 1\t --sta\t work\t": "ticket set 1001 --status working",
    "deskterm ticket assign 1001 an\t": "ticket assign 1001 ann",
    "deskterm --as an\t tick\t lis\t": "--as ann ticket list",
    "deskterm --now tic ticket lis\t": "--now tic ticket list",
    "deskterm sla w\t": "sla w",
    "deskterm ticket note 1001 tick\t": "ticket note 1001 tick",
    "deskterm ticket list assig\tm\t -sta\twor\t --view w\t": "ticket list assignee:me -status:working --view waiting",
}
"""What is typed → the words that the program is called with."""


class Shell:
    """A shell that runs a `deskterm` which completes as the program does, and otherwise writes down its words."""

    def __init__(self, terminal: Terminal, log: Path) -> None:
        self._terminal, self._log = terminal, log
        self._count = 0

    def run(self, line: str) -> str:
        """Type a line, and return the words that the program was called with."""
        self._terminal.type(line + "\n")
        self._count += 1
        deadline = time.monotonic() + PATIENCE
        while len(lines := self._log.read_text(encoding="utf-8").splitlines()) < self._count:
            self._terminal._read()
            assert time.monotonic() < deadline, f"{line!r} never ran:\n{self._terminal._screen}"
        return " ".join(lines[-1].split())


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request: pytest.FixtureRequest, desk: Call, tmp_path: Path) -> Iterator[Shell]:
    """Each shell, with the script of `deskterm completion` where its shell looks for it."""
    name = request.param
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here")
    desk("ticket", "new", "S", "--type", "fault", "--requester", "Kim", "--now", "2026-11-23T09:00")
    script = desk("completion", name).out
    home, log = tmp_path / "home", tmp_path / "calls"
    log.touch()
    program = home / "bin" / "deskterm"
    folders = {"bash": home, "zsh": home / "functions", "fish": home / "fish/completions"}
    for folder in (program.parent, folders[name]):
        folder.mkdir(parents=True, exist_ok=True)
    python = " ".join(f"'{word}'" for word in program_as("ann"))
    program.write_text(
        f'#!/bin/sh\ncase "$1" in --complete) exec {python} "$@" ;; esac\necho "$*" >> {log}\n', encoding="utf-8"
    )
    program.chmod(0o755)
    file = folders[name] / {"bash": "deskterm.bash", "zsh": "_deskterm", "fish": "deskterm.fish"}[name]
    file.write_text(script, encoding="utf-8")
    (home / "rc").write_text(f"source {file}\nPS1='ready> '\n", encoding="utf-8")
    (home / ".zshrc").write_text(
        f"PS1='ready> '\nfpath=({file.parent} $fpath)\nautoload -Uz compinit\ncompinit -u -d {home}/dump\n",
        encoding="utf-8",
    )
    (home / "fish").mkdir(exist_ok=True)
    (home / "fish/config.fish").write_text(
        "function fish_prompt; echo 'ready> '; end\nset -g fish_greeting\n", encoding="utf-8"
    )
    words = {"bash": ("--noprofile", "--rcfile", str(home / "rc"), "-i"), "zsh": ("-i",), "fish": ("-i",)}[name]
    environment = {
        **os.environ,
        "HOME": str(home),
        "ZDOTDIR": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "TERM": "xterm",
        "INPUTRC": "/dev/null",
    }
    terminal = Terminal([shutil.which(name) or name, *words], environment, (120, 40))
    try:
        terminal.wait_for("ready>")
        yield Shell(terminal, log)
    finally:
        terminal.close()


@pytest.mark.law("C-54")
def test_a_shell_completes_commands_options_numbers_people_and_statuses(shell: Shell) -> None:
    """C-54: driven for real, because zsh offered nothing on the first Tab, and fish the commands of a group behind each
    of them."""
    assert {line: shell.run(line) for line in LINES} == LINES

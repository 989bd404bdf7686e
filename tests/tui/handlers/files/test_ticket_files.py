"""The tab of a ticket's files: they are opened by the system's program, and saved into a folder (C-22, C-13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm.desk.conversation import messages
from deskterm.desk.domain.files.new_file import NewFile
from small_desk import at
from tui.console_session import open_console
from tui.four_tickets import open_as_colleague

pytestmark = pytest.mark.law("C-22")


async def test_files_are_listed_opened_and_saved(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs, folder = tmp_path / "bin", tmp_path / "saved here"
    programs.mkdir()
    folder.mkdir()
    for name in ("xdg-open", "open"):
        (programs / name).write_text(f'#!/bin/sh\ncp "$1" {tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n')
        (programs / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")
    desk = open_as_colleague(url)
    files = [
        NewFile("../plan\u202e.txt", "text/plain", b"the plan"),
        NewFile("run\x1b[31m.sh", "text/x-sh", b"echo"),
    ]
    messages.reply(desk, 1001, "See the files.", files=files, now=at(30))
    desk.store.close()
    async with open_console(url) as console:
        console.workspace.show_ticket(1001)
        await console.wait_for_ticket(1001)
        await console.wait_for_text("Files 2")
        await console.wait_for_text("+ plan.txt, 8 B")
        assert "\u202e" not in console.screen_text()
        await console.pilot.press("F")
        await console.wait_for_text("[Files 2]")
        await console.wait_until(
            lambda: (
                "plan.txt, 8 B  text/plain" in "\n".join(line.text for line in console.panes.ticket.conversation._lines)
            ),
            "the list",
        )
        await console.pilot.press("enter")
        await console.wait_until((tmp_path / "opened").exists, "the program")
        assert (tmp_path / "opened").read_bytes() == b"the plan"
        await console.pilot.press("j", "enter")
        await console.wait_for_notice("might run as a program")
        await console.run("save-files", f"all to {folder}")
        await console.wait_for_notice("Saved 2 files in")
        await console.run("save-files", f"1 to {folder}")
        assert sorted(path.name for path in folder.iterdir()) == ["plan (2).txt", "plan.txt", "run[31m.sh"]
        await console.run("open-file", "plan.doc")
        await console.wait_for_notice("There is no file plan.doc")

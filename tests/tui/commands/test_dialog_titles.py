"""Every dialog, question and composer that a command opens names its ticket (C-01)."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.tickets.register import register
from deskterm.tui.commands.command import Command
from deskterm.tui.commands.table import TABLE
from deskterm.tui.dialogs.page import Page
from deskterm.tui.target import Target
from shipped_desk import shipped_desk
from small_desk import at
from tui.console_session import ConsoleSession, open_console

pytestmark = pytest.mark.law("C-01")

MOST_QUESTIONS = 3
"""Questions of one command that are answered, one after the other, with what is offered first."""

COMMANDS = [command for command in TABLE if command.rows != "none" and command.opens_input]
ELSEWHERE = {"check", "close", "confirm-severity", "due", "severity", "why"}
"""Commands that open nothing on the campus's desk, which has none of this: asked on the platform's."""
NEED_MORE = {"impact", "item", "macro", "repeat", "suggested", "template", "urgency", "waive"}
"""Commands that open nothing before a development item was raised, a rule has suggested something, something was
done, a target was missed, or there are templates and macros (`handlers/templates`); and those of scales that neither
desk has."""

SCRIPT = NewFile("run.sh", "text/x-sh", b"echo")
"""A file that is asked about, and that no program opens."""


def read_question(console: ConsoleSession) -> tuple[object, str]:
    """Return the dialog, the line to type in or the composer that is open, and its words; no words where none is."""
    workspace = console.workspace
    if len(console.app.screen_stack) > 1:
        dialog = console.app.screen
        titles = [str(widget.border_title) for widget in dialog.query("*") if widget.border_title]
        # None as long as it has not been composed
        return dialog, " ".join([*titles, *(str(widget.render()) for widget in dialog.query(Static))]).strip()
    if "prompts" in workspace.__dict__ and workspace.prompts._prompt is not None:
        return workspace.prompts._prompt, workspace.prompts._prompt._sign
    return workspace.composer, "" if workspace.composer is None else str(workspace.composer.border_title)


async def read_questions(console: ConsoleSession, command: Command, target: Target) -> list[str]:
    """Run a command for a ticket, answer what it asks, and return the words of every question."""
    found: dict[object, str] = {}

    def is_next() -> bool:
        opened, words = read_question(console)
        return not console.busy() or (bool(words) and opened not in found)

    console.workspace.run_command(command.name, target=target)
    while len(found) < MOST_QUESTIONS:
        await console.wait_until(is_next, f"a question of {command.name}")
        opened, words = read_question(console)
        if not words or opened in found:
            break
        found[opened] = words
        if console.workspace.composer is not None or isinstance(opened, Page):
            break
        await console.pilot.press(*(["7"] if len(console.app.screen_stack) == 1 else []), "enter")
    while read_question(console)[0] is not None:
        await console.pilot.press("escape")
    await console.wait_until(lambda: not console.busy(), f"the end of {command.name}")
    return list(found.values())


async def check(tmp_path: Path, procedure: str, commands: list[Command]) -> None:
    desk = shipped_desk(f"sqlite:///{tmp_path / f'{procedure}.sqlite3'}", procedure)
    numbers = {
        command.name: register(
            desk, subject="The form fails", body="Please:\n1. the door\n2. the window", requester="Kim Doe",
            email="kim@larch.example", incomplete=True, files=[SCRIPT, SCRIPT], now=at(0),
        ).number
        for command in commands
    }  # fmt: skip
    desk.store.close()
    unnamed, silent = [], []
    async with open_console(desk.store.url, "ann") as console:
        lines = {line.number: line for line in console.panes.queue._pages.lines()}
        for command in commands:
            number = numbers[command.name]
            questions = await read_questions(console, command, Target(lines[number]))
            unnamed += [f"{command.name}: {words}" for words in questions if str(number) not in words]
            silent += [] if questions else [command.name]
    assert unnamed == []
    assert set(silent) <= NEED_MORE


@pytest.mark.first
async def test_every_question_of_every_command_names_its_ticket(tmp_path: Path) -> None:
    await check(tmp_path, "campus-it", [command for command in COMMANDS if command.name not in ELSEWHERE])


async def test_so_do_the_questions_about_what_only_some_procedures_have(tmp_path: Path) -> None:
    await check(tmp_path, "saas-platform", [command for command in COMMANDS if command.name in ELSEWHERE])

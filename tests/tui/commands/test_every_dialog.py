"""Every dialog, question and composer that a command opens has a picture, and names its ticket (C-01).

After an intended change, look at the pictures that `pytest tests/tui/commands/test_every_dialog.py --snapshot-update`
makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.widgets import Static

from deskterm.automation.runner import Runner
from deskterm.desk.conversation import messages, scheduled_replies
from deskterm.desk.core.session import DeskSession
from deskterm.desk.development import items
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.desk.domain.received_mail import ReceivedMail
from deskterm.desk.templates.library import apply_library
from deskterm.desk.tickets.register import register
from deskterm.desk.workflow import work_sessions
from deskterm.exchange.seeding.template_files import load_templates
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.procedure.schema.calendars import Rota
from deskterm.procedure.shipped import list_template_files
from deskterm.tui.commands.command import Command
from deskterm.tui.commands.table import TABLE
from deskterm.tui.dialogs.choose import Choose
from deskterm.tui.dialogs.compose import Composer
from deskterm.tui.dialogs.confirm import Confirm
from deskterm.tui.dialogs.prompt import Prompt
from deskterm.tui.target import Target
from shipped_desk import as_agent, finish_checklist, shipped_desk
from small_desk import at
from tui.support.pictures.consoles import open_walk
from tui.support.pictures.gallery import Gallery
from tui.support.pictures.looks import SMALL, Place
from tui.support.pictures.text_picture import Shot
from tui.support.pictures.walk import Walker

pytestmark = pytest.mark.law("C-01")

MOST_QUESTIONS = 3
"""Questions of one command that are answered, one after the other, with what is offered first."""

PLACE: Place = (SMALL, "dark")
"""The size and the look of the pictures: where there is least room."""

ENDS = "quit"
"""The command that ends the console, and is not run."""
OPENS_NOTHING = frozenset({"mark-again", "mark-all", "mark-range", "repeat"})
"""Commands that keep keys until they are done, as if they opened something, but only choose tickets or change them."""

SCRIPT = NewFile("run.sh", "text/x-sh", b"echo")
"""A file that is asked about, and that no program opens."""
RAW_MAIL = b"From: Kim Doe <kim@larch.example>\r\nSubject: Re: The form fails\r\n\r\nIt still fails.\r\n"
LOG = NewFile("trace.log", "text/plain", b"no")


def raise_item(desk: DeskSession, number: int) -> None:
    finish_checklist(desk, number, "to-development", "code-change", at(1))
    items.raise_item(desk, number, now=at(1))


def suggest_something(desk: DeskSession, number: int) -> None:
    """Let a rule suggest that the ticket is passed on: half an hour of work on it is done."""
    work_sessions.start_work(as_agent(desk, "sam"), number, now=at(1))
    for _ in Runner(desk.store).step(at(1) + timedelta(minutes=31)):
        pass


def send_later(desk: DeskSession, number: int) -> None:
    scheduled_replies.schedule_reply(desk, number, "It is back.", "3h", now=at(1))


def mention(desk: DeskSession, number: int) -> None:
    messages.add_note(as_agent(desk, "lea"), number, "@ann seen here too.", now=at(1))


def write_by_mail(desk: DeskSession, number: int) -> None:
    """Let the requester write again, by a mail that is kept."""
    kept = keep_mail(desk.store, "support", str(number), RAW_MAIL, received_at=at(1), now=at(1))
    messages.record_customer_message(desk, number, "It still fails.", mail=ReceivedMail(kept.key, "a"), now=at(1))


def park_a_mail(desk: DeskSession, number: int) -> None:
    raw, reason = RAW_MAIL.replace(b"still", b"really"), "spam: the mail server says so"
    keep_mail(desk.store, "support", "parked", raw, received_at=at(1), now=at(1), quarantined_for=reason)


def add_templates(desk: DeskSession, number: int) -> None:
    procedure = desk.procedure.definition
    file = list_template_files()[procedure.about.key]
    apply_library(desk, load_templates([file], procedure, logins=None), now=at(1))


async def leave_a_draft(walker: Walker, target: Target) -> None:
    drafts = walker.workspace.drafts
    draft = drafts.begin("reply", target.number, "It is back.")
    drafts.leave(draft)
    await walker.wait(lambda: draft.saved_at, "the draft is saved")


async def be_refused(walker: Walker, target: Target) -> None:
    """Let a command on two tickets be refused by both."""
    lines = list(walker.workspace.panes.queue._pages.lines())[:2]
    walker.workspace.run_command("close", "no such reason", Target(lines[0], tuple(lines)))
    await walker.wait(lambda: walker.workspace.acts.refused.tickets, "two refusals")


async def do_something(walker: Walker, target: Target) -> None:
    walker.workspace.run_command("take", target=target)
    await walker.wait(lambda: walker.workspace.acts.last, "an act")


PREPARED: Mapping[str, Callable[[DeskSession, int], None]] = {
    "item": raise_item,
    "suggested": suggest_something,
    "scheduled": send_later,
    "notices": mention,
    "template": add_templates,
    "raw": write_by_mail,
    "macro": add_templates,
    "quarantine": park_a_mail,
}
"""What is done at the desk before a command is run, so that it has something to ask about."""
PREPARED_HERE = {"drafts": leave_a_draft, "refused": be_refused, "undo-older": do_something}
"""The same at the console."""

ELSEWHERE = {
    "saas-platform": ("check", "close", "confirm-severity", "due", "item", "severity", "why"),
    "managed-services": ("impact", "suggested", "urgency", "waive"),
}
"""Procedures, and the commands that open nothing on the campus's desk, which has none of this."""

ROTA = Rota.model_validate(
    {"key": "duty", "label": "On duty", "role": "support-engineer", "timezone": "Europe/London", "first": "2026-11-23"}
)
"""A rota, which none of the shipped procedures has."""


def list_commands(procedure: str) -> list[Command]:
    """List the commands that are run on a procedure's desk."""
    named = ELSEWHERE.get(procedure)
    others = {name for names in ELSEWHERE.values() for name in names}
    commands = [command for command in TABLE if command.handler and command.name != ENDS]
    return [one for one in commands if (one.name in named if named is not None else one.name not in others)]


def read_question(walker: Walker) -> tuple[object, str]:
    """Return the dialog, the line to type in or the composer that is open, and its words; no words where none is."""
    workspace = walker.workspace
    if len(walker.app.screen_stack) > 1:
        dialog = walker.app.screen
        titles = [str(widget.border_title) for widget in dialog.query("*") if widget.border_title]
        if isinstance(dialog, CommandPalette):
            return dialog, "palette"
        # None as long as it has not been composed
        return dialog, " ".join([*titles, *(str(widget.render()) for widget in dialog.query(Static))]).strip()
    if workspace.prompting:
        prompt = workspace.prompts._prompt
        return prompt, "" if prompt is None else prompt._sign
    return workspace.composer, "" if workspace.composer is None else str(workspace.composer.border_title)


async def shoot(walker: Walker) -> Shot:
    """Return the picture of the dialog, or of the rows of the line or the composer that are open."""

    def is_previewed() -> bool:
        previews = walker.app.screen.query("#preview").results(Static)
        return all(str(preview.content) not in ("", "…") for preview in previews)

    while True:
        await walker.wait(is_previewed, "what it would do")
        await walker.clear_notices()
        shot, (opened, _) = await walker.shoot(), read_question(walker)
        if is_previewed():  # it may have begun anew while the screen came to rest
            break
    if len(walker.app.screen_stack) > 1:
        return shot
    region: Any = opened.region  # type: ignore[attr-defined]
    return shot[region.y : region.bottom]


async def ask(walker: Walker, command: Command, target: Target) -> list[tuple[str, Shot]]:
    """Run a command for a ticket, answer what it asks, and return the words and the picture of every question."""
    found: dict[object, tuple[str, Shot]] = {}

    def is_busy() -> bool:
        return any(worker.group == "commands" and not worker.is_finished for worker in walker.app.workers)

    def is_next() -> bool:
        opened, words = read_question(walker)
        return not is_busy() or (bool(words) and opened not in found)

    walker.workspace.run_command(command.name, target=target)
    while len(found) < MOST_QUESTIONS:
        await walker.wait(is_next, f"a question of {command.name}")
        if not read_question(walker)[1]:
            await walker.rest()  # what a command opened without waiting for it
        opened, words = read_question(walker)
        if not words or opened in found:
            break
        if isinstance(opened, Composer):  # it is open before a template or a quotation is in it
            await walker.wait(lambda: not is_busy() or len(walker.app.screen_stack) > 1, "the text in the composer")
        found[opened] = words, await shoot(walker)
        if not isinstance(opened, (Choose, Confirm, Prompt)):
            break
        await walker.press(*(["7"] if isinstance(opened, Prompt) else []), "enter")
    while True:
        # A command may ask again what it asked before: a page closes, and its list is there once it was read anew
        await walker.wait(lambda: not is_busy() or read_question(walker)[0] is not None, f"the end of {command.name}")
        if read_question(walker)[0] is None:
            break
        await walker.leave_one()
    return list(found.values())


def create_desk(folder: Path, procedure: str, commands: list[Command]) -> tuple[str, dict[str, int]]:
    """Create a desk with a ticket for each command; return its URL, and the numbers of the tickets."""
    changes: dict[str, Any] = {} if procedure in ELSEWHERE else {"rotas": (ROTA,)}
    desk = shipped_desk(f"sqlite:///{folder / f'{procedure}.sqlite3'}", procedure, **changes)
    numbers = {
        command.name: register(
            desk, subject="The form fails", body="Please:\n1. the door\n2. the window", requester="Kim Doe",
            email="kim@larch.example", incomplete=True, files=[SCRIPT, LOG], now=at(0),
        ).number
        for command in commands
    }  # fmt: skip
    seed_agents(desk, [{"login": "sam", "name": "Sam", "role": "agent", "tier": "1"}], now=at(0))
    # In the order of the table: a set has another one in each process, and the mails other numbers
    for name, number in numbers.items():
        if name in PREPARED:
            PREPARED[name](desk, number)
    desk.store.close()
    return desk.store.url, numbers


@pytest.mark.first
@pytest.mark.parametrize(
    ("procedure", "moment"), [("campus-it", at(60)), ("saas-platform", at(60)), ("managed-services", at(600))]
)
async def test_every_question_of_every_command_has_a_picture_and_names_its_ticket(
    procedure: str, moment: datetime, tmp_path: Path, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = list_commands(procedure)
    url, numbers = create_desk(tmp_path, procedure, commands)
    monkeypatch.setenv("HOME", str(tmp_path))  # where files are saved
    pictures: dict[str, dict[Place, Shot]] = {}
    unnamed, silent, loud = [], [], []
    async with open_walk(url, "ann", moment, PLACE, monkeypatch) as walker:
        await walker.show_view("open")
        lines = {line.number: line for line in walker.workspace.panes.queue._pages.lines()}
        for command in commands:
            number = numbers[command.name]
            target = Target(lines[number])
            if command.name in PREPARED_HERE:
                await PREPARED_HERE[command.name](walker, target)
            questions = await ask(walker, command, target)
            for place, (words, shot) in enumerate(questions, 1):
                pictures[command.name if place == 1 else f"{command.name}-{place}"] = {PLACE: shot}
                if command.rows != "none" and str(number) not in words:
                    unnamed.append(f"{command.name}: {words}")
            if command.opens_input and command.name not in OPENS_NOTHING:
                silent += [] if questions else [command.name]
            else:
                loud += [command.name] if questions else []
            await walker.leave()
    assert (unnamed, silent, loud) == ([], [], [])
    gallery.of(procedure).compare(pictures)

"""Mails in quarantine: list them with their reasons, read one, and release it onto a ticket or as a new one, or drop it
(M-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.api import open_system_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import format_size
from deskterm.errors import DeskError, UsageError
from deskterm.mail.intake.quarantine import drop, release
from deskterm.mail.intake.work_on import Outcome
from deskterm.mail.keeping.kept_mails import describe_rest
from deskterm.mail.reading.read_mail import Mail, read_mail
from deskterm.mail.settings.load import find_desk_mail_file, load_mail_file
from deskterm.mail.settings.mailboxes import build_mail_settings
from deskterm.mail.threading.tokens import load_token_key
from deskterm.present.formats import format_count, format_message_time
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.access_log import is_access_logged, record_access
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.mail.mails import MailLine, load_mail_bytes, load_mails
from deskterm.tui.dialogs.page import Page
from deskterm.tui.panes.colours import BOLD, FAINT

if TYPE_CHECKING:
    from datetime import datetime

    from deskterm.tui.console import Workspace
    from deskterm.tui.target import Target

_MOST_LISTED = 200
_DIGITS = 9
"""Mails that a digit can take; more are found by typing."""
_MOST_SHOWN = 100_000
"""Most characters of a mail that a page shows: a screen of text takes memory and time."""
_LABEL_WIDTH = 10
"""Cells for the name of a header."""
_ACTIONS = {"n": "new ticket", "t": "onto a ticket", "d": "drop"}
"""Key → what it does with the mail that is shown."""


async def show_quarantine(console: Workspace, target: Target, argument: str) -> None:
    """List the mails in quarantine, the newest first, show the chosen one, and do with it what is decided; then the
    rest again. argument: the number of one, for that alone. Raises UsageError for one that is not in quarantine."""
    mails = await _load_mails(console)
    if argument:
        mail = next((mail for mail in mails if str(mail.key) == argument.strip()), None)
        if mail is None:
            raise UsageError(f"No mail {argument.strip()} is in quarantine: `:quarantine` lists those that are.")
        await _decide(console, mail)
        return
    if not mails:
        console.notify("No mail is in quarantine.")
    while mails:
        mail = await _choose(console, mails)
        if mail is None:
            return
        await _decide(console, mail)
        mails = await _load_mails(console)


async def _load_mails(console: Workspace) -> list[MailLine]:
    now = console.now()

    def load(desk: DeskSession) -> list[MailLine]:
        desk.require("mail")
        with desk.open_reader() as reader:
            mails = load_mails(reader, ("quarantined",), limit=_MOST_LISTED)
            document = load_desk_facts(reader).document
        if mails and is_access_logged(document):
            _log_access(desk, "mails", now)
        return mails

    return await console.run(load)


async def _choose(console: Workspace, mails: list[MailLine]) -> MailLine | None:
    """Return the mail that the agent chooses; None where they leave the list."""
    choices = [
        Choice(
            str(mail.key),
            sanitize(
                f"{format_message_time(mail.received, console.epoch(), console.zone)}  {mail.sender or 'no sender'}"
            ),
            sanitize(f"{mail.reason or 'no reason'} · {mail.subject or '–'}"),
        )
        for mail in mails
    ]
    count = format_count(len(mails), "mail")
    title = f"Quarantine · {f'the newest {count}' if len(mails) == _MOST_LISTED else count}"
    chosen = await console.choose(title, choices, search=len(mails) > _DIGITS)
    return next((mail for mail in mails if str(mail.key) == chosen), None)


async def _decide(console: Workspace, line: MailLine) -> None:
    """Show a mail, and release or drop it as the agent says."""
    page = await _build_page(console, line)
    action = await console.show(page)
    if action == "n":
        await _release(console, line.key, None)
    elif action == "t":
        answer = await console.ask(f"Ticket that mail {line.key} goes onto:")
        if answer:
            if not (answer.isascii() and answer.isdigit()):
                raise UsageError(f"{answer!r} is no number of a ticket: write one such as 1042.")
            await _release(console, line.key, int(answer))
    elif action == "d":
        await _drop(console, line)


async def _build_page(console: Workspace, line: MailLine) -> Page:
    now = console.now()

    def load(desk: DeskSession) -> Mail:
        with desk.open_reader() as reader:
            data = load_mail_bytes(reader, line.key)
            document = load_desk_facts(reader).document
        if is_access_logged(document):
            _log_access(desk, f"mail {line.key}", now)
        if not data:
            raise DeskError(f"The bytes of mail {line.key} were erased.")
        return read_mail(data, describe_rest(line.place, line.size, len(data)))

    mail = await console.run(load)
    writer = f"{mail.sender.name} <{mail.sender.address}>".strip() if mail.sender else "nobody who can be answered"
    people = ", ".join(one.address for one in (*mail.to, *mail.cc))
    headers = [
        ("Why", line.reason),
        ("From", writer),
        ("To", people),
        ("Subject", mail.subject),
        ("Received", f"{format_message_time(line.received, console.epoch(), console.zone)} in {line.mailbox}"),
        ("Files", ", ".join(f"{file.name} ({format_size(file.size)})" for file in mail.files)),
        ("Notes", " ".join(mail.notes)),
    ]
    parts: list[str | tuple[str, str]] = []
    for name, value in headers:
        if value:
            parts += [(f"{name:<{_LABEL_WIDTH}}", FAINT), (f"{sanitize(value)}\n", BOLD)]
    rest = len(mail.body.text) - _MOST_SHOWN
    parts += ["\n", sanitize(mail.body.text[:_MOST_SHOWN].rstrip(), multiline=True) or "(no text)", "\n"]
    if rest > 0:
        parts.append((f"… {rest:,} more characters: `deskterm mail show {line.key}` prints them all.\n", FAINT))
    return Page(f"Mail {line.key} · quarantine", Content.assemble(*parts), actions=_ACTIONS)


async def _release(console: Workspace, key: int, ticket: int | None) -> None:
    now = console.now()

    def act(desk: DeskSession) -> Outcome:
        path = find_desk_mail_file(desk.store.url)
        settings = build_mail_settings(load_mail_file(path, required=False), load_token_key(path.parent))
        return release(open_system_desk(desk.store), settings, key, ticket, now, by=desk)

    outcome = await console.run(act)
    console.notify(outcome.summary)
    console.refresh_lists()
    if outcome.ticket is not None:
        console.show_ticket(outcome.ticket)


async def _drop(console: Workspace, line: MailLine) -> None:
    question = f"Drop mail {line.key}? It becomes no message, and stays on record."
    if not await console.confirm(question, "drop it", "keep it"):
        return
    now = console.now()
    await console.run(lambda desk: drop(desk, line.key, "", now))
    console.notify(f"Mail {line.key} dropped")
    console.refresh_lists()


def _log_access(desk: DeskSession, what: str, now: datetime) -> None:
    acting = f", as {desk.agent.login}" if desk.behind else ""
    record_access(desk.store.url, desk.behind or desk.agent.login, None, f"{what}{acting}", now)

"""The mails of a ticket, as they came (M-64)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import format_size
from deskterm.errors import DeskError
from deskterm.present.formats import format_message_time
from deskterm.present.models import Choice
from deskterm.present.sanitize import sanitize
from deskterm.store.queries.access_log import is_access_logged, record_access
from deskterm.store.queries.desk_facts import load_desk_facts
from deskterm.store.queries.mail.mails import MailLine, load_mail_bytes, load_ticket_mails
from deskterm.tui.dialogs.page import Page
from deskterm.tui.panes.colours import FAINT

if TYPE_CHECKING:
    from deskterm.tui.console import Console
    from deskterm.tui.target import Target

_MOST_SHOWN = 200_000
"""Most bytes of a mail that a page shows: a screen of text takes memory and time."""


async def show_raw(console: Console, target: Target, argument: str) -> None:
    """Show a mail of the ticket as it came, without what would move the terminal's cursor. argument: the number of the
    mail. Raises DeskError where there is none."""
    number = target.number

    def load(desk: DeskSession) -> list[MailLine]:
        desk.require("letters")
        with desk.open_reader() as reader:
            return load_ticket_mails(reader, number)

    mails = await console.run(load)
    if not mails:
        raise DeskError(f"No mail is kept on {number}: it did not come by mail, or its mails were erased.")
    mail = await _choose(console, number, mails, argument)
    if mail is None:
        return
    now = console.now()

    def load_bytes(desk: DeskSession) -> bytes:
        with desk.open_reader() as reader:
            if is_access_logged(load_desk_facts(reader).document):
                acting = f", as {desk.agent.login}" if desk.behind else ""
                who = desk.behind or desk.agent.login
                record_access(desk.store.url, who, number, f"mail {mail.key}{acting}", now)
            return load_mail_bytes(reader, mail.key)

    data = await console.run(load_bytes)
    if not data:
        raise DeskError(f"The bytes of mail {mail.key} were erased.")
    text = sanitize(data[:_MOST_SHOWN].decode("utf-8", "replace"), multiline=True)
    rest = len(data) - _MOST_SHOWN
    more = f"\n… and {format_size(rest)} more: `deskterm mail raw {mail.key}` prints all of it.\n" if rest > 0 else ""
    await console.show(Page(f"Mail {mail.key} · {number}", Content.assemble(text, (more, FAINT))))


async def _choose(console: Console, number: int, mails: list[MailLine], argument: str) -> MailLine | None:
    """Return the mail that is meant; None where the agent leaves the question. Raises DeskError for an unknown one."""
    if argument:
        found = next((mail for mail in mails if str(mail.key) == argument.strip()), None)
        if found is None:
            keys = ", ".join(str(mail.key) for mail in mails)
            raise DeskError(f"{number} has no mail {argument.strip()}: it has {keys}.")
        return found
    if len(mails) == 1:
        return mails[0]
    choices = [
        Choice(
            str(mail.key),
            sanitize(f"{format_message_time(mail.received, console.epoch(), console.zone)}  {mail.sender}"),
            sanitize(f"{mail.subject or '–'} · mail {mail.key}"),
        )
        for mail in mails
    ]
    chosen = await console.choose(f"Mails of {number}", choices)
    return next((mail for mail in mails if str(mail.key) == chosen), None)

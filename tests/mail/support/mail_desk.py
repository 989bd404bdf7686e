"""A desk that gets and sends mail, and what tests do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from deskterm.desk.api import open_system_desk
from deskterm.desk.conversation.messages import reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents
from deskterm.mail.intake.fetch import Fetched, fetch_mailbox
from deskterm.mail.intake.work_on import Outcome, work_on
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.mail.letters.deliver import Sender, Sent
from deskterm.mail.settings.load import loads_mail_file
from deskterm.mail.settings.mailboxes import build_mail_settings
from deskterm.mail.settings.schema import MailFile
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.mail.mails import MailLine, load_mails
from deskterm.store.queries.outbox import Letter, load_ticket_letters
from shipped_desk import as_agent
from small_desk import at, small_desk

TOKEN_KEY = b"0123456789abcdef0123456789abcdef"

MAIL_FILE = """
[mailbox.support]
maildir = "{folder}"
addresses = ["support@desk.example", "help@desk.example"]
since = 2020-01-01
plus = {{ urgent = {{ severity = "high" }} }}
[account.main]
smtp = {{ host = "127.0.0.1", port = {port}, tls = "none" }}
[identity.default]
from = "Example Support <support@desk.example>"
account = "main"
plus = true
signature = "{{agent}}"
"""


@dataclass
class Clock:
    """The desk's time in a test, which stands still until it is moved on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **length: float) -> None:
        """Move on, by seconds, minutes, hours or days."""
        self.now += timedelta(**length)


class MailDesk:
    """The small desk with a mailbox and an identity. port: of its SMTP server; 9 where no letter is to leave."""

    def __init__(self, url: str, folder: Path, *, port: int = 9, file: str = MAIL_FILE) -> None:
        desk = small_desk(url)
        seed_agents(desk, [{"login": "sam", "name": "Sam", "email": "sam@desk.example"}], now=at(0))
        self.store, self.folder = desk.store, folder
        self.system = open_system_desk(self.store)
        self.sam: DeskSession = as_agent(desk, "sam")
        self.clock = Clock(at(1))
        self._places = count(1)
        for name in ("new", "cur", "tmp"):
            (folder / "maildir" / name).mkdir(parents=True, exist_ok=True)
        self.use(file, port=port)

    def use(self, file: str, **values: object) -> MailFile:
        """Let another mail file hold."""
        self.file = loads_mail_file(file.format(folder=self.folder / "maildir", **values), "mail.toml")
        self.settings = build_mail_settings(self.file, TOKEN_KEY)
        return self.file

    def take(self, mail: str | bytes, *, place: str = "", mailbox: str = "support") -> Outcome:
        """Take a mail that arrives now, and work on it."""
        kept = keep_mail(
            self.store,
            mailbox,
            place or f"place {next(self._places)}",
            mail if isinstance(mail, bytes) else mail.encode(),
            received_at=self.clock(),
            now=self.clock(),
        )
        return work_on(self.system, self.settings, kept.key, self.clock())

    def fetch(self, name: str = "support") -> Fetched:
        """Fetch the new mails of a mailbox."""
        return fetch_mailbox(self.system, self.settings, name, self.file.mailbox[name], self.clock)

    def answer(self, number: int, text: str) -> None:
        """Let Sam answer a ticket by mail."""
        reply(self.sam, number, text, now=self.clock())

    def send(self) -> list[Sent]:
        """Send the letters that are due."""
        return list(self.make_sender().send_due())

    def make_sender(self) -> Sender:
        """Return a sender of its own, as another process has."""
        return Sender(self.system, self.file, TOKEN_KEY, lambda: open_reader(self.store.url), self.clock)

    def mails(self) -> list[MailLine]:
        """List all mails, the newest first."""
        with open_reader(self.store.url) as reader:
            return load_mails(reader)

    def letters(self, number: int) -> list[Letter]:
        """List the letters of a ticket, the newest first."""
        with open_reader(self.store.url) as reader:
            return load_ticket_letters(reader, number)


def write_mail(
    text: str = "The printer on floor 2 burns.",
    *,
    sender: str = "Kim Reed <kim@larch.example>",
    to: str = "support@desk.example",
    subject: str = "Printer",
    message_id: str = "",
    **headers: str,
) -> str:
    """Return a mail as text. headers: their names with underscores."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", "Date: Mon, 23 Nov 2026 09:00:00 +0000"]
    if message_id:
        lines.append(f"Message-ID: <{message_id}>")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", text, ""))


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """Return an instant."""
    return datetime(year, month, day, hour, tzinfo=UTC)

"""Mails that come in and letters that go out, beside the bare parse and the bare SMTP session in the same run.

    python bench/mail.py [--mails N] [--waiting N]

Each side works on the same bytes in turn, so that whatever else the machine does falls on both. In: a mail is
kept, read, worked on and committed; the bare parse takes it apart and decodes its parts. Out: a letter is claimed,
composed, sent and recorded; the bare session sends the same bytes and waits for the same answers. Last, the memory of a
process that sends the first hundred of many letters, beside one that sends the only hundred there are.
"""

from __future__ import annotations

import argparse
import email
import resource
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from aiosmtpd.controller import Controller

from big_desk import NOW, big_desk
from deskterm.desk.api import open_desk, open_system_desk
from deskterm.desk.conversation.messages import reply
from deskterm.desk.core.session import DeskSession
from deskterm.mail.intake.work_on import work_on
from deskterm.mail.keeping.kept_mails import keep_mail
from deskterm.mail.letters.deliver import Sender
from deskterm.mail.settings.load import loads_mail_file
from deskterm.mail.settings.mailboxes import build_mail_settings
from deskterm.mail.settings.schema import MailFile
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader

AIM = 3.0
KEY = b"0123456789abcdef0123456789abcdef"
FILE = """
[mailbox.support]
maildir = "/nowhere"
addresses = ["support@desk.example"]
since = 2020-01-01
[account.main]
smtp = {{ host = "127.0.0.1", port = {port}, tls = "none" }}
per_minute = 100000
[identity.default]
from = "Support <support@desk.example>"
account = "main"
plus = true
signature = "{{agent}}"
"""
FIRST_LETTERS = 100
"""Letters of one round of the sender."""


def load_file(port: int) -> MailFile:
    return loads_mail_file(FILE.format(port=port), "mail.toml")


def build_mail(number: int) -> bytes:
    """Return a mail as customers write them: text and HTML, a quotation, a signature, and a picture of 6 kB."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Kim Reed {number} <kim{number}@larch{number % 50}.example>"
    mail["To"] = "Support <support@desk.example>"
    mail["Subject"] = f"Printer {number} hums"
    mail["Message-ID"] = f"<{number}.bench@larch.example>"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    words = f"Good morning,\n\nthe printer {number} on floor 2 hums since Friday.\n" * 6
    below = "Kind regards\nKim\n\n-- \nKim Reed\nLarch Ltd\n\nOn 20 Nov 2026 Support wrote:\n> Is it on?\n> Thanks\n"
    text = f"{words}\n{below}"
    mail.set_content(text)
    mail.add_alternative(f"<html><body><p>{'</p><p>'.join(text.splitlines())}</p></body></html>", subtype="html")
    mail.add_attachment(
        bytes(number * place % 251 for place in range(6000)), maintype="image", subtype="png", filename="a.png"
    )
    return mail.as_bytes()


def parse_bare(data: bytes) -> int:
    """Take a mail apart and decode its parts; return their length."""
    message = email.message_from_bytes(data)
    return sum(len(part.get_payload(decode=True) or b"") for part in message.walk() if not part.is_multipart())


def measure_in(desk: DeskSession, file: MailFile, mails: int) -> tuple[float, float, list[int]]:
    """Return the seconds of deskterm and of the bare parse for the same mails, and the tickets that they opened."""
    settings, system = build_mail_settings(file, KEY), open_system_desk(desk.store)
    ours = bare = 0.0
    tickets = []
    for number in range(mails):
        data = build_mail(number)
        began = time.perf_counter()
        parse_bare(data)
        parsed = time.perf_counter()
        kept = keep_mail(desk.store, "support", str(number), data, received_at=NOW, now=NOW)
        outcome = work_on(system, settings, kept.key, NOW)
        ended = time.perf_counter()
        assert outcome.ticket, outcome
        tickets.append(outcome.ticket)
        bare, ours = bare + parsed - began, ours + ended - parsed
    return ours, bare, tickets


class _Office:
    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.letters.append(envelope.content)  # type: ignore[attr-defined]
        return "250 OK"


@contextmanager
def run_server() -> Iterator[tuple[_Office, int]]:
    """Run an SMTP server in a thread, as both sides of the measurement use it."""
    office = _Office()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield office, port
    finally:
        controller.stop()


def make_sender(url: str, file: MailFile, now: datetime) -> Sender:
    return Sender(open_system_desk(open_store(url)), file, KEY, lambda: open_reader(url), lambda: now)


def queue_letters(desk: DeskSession, tickets: Sequence[int], letters: int, begin: datetime) -> datetime:
    """Answer the tickets in turn, and return the instant after the last answer."""
    now = begin
    for place in range(letters):
        now += timedelta(seconds=1)
        text = f"Please turn it off and on again ({place}), and write how it is then."
        reply(desk, tickets[place % len(tickets)], text, now=now)
    return now + timedelta(minutes=1)


def send_all(url: str, port: int, now: datetime) -> None:
    sender = make_sender(url, load_file(port), now)
    while [*sender.send_due()]:
        pass


def measure_out(desk: DeskSession, tickets: Sequence[int], letters: int) -> tuple[float, float]:
    """Return the seconds of deskterm and of the bare session for the same letters."""
    with run_server() as (office, port):
        send_all(desk.store.url, port, NOW + timedelta(minutes=1))  # what acknowledges the mails that came in
        office.letters = []
        now = queue_letters(desk, tickets, letters, NOW + timedelta(hours=1))
        began = time.perf_counter()
        send_all(desk.store.url, port, now)
        ours = time.perf_counter() - began
        assert len(office.letters) == letters, (len(office.letters), letters)
        sent, office.letters = office.letters, []
        began = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port) as session:
            for data in sent:
                session.sendmail("support@desk.example", ["kim@larch.example"], data)
        return ours, time.perf_counter() - began


def measure_memory(desk: DeskSession, tickets: Sequence[int], waiting: int) -> tuple[float, float]:
    """Return the most memory, in MB, of a process that sends the first hundred letters of so many, and of one that
    sends a hundred of a hundred."""
    now = queue_letters(desk, tickets, FIRST_LETTERS, NOW + timedelta(days=1))
    few = _send_apart(desk.store.url, now)
    return _send_apart(desk.store.url, queue_letters(desk, tickets, waiting, now)), few


def _send_apart(url: str, now: datetime) -> float:
    with run_server() as (office, port):
        asked = [sys.executable, __file__, "--send", url, str(port), now.isoformat()]
        found = subprocess.run(asked, check=True, capture_output=True, text=True)
        assert len(office.letters) == FIRST_LETTERS, len(office.letters)
        return float(found.stdout)


def send_first(url: str, port: int, now: datetime) -> None:
    """Send the first hundred letters, and print the most memory that it took, in MB."""
    list(make_sender(url, load_file(port), now).send_due(FIRST_LETTERS))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=500, help="that come in, and letters that go out")
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--send", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.send:
        send_first(asked.send[0], int(asked.send[1]), datetime.fromisoformat(asked.send[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "desk.sqlite3"
        big_desk(place, 1000).store.close()
        desk = open_desk(open_store(f"sqlite:///{place}"), "ann")
        ours, bare, tickets = measure_in(desk, load_file(9), asked.mails)
        _print_ratio("in", asked.mails, ours, bare)
        _print_ratio("out", asked.mails, *measure_out(desk, tickets, asked.mails))
        many, few = measure_memory(desk, tickets, asked.waiting)
        print(f"memory with {asked.waiting:,} letters waiting {many:.0f} MB, with {FIRST_LETTERS} {few:.0f} MB")
        desk.store.close()


def _print_ratio(name: str, mails: int, ours: float, bare: float) -> None:
    print(f"{name:4} {mails / ours:8,.0f}/s   bare {mails / bare:8,.0f}/s   ratio {ours / bare:6.2f}   aim {AIM}")


if __name__ == "__main__":
    main()

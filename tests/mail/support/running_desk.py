"""A desk by a shipped procedure that `deskterm run` serves in the background, and its customers at their mail programs.
The desk's clock goes on by itself, and can be set forward."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deskterm.cli import main
from deskterm.desk.api import open_desk
from deskterm.desk.core.session import DeskSession
from deskterm.desk.directory.seed_people import seed_agents, seed_clients
from deskterm.store.db.reader import open_reader
from deskterm.store.db.tables import Desk, table_of
from deskterm.store.queries.ticket_detail import RecordView, TicketDetail, load_ticket_detail
from mail.support.imap.dovecot import Dovecot
from mail.support.mail_client import MailClient
from mail.support.post_office import NAME, PostOffice
from store_templates import create_desk_in_tables, load_shipped

_FILE = """
[mailbox.support]
imap = {{ host = "127.0.0.1", port = {imap}, user = "support@{domain}", tls = "none" }}
secret = "env:DESKTERM_TEST_SECRET"
addresses = ["support@{domain}", "bounces@{domain}"]
trusted = ["{trusted}"]
since = 2020-01-01
[account.main]
smtp = {{ host = "127.0.0.1", port = {smtp}, tls = "none" }}
[identity.default]
from = "Support <support@{domain}>"
account = "main"
bounce = "support@{domain}"
"""

_RUN = """
import sys
from deskterm.mail import service
from deskterm.mail.sources import imap
from deskterm.__main__ import main
service._SEND_INTERVAL = 0.1
service._SHORT_IDLE = service._LONGEST_IDLE = 0.2
imap._LOOK = 0.1
login = sys.argv.pop(1)
main(login)
"""
"""The program with shorter pauses between two looks at the outbox and the mailbox: Dovecot tells of a mail only
after half a second, and letters would wait for two."""

_LONGEST_WAIT = 30.0


class RunningDesk:
    """A simulated desk in a folder of its own, with ann as its admin. start: the instant on its clock at first."""

    def __init__(
        self,
        folder: Path,
        imap: Dovecot,
        procedure: str,
        start: str,
        *,
        domain: str,
        people: Sequence[Mapping[str, Any]],
        clients: Sequence[Mapping[str, Any]],
    ) -> None:
        self.url, self.domain = f"sqlite:///{folder / 'desk.sqlite3'}", domain
        self._imap = imap
        self._offset = _find_offset(datetime.fromisoformat(start))
        self._folder = folder
        self.store = create_desk_in_tables(
            self.url, load_shipped(procedure), admin_login="ann", simulated=True, now=self.now
        )
        seed_agents(self.as_agent("ann"), people, now=self.now)
        seed_clients(self.as_agent("ann"), clients, now=self.now)
        self.office = PostOffice(imap, lambda: self.now)
        self.office.add(f"support@{domain}")
        self.office.start()
        (folder / "mail.toml").write_text(
            _FILE.format(imap=imap.port, smtp=self.office.port, domain=domain, trusted=NAME)
        )
        self._customers: list[MailClient] = []
        self._service: subprocess.Popen[bytes] | None = None
        self.run()

    @property
    def address(self) -> str:
        """The address that customers write to."""
        return f"support@{self.domain}"

    @property
    def now(self) -> datetime:
        """The time of the desk."""
        return (datetime.now(UTC) + self._offset).replace(microsecond=0)

    def run(self) -> None:
        """Start `deskterm run`."""
        with self.store.writing() as session:
            session.execute(table_of(Desk).update().values(clock_offset=round(self._offset.total_seconds())))
        with (self._folder / "run.out").open("ab") as log:
            self._service = subprocess.Popen(
                [sys.executable, "-c", _RUN, "ann", "--database", self.url, "run"],
                env={**os.environ, "DESKTERM_TEST_SECRET": "secret"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> None:
        """End `deskterm run`, as a system does that shuts down."""
        if self._service is not None:
            self._service.send_signal(signal.SIGTERM)
            assert self._service.wait(_LONGEST_WAIT) == 0, self.log
            self._service = None

    def advance_to(self, instant: str) -> None:
        """Set the desk's clock forward, and start `deskterm run` anew."""
        self.stop()
        until = datetime.fromisoformat(instant)
        assert until > self.now, "time only goes forward"
        self._offset = _find_offset(until)
        self.run()

    def add_customer(self, name: str, address: str) -> MailClient:
        """Open a mailbox for a customer, and their mail program."""
        self.office.add(address)
        client = MailClient(name, address, smtp=self.office.port, imap=self._imap.port, clock=lambda: self.now)
        self._customers.append(client)
        return client

    def as_agent(self, login: str) -> DeskSession:
        """Open the desk for an agent."""
        return open_desk(self.store, login)

    def read_ticket(self, number: int) -> TicketDetail:
        """Return a ticket as it is."""
        with open_reader(self.url) as reader:
            found = load_ticket_detail(reader, number)
        assert found is not None, self.log
        return found

    def status(self, number: int) -> str:
        """Return the status of a ticket."""
        return self.read_ticket(number).row.status

    def wait_for_status(self, number: int, status: str) -> None:
        """Wait until a ticket has a status."""
        self.wait_until(lambda: self.status(number) == status)

    def clock(self, number: int, metric: str) -> str:
        """Return the state of the last cycle of a metric."""
        return [clock.state for clock in self.read_ticket(number).clocks if clock.metric == metric][-1]

    def records(self, number: int, kind: str) -> list[RecordView]:
        """Return the records of a kind of a ticket."""
        return [record for record in self.read_ticket(number).records if record.kind == kind]

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + _LONGEST_WAIT
        while not condition():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def wait_for_mails(self, number: int) -> None:
        """Wait until so many mails were taken in and dealt with."""
        self.wait_until(lambda: self._count_done() == number)

    def end_story(self) -> None:
        """Wait until every letter has left, let the customers read theirs, and verify that the desk is sound."""
        self.wait_until(lambda: not self._count_waiting())
        for customer in self._customers:
            while customer.count() > len(customer.inbox):
                customer.read_next()
        printed = io.StringIO()
        with redirect_stdout(printed):
            code = main.run(["--database", self.url, "doctor", "--json"], login="ann")
        assert (code, json.loads(printed.getvalue())["findings"]) == (0, [])

    def close(self) -> None:
        """End everything."""
        if self._service is not None:
            self._service.kill()
            self._service.wait()
        for customer in self._customers:
            customer.close()
        self.office.stop()
        self.store.close()

    @property
    def log(self) -> str:
        """The sentences of `deskterm run`."""
        return (self._folder / "run.out").read_text()

    def _count_done(self) -> int:
        with open_reader(self.url) as reader:
            return int(reader.rows("SELECT count(*) FROM mail WHERE state <> 'taken'")[0][0])

    def _count_waiting(self) -> int:
        with open_reader(self.url) as reader:
            return int(reader.rows("SELECT count(*) FROM record WHERE kind = 'letter' AND state = 'queued'")[0][0])


OpenDesk = Callable[..., RunningDesk]


def _find_offset(instant: datetime) -> timedelta:
    return timedelta(seconds=round((instant - datetime.now(UTC)).total_seconds()))

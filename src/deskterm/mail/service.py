"""Mail as a service: mailboxes are watched, and letters leave, until it is stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from functools import partial

from deskterm.desk.api import open_system_desk
from deskterm.desk.core.session import DeskSession
from deskterm.errors import DeskError
from deskterm.mail.intake.fetch import fetch_mailbox, open_watched_folder
from deskterm.mail.keeping.expiry import expire_mails
from deskterm.mail.keeping.leases import LENGTH, forget_removed
from deskterm.mail.letters.deliver import Sender
from deskterm.mail.push.push_notices import PushSender
from deskterm.mail.settings.mailboxes import MailSettings, build_mail_settings
from deskterm.mail.settings.schema import MailboxPart, MailFile
from deskterm.mail.sources.imap import ImapFolder
from deskterm.store.db.engine import open_store
from deskterm.store.db.reader import open_reader

_SEND_INTERVAL = 2.0
"""Seconds between two looks at the outbox."""
_EXPIRY_INTERVAL = 3600.0
"""Seconds between two looks for mails whose time is over."""
_LONGEST_IDLE, _SHORT_IDLE = 25.0, 2.0
"""Seconds after which a mailbox is looked at although its server told of nothing; the shorter ones after it told of
something. What comes between a look and the wait is told of before anybody listens, and some servers lose a connection
without a word (M-01)."""
_FIRST_PAUSE, _LAST_PAUSE = 5.0, 60.0
"""Seconds before a mailbox or the outbox is tried again after a failure."""


_log = logging.getLogger(__name__)


class MailService:
    """The threads that mail needs: one a mailbox, one for the letters and one for pushes. url: of the store; report:
    takes a sentence for whoever watches, from any of them."""

    def __init__(
        self,
        url: str,
        file: MailFile,
        token_key: bytes,
        clock: Callable[[], datetime],
        stop: threading.Event,
        report: Callable[[str], None],
    ) -> None:
        self._url, self._file, self._key = url, file, token_key
        self._clock, self._stop, self._report = clock, stop, report
        self._threads: list[threading.Thread] = []
        self._held_elsewhere: set[str] = set()
        """The mailboxes that another process fetched at the last look."""

    def start(self) -> None:
        """Start the threads."""
        self.start_mailboxes(self._file.mailbox)
        self.start_letters()
        if self._file.mailbox or self._file.identity or self._file.push:
            self._run("old mails", self._expire)

    def start_mailboxes(self, names: Iterable[str]) -> None:
        """Start the threads of some mailboxes alone: no letter leaves."""
        settings = build_mail_settings(self._file, self._key)
        for name in names:
            part = self._file.mailbox[name]
            if part.has_source:
                self._run(f"mailbox {name}", partial(self._watch, settings, name, part))

    def start_letters(self) -> None:
        """Start the threads of letters and pushes alone: no mail is taken."""
        if self._file.identity:
            self._run("letters", self._send)
        if self._file.push:
            self._run("push", self._push)  # of its own: letters do not wait for a service that does not answer

    def join(self) -> None:
        """Wait until every thread has ended its step; `stop` has to be set."""
        for thread in self._threads:
            thread.join()

    def _run(self, name: str, work: Callable[[DeskSession], None]) -> None:
        thread = threading.Thread(target=self._repeat, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _repeat(self, name: str, work: Callable[[DeskSession], None]) -> None:
        """Do a work until it is stopped, and begin anew after a failure, less and less often; say so once."""
        pause, told = _FIRST_PAUSE, ""
        while not self._stop.is_set():
            begun = time.monotonic()
            try:
                store = open_store(self._url)
                with closing(store):
                    work(open_system_desk(store))
            except Exception as error:
                if time.monotonic() - begun > _LAST_PAUSE:  # it worked for a while: this is another failure
                    pause, told = _FIRST_PAUSE, ""
                # One thread must not end while the others go on: nobody would miss it for days
                if not isinstance(error, DeskError):
                    _log.exception("%s", name)
                sentence = str(error) if isinstance(error, DeskError) else f"unexpected {type(error).__name__}: {error}"
                if sentence != told:
                    told = sentence
                    self._report(f"{name}: {told}")
                self._stop.wait(pause)
                pause = min(pause * 2, _LAST_PAUSE)

    def _watch(self, settings: MailSettings, name: str, part: MailboxPart, desk: DeskSession) -> None:
        if part.imap is None:
            while not self._stop.is_set():
                self._fetch(desk, settings, name, part, None)
                self._stop.wait(part.poll)
            return
        with open_watched_folder(desk, name, part, self._clock) as folder:
            pause = _SHORT_IDLE
            while not self._stop.is_set():
                has_brought = self._fetch(desk, settings, name, part, folder)
                if folder.can_wait:
                    folder.wait(_SHORT_IDLE if has_brought else pause, self._stop.is_set)
                    pause = _LONGEST_IDLE
                else:
                    self._stop.wait(part.poll)

    def _fetch(
        self, desk: DeskSession, settings: MailSettings, name: str, part: MailboxPart, folder: ImapFolder | None
    ) -> bool:
        """Fetch what is new, and return whether there was anything."""
        desk.refresh()  # a service runs for months, and another edition may be in force
        fetched = fetch_mailbox(desk, settings, name, part, self._clock, folder=folder)
        if not fetched.is_busy:
            self._held_elsewhere.discard(name)
        elif name not in self._held_elsewhere:
            self._held_elsewhere.add(name)
            minutes = int(LENGTH.total_seconds() / 60)
            self._report(
                f"mailbox {name}: another process fetches it; if that was killed, this goes on within {minutes} minutes"
            )
        for outcome in fetched.outcomes:
            self._report(outcome.summary)
        return bool(fetched.outcomes)

    def _expire(self, desk: DeskSession) -> None:
        file = self._file
        parts: dict[str, Iterable[str]] = {"in": file.mailbox, "out": file.account, "push": file.push}
        forget_removed(desk.store, {f"{kind}:{name}" for kind, part in parts.items() for name in part})
        while not self._stop.is_set():
            rules = self._file.mail
            expire_mails(desk.store, spam_days=rules.spam_days, raw_days=rules.raw_days, now=self._clock())
            self._stop.wait(_EXPIRY_INTERVAL)

    def _send(self, desk: DeskSession) -> None:
        sender = Sender(desk, self._file, self._key, lambda: open_reader(self._url), self._clock)
        while not self._stop.is_set():
            desk.refresh()  # as in `_fetch`
            for sent in sender.send_due():
                self._report(sent.summary)
                if self._stop.is_set():
                    break
            self._stop.wait(_SEND_INTERVAL)

    def _push(self, desk: DeskSession) -> None:
        sender = PushSender(desk, self._file, lambda: open_reader(self._url), self._clock)
        while not self._stop.is_set():
            desk.refresh()  # as in `_fetch`
            for report in sender.send_due():
                self._report(report.summary)
                if self._stop.is_set():
                    break
            self._stop.wait(_SEND_INTERVAL)

"""Letters that are due handed to their servers, each once (M-49 to M-52)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import format_size
from deskterm.desk.notify.delivery import NoLetter, Outcome, record_outcome
from deskterm.desk.notify.letters import record_delivery
from deskterm.errors import DeskError
from deskterm.mail.keeping.leases import note_trouble, note_well
from deskterm.mail.letters.alerts import AlertSender
from deskterm.mail.letters.caps import find_caps
from deskterm.mail.letters.claims import (
    Claim,
    claim,
    doubt,
    forget,
    forget_within,
    give_back,
    is_over,
    list_due,
    note_data,
    put_off,
    recover,
)
from deskterm.mail.letters.compose import Draft, compose
from deskterm.mail.letters.internal_mails import InternalMailer, InternalMailReport
from deskterm.mail.letters.international import ASCII_ONLY, leave_out
from deskterm.mail.letters.notices import NoticeSender
from deskterm.mail.letters.outgoing import NoIdentity, Outgoing, load_outgoing
from deskterm.mail.letters.smtp import AccountError, Answer, RecipientState, SmtpSession, Unanswered, open_smtp
from deskterm.mail.login.access_tokens import TokenRefused
from deskterm.mail.login.credentials import Login, forgetting_refused, read_login
from deskterm.mail.settings.schema import AccountPart, MailFile
from deskterm.store.db.errors import UnavailableDesk
from deskterm.store.db.reader import ReadConnection

_PAUSE = timedelta(minutes=1)
"""Time for which letters wait when their way out is at fault, or nobody writes for their department."""
_STATES: dict[str, str] = {"sent": "sent", "refused": "failed", "later": "queued"}


class Sent(NamedTuple):
    """The result for a letter. state: `sent`, `failed`, `unsure`, or `queued` for one that waits for another
    attempt."""

    number: int
    key: str
    state: str
    summary: str


class _Paused(AccountError):
    """An account was at fault a moment ago, and is not tried yet."""


@dataclass
class Sender:
    """Sends the letters of a desk. open_reader: opens a connection that hides nothing; clock: the desk's time."""

    desk: DeskSession
    file: MailFile
    token_key: bytes = field(repr=False)
    open_reader: Callable[[], ReadConnection]
    clock: Callable[[], datetime]
    _sessions: dict[str, SmtpSession] = field(default_factory=dict)
    _sent_at: dict[str, list[float]] = field(default_factory=dict)
    """Account → monotonic seconds of the letters of the last minute."""
    _at_fault: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Account → until when nothing is tried by it, and why."""
    _pauses: dict[str, datetime] = field(default_factory=dict)
    """Agent → until when they get no notices by mail, as a server did not take the last one for now."""
    _set_aside: dict[tuple[int, str], datetime] = field(default_factory=dict)
    """Letter that nobody writes for, or whose account takes none now → when that is looked at again. Such letters must
    not keep others from their turn."""

    def send_due(self, limit: int = 100) -> Iterator[Sent]:
        """Send the letters that are due, the oldest first, and yield what became of each. Sessions with the servers end
        with the round."""
        for one in recover(self.desk.store, self.clock()):
            reason = "It was sent twice without an answer of the server: ask the recipient, or send it anew."
            yield self._finish(one.number, one.key, "failed", {}, "", one.attempt, reason)
        with ExitStack() as stack:
            now = self.clock()
            self._set_aside = {letter: until for letter, until in self._set_aside.items() if until > now}
            due = list_due(self.desk.store, now, limit + len(self._set_aside))
            for number, key in [letter for letter in due if letter not in self._set_aside][:limit]:
                result = self._send(stack, number, key)
                if result is not None:
                    yield result
            mailer = InternalMailer(
                self.file, lambda account: self._open(stack, account), self._note_fault, self._drop_session
            )
            try:
                for report in self._send_internal_mails(mailer):
                    yield Sent(0, "", *report)
            except _Paused:
                pass
            except AccountError as error:
                yield Sent(0, "", "queued", f"notices wait: {error}")
            self._sessions.clear()

    def _send_internal_mails(self, mailer: InternalMailer) -> Iterator[InternalMailReport]:
        """Send notices to agents and alerts to admins. Raises AccountError where the way out is at fault."""
        rest = (self.open_reader, mailer, self.clock, self._pauses)
        yield from NoticeSender(self.desk, self.file, self.token_key, *rest).send_due()
        yield from AlertSender(self.desk, *rest).send_due()

    def _send(self, stack: ExitStack, number: int, key: str) -> Sent | None:
        with self.open_reader() as reader:
            try:
                outgoing = load_outgoing(
                    reader,
                    self.file,
                    self.token_key,
                    number,
                    key,
                    self.clock(),
                    self.desk.timezone,
                    self.desk.procedure.definition.feedback.scale,
                )
            except NoIdentity as error:
                self._set_aside[number, key] = self.clock() + _PAUSE
                return Sent(number, key, "queued", f"{number}: letter {key} waits: {error}")
            if outgoing is None:
                return None
            caps = find_caps(reader, outgoing.letter, self.clock()) if outgoing.draft.is_automatic else {}
        if caps and len(caps) == len(outgoing.letter.to):
            cap = next(iter(caps.values()))
            record_delivery(self.desk, number, key, "withdrawn", reason=cap, now=self.clock())
            return Sent(number, key, "withdrawn", f"{number}: letter {key} does not leave: {cap}")
        outgoing = outgoing.withhold(caps) if caps else outgoing
        if (until := self._find_next_turn(outgoing.account)) > self.clock():
            self._set_aside[number, key] = until
            return None
        claimed = claim(self.desk, number, key, outgoing.account, self.clock())
        if claimed is None:
            return None
        size = sum(file.size for file in outgoing.draft.files)
        if size > self.file.mail.largest_mb * 1_000_000:
            reason = (
                f"Its files have {format_size(size)}, and a letter takes {self.file.mail.largest_mb} MB here: share"
                " them in another way."
            )
            states = dict.fromkeys((str(contact) for contact in outgoing.contacts.values()), "failed")
            return self._finish(number, key, "failed", states, "", claimed.attempt, reason)
        if not outgoing.contacts:
            reason = "Nobody that it is for has an address."
            states = {str(contact): "failed" for contact in outgoing.without_address}
            return self._finish(number, key, "failed", states, "", claimed.attempt, reason)
        try:
            session = self._open(stack, outgoing.account)
            return self._hand_over(session, outgoing, claimed)
        except AccountError as error:
            if not self._find_fault(outgoing.account):
                self._note_fault(outgoing.account, error)
            give_back(self.desk.store, claimed, str(error), self.clock(), _PAUSE)
            return Sent(number, key, "queued", f"{number}: letter {key} waits: {error}")

    def _hand_over(self, session: SmtpSession, outgoing: Outgoing, claimed: Claim) -> Sent:
        draft = outgoing.draft
        if claimed.message_id:  # the same in every attempt, so that a second copy is known for one
            draft = draft._replace(message_id=claimed.message_id, date=claimed.date)
        note = partial(note_data, self.desk.store, claimed, draft.message_id, draft.date)
        left = [one for one in outgoing.contacts if claimed.states.get(one) not in ("sent", "failed")]
        writers = (draft.sender[1], outgoing.envelope)
        utf8 = not all(one.isascii() for one in (*left, *writers))
        # Somebody's address may be another one since the last attempt
        states = {one: state for one, state in claimed.states.items() if one in outgoing.contacts}
        unreachable: dict[str, tuple[RecipientState, str]] = {}
        if not session.takes_utf8:
            # Those of earlier attempts too, for the reason; nobody, where the sender's own address is such a one
            is_sender = not all(one.isascii() for one in writers)
            others = [
                one for one in outgoing.contacts if states.get(one) != "sent" and (is_sender or not one.isascii())
            ]
            unreachable = dict.fromkeys(others, ("refused", ASCII_ONLY))
            left, utf8 = [one for one in left if one not in unreachable], False
            if unreachable and not left:
                return self._judge(outgoing, claimed, states, Answer(unreachable, ""))
            draft = leave_out(draft, unreachable) if unreachable else draft
        answers: dict[str, tuple[RecipientState, str]] = {}
        words = ""
        for some in [[one] for one in left] if self.file.mail.participants == "separate" else [left]:
            data = compose(_address(draft, some) if len(some) < len(left) else draft, utf8=utf8)
            try:
                answer = session.send(
                    outgoing.envelope,
                    some,
                    data,
                    utf8=utf8,
                    before_end=note,
                )
            except Unanswered as error:
                self._drop_session(outgoing.account)
                states |= {address: _STATES[state] for address, (state, _) in answers.items()}
                return self._doubt(outgoing, claimed, states, str(error))
            except AccountError as error:
                if not answers:
                    raise
                # Who has it already must not get it again with the others
                self._note_fault(outgoing.account, error)
                answers |= {one: ("later", str(error)) for one in left if one not in answers}
                break
            answers, words = answers | answer.recipients, answer.words or words
        answer = Answer(answers | unreachable, words)
        self._sent_at.setdefault(outgoing.account, []).append(time.monotonic())
        return self._judge(outgoing, claimed, states, answer)

    def _judge(self, outgoing: Outgoing, claimed: Claim, states: dict[str, str], answer: Answer) -> Sent:
        """Decide what an answer means for the letter and for each of its recipients (M-50)."""
        number, key = outgoing.letter.number, outgoing.letter.key
        for address, (state, _) in answer.recipients.items():
            states[address] = _STATES[state]
        words = next((said for state, said in answer.recipients.values() if state != "sent"), "")
        if "queued" in states.values():
            if not is_over(claimed, self.clock()):
                next_at = put_off(self.desk.store, claimed, states, words or answer.words, self.clock())
                waits = f"{number}: letter {key} is tried again at {next_at.strftime('%H:%M')} UTC: {words}"
                return Sent(number, key, "queued", waits)
            states = {address: "failed" if state == "queued" else state for address, state in states.items()}
        return self._finish_with(outgoing, claimed, states, answer.words, words)

    def _finish_with(
        self, outgoing: Outgoing, claimed: Claim, states: dict[str, str], answer: str, reason: str
    ) -> Sent:
        failed = [address for address, state in states.items() if state == "failed"]
        # The letter shows the worst: one that did not reach somebody has to be looked at
        outcome: Outcome = "failed" if failed or outgoing.without_address else "sent"
        by_contact = {str(outgoing.contacts[address]): state for address, state in states.items()}
        by_contact |= {str(contact): "failed" for contact in outgoing.without_address}
        by_contact |= {str(contact): "withdrawn" for contact in outgoing.withheld}
        sentence = f"{', '.join(failed)}: {reason}" if failed else reason if outcome == "failed" else ""
        if outcome == "failed" and not sentence:
            sentence = "Somebody that it is for has no address."
        people = {person.contact: person.email for person in outgoing.letter.to}
        kept_back = (f"{people[contact] or contact}: {why}" for contact, why in outgoing.withheld.items())
        sentence = "; ".join(part for part in (sentence, *kept_back) if part)
        number, key = outgoing.letter.number, outgoing.letter.key
        return self._finish(number, key, outcome, by_contact, answer, claimed.attempt, sentence)

    def _doubt(self, outgoing: Outgoing, claimed: Claim, states: dict[str, str], words: str) -> Sent:
        number, key = outgoing.letter.number, outgoing.letter.key
        reason = f"The connection ended before the server said whether it has the letter ({words})."
        if claimed.is_repeat:
            return self._finish(number, key, "failed", {}, "", claimed.attempt, f"{reason} That was the second time.")
        doubt(self.desk.store, claimed, states, reason, self.clock())
        recipients = {str(contact): "unsure" for contact in outgoing.contacts.values()}
        attempt = claimed.attempt
        try:
            self._record(
                partial(
                    record_outcome,
                    self.desk,
                    number,
                    key,
                    "unsure",
                    recipients=recipients,
                    attempt=attempt,
                    reason=reason,
                )
            )
        except NoLetter as error:
            forget(self.desk.store, number, key)
            return Sent(number, key, "unsure", f"{number}: letter {key}: {error}")
        return Sent(number, key, "unsure", f"{number}: letter {key} may have arrived: it is repeated in ten minutes")

    def _finish(
        self,
        number: int,
        key: str,
        outcome: Outcome,
        recipients: dict[str, str],
        answer: str,
        attempt: int,
        reason: str,
    ) -> Sent:
        record = partial(
            record_outcome,
            self.desk,
            number,
            key,
            outcome,
            recipients=recipients,
            answer=answer,
            attempt=attempt,
            reason=reason,
            settle=lambda session: forget_within(session, number, key),
        )
        summary = f"{number}: letter {key} {outcome}{f': {reason}' if reason else ''}"
        try:
            self._record(record)
        except UnavailableDesk:
            raise
        except NoLetter as error:
            forget(self.desk.store, number, key)
            summary = f"{number}: letter {key}: {error}"
        except DeskError as error:
            # The claim stays, so that the letter is in doubt (M-51): without it, it would leave again in the next round
            return Sent(number, key, outcome, f"{number}: letter {key}: {error}")
        return Sent(number, key, outcome, summary)

    def _record(self, record: Callable[..., object]) -> None:
        """Record an outcome, once more where it was refused: an edition of the procedure may have come into force while
        the server was spoken to."""
        try:
            record(now=self.clock())
        except (NoLetter, UnavailableDesk):
            raise
        except DeskError:
            self.desk.refresh()
            record(now=self.clock())

    def _open(self, stack: ExitStack, name: str) -> SmtpSession:
        if reason := self._find_fault(name):
            raise _Paused(reason)
        if name not in self._sessions:
            part = self.file.account[name]
            try:
                login = _read_login(part)
                with forgetting_refused(part):
                    session = stack.enter_context(open_smtp(part.smtp, login.password, token=login.token))
            except AccountError as error:
                self._note_fault(name, error)
                raise
            self._sessions[name] = session
            note_well(self.desk.store, f"out:{name}", self.clock())
        return self._sessions[name]

    def _note_fault(self, name: str, error: AccountError) -> None:
        """Let everything that leaves by an account wait: tried every two seconds, a provider would lock its user."""
        self._drop_session(name)
        self._at_fault[name] = self.clock() + _PAUSE, str(error)
        is_lasting = isinstance(error.__cause__, TokenRefused)
        note_trouble(self.desk.store, f"out:{name}", str(error), self.clock(), is_lasting=is_lasting)

    def _drop_session(self, name: str) -> None:
        self._sessions.pop(name, None)

    def _find_fault(self, name: str) -> str:
        """Return why nothing is tried by an account now; empty where it is."""
        until, reason = self._at_fault.get(name, (self.clock(), ""))
        return reason if self.clock() < until else ""

    def _find_next_turn(self, name: str) -> datetime:
        """Return when another letter may leave by an account: one at fault rests, and each has its number a minute."""
        until, _ = self._at_fault.get(name, (self.clock(), ""))
        now = time.monotonic()
        recent = [at for at in self._sent_at.get(name, []) if now - at < 60]
        self._sent_at[name] = recent
        if len(recent) < self.file.account[name].per_minute:
            return until
        return max(until, self.clock() + timedelta(seconds=60 - (now - recent[0])))


def _read_login(part: AccountPart) -> Login:
    """Return how to log in for an account. A secret that is not there, or no token, is the account's fault."""
    try:
        return read_login(part)
    except DeskError as error:
        raise AccountError(str(error)) from error


def _address(draft: Draft, recipients: list[str]) -> Draft:
    """Return a letter of its own to some of its recipients."""
    people = [person for person in (*draft.to, *draft.cc) if person[1].lower() in recipients]
    return draft._replace(to=people, cc=())

"""A mail handed over to the desk, as a new ticket or a message of a known one (M-27 to M-36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from deskterm.desk.conversation.mail_messages import add_mail_note, hold_mail_as_note, record_automatic_letter
from deskterm.desk.conversation.messages import record_customer_message
from deskterm.desk.conversation.survey import record_answer
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.files.new_file import MOST_FILES, NewFile, format_size
from deskterm.desk.domain.received_mail import PersonInCopy, ReceivedMail
from deskterm.desk.domain.text import is_visible
from deskterm.desk.tickets.register import register
from deskterm.mail.intake.agents import find_agent, hand_over_of_agent
from deskterm.mail.intake.people import list_people_in_copy
from deskterm.mail.intake.signature_pictures import drop_known_pictures
from deskterm.mail.intake.surveys import Answer, find_answer
from deskterm.mail.intake.ways import Way, find_destination, find_way
from deskterm.mail.keeping.kept_mails import KeptMail
from deskterm.mail.reading.addresses import Address
from deskterm.mail.reading.attached_files import AttachedFile
from deskterm.mail.reading.authentication import is_verified
from deskterm.mail.reading.body_text import NO_TEXT
from deskterm.mail.reading.read_mail import Mail
from deskterm.mail.settings.mailboxes import Mailbox, MailSettings
from deskterm.mail.threading.find_ticket import FoundTicket, find_alike
from deskterm.mail.visible.forwards import Forward
from deskterm.mail.visible.subjects import read_subject
from deskterm.mail.visible.visible_part import Visible, find_visible
from deskterm.procedure.channels import MAIL
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import load_letter

BY_HAND = "h"
"""Letter of the way by which a person chose the ticket."""
WHOSE = "Whose request is this? The mail that was passed on names nobody."
NO_SUBJECT = "(no subject)"
LONGEST_TEXT = 250_000
"""Characters of a mail's text that become a message; the whole mail is kept besides."""


class Handed(NamedTuple):
    """The result of handing a mail over. ticket: None where it belongs into quarantine, and the summary says why."""

    ticket: int | None
    summary: str
    is_new: bool = False


def hand_over(
    desk: DeskSession,
    settings: MailSettings,
    kept: KeptMail,
    mail: Mail,
    now: datetime,
    *,
    by_hand: bool = False,
    onto: int | None = None,
) -> Handed:
    """Hand a mail over to the desk. by_hand: a person released it, so that nothing about it is looked for any more;
    onto: the ticket that they chose, None for a new one. Raises DeskError where the desk refuses it, and MailDone where
    another process handed it over meanwhile."""
    assert mail.sender is not None  # `find_refusal` has parked those without
    box = settings.find_mailbox(kept.mailbox)
    way = Way(FoundTicket(onto, BY_HAND) if onto is not None else None)
    if not by_hand:
        way = find_way(desk.store, settings, box, mail, now)
    if way.refusal:
        return Handed(None, way.refusal)
    of_ticket = way.found.number if way.found is not None else way.linked
    worth_keeping = drop_known_pictures(desk.store, mail.files, of_ticket, mail.sender.address)
    files, left_out = choose_files(desk, worth_keeping)
    work = _Work(
        desk,
        settings,
        box,
        kept,
        mail,
        mail.sender,
        is_verified(mail.headers, mail.sender.address, box.trusted),
        files,
        [*mail.notes, *left_out],
        now,
    )
    return work.join(way.found) if way.found is not None else work.open(way.forward, linked=way.linked)


def hand_over_without_sender(
    desk: DeskSession, kept: KeptMail, mail: Mail, number: int, releaser: str, now: datetime
) -> Handed:
    """Hand a mail that names nobody over as a note on a ticket, as a person decided (M-09): it is nobody's words, so
    nobody is answered by it and nothing moves. releaser: their name. Raises as `hand_over` does."""
    files, left_out = choose_files(desk, mail.files)
    subject = f"{mail.subject}\n\n" if is_visible(mail.subject) else ""
    body = _build_text(f"{subject}{mail.body.text}", [*mail.notes, *left_out])
    result = hold_mail_as_note(
        desk,
        number,
        f"{releaser} released this mail, which names no sender:\n\n{body}",
        author=releaser,
        mail=ReceivedMail(kept.key, BY_HAND, marks=mail.marks.by),
        files=files,
        now=now,
    )
    return Handed(result.number, result.summary)


@dataclass(frozen=True)
class _Work:
    """A mail, and everything that is known of it before the desk gets it. lines: what is not in its text, in words."""

    desk: DeskSession
    settings: MailSettings
    box: Mailbox
    kept: KeptMail
    mail: Mail
    sender: Address
    is_verified: bool
    files: list[NewFile]
    lines: Sequence[str]
    now: datetime

    def join(self, found: FoundTicket) -> Handed:
        """Hand the mail over as a message of a ticket."""
        mail, visible = self.mail, self._find_new_words(found)
        body = self._build_text(visible.new_text if visible.new_text else mail.body.text)
        whole = mail.body.text if visible.new_text and visible.new_text != mail.body.text.strip() else ""
        # A stranger brings nobody along (M-28)
        in_copy = () if found.is_stranger else list_people_in_copy(self.desk.store, self.settings, mail)
        received = self._build_received(found.via, whole=whole[:LONGEST_TEXT], in_copy=in_copy)
        agent = find_agent(self.desk.store, self.sender.address)
        if agent is not None and not mail.marks.is_robot:
            result = hand_over_of_agent(
                self.desk, self.settings, agent, mail, found.number, body, self.files, received, self.now
            )
            return Handed(result.number, result.summary)
        if mail.marks.is_robot and found.via != BY_HAND:
            result = record_automatic_letter(
                self.desk,
                found.number,
                body,
                author=self._author,
                mail=received,
                files=self.files,
                received_at=self.kept.received_at,
                now=self.now,
            )
            return Handed(result.number, result.summary)
        if (answer := self._find_survey_answer(found, visible.new_text)) is not None:
            result = record_answer(
                self.desk,
                found.number,
                answer.score,
                comment=answer.comment,
                survey=answer.survey,
                mail=received,
                now=self.now,
            )
            return Handed(result.number, result.summary)
        result = record_customer_message(
            self.desk,
            found.number,
            body,
            author=self._author,
            received_at=self.kept.received_at,
            files=self.files,
            mail=received,
            now=self.now,
        )
        return Handed(result.number, result.summary, result.number != found.number)

    def open(self, forward: Forward | None, *, linked: int | None = None) -> Handed:
        """Hand the mail over as a new ticket. forward: it passes a mail on. What a proved agent passes on is a request
        of whoever wrote it, and the agent's own words above it are a note (M-31). linked: the ticket that the mail is
        from."""
        agent = find_agent(self.desk.store, self.sender.address) if forward is not None else None
        passed_on = forward if agent is not None and self.is_verified else None
        requester, body, note = self.sender, self._build_text(self.mail.body.text), ""
        if passed_on is not None and passed_on.sender is not None and passed_on.sender.address:
            requester, body, note = passed_on.sender, self._build_text(passed_on.body), passed_on.note
        elif passed_on is not None:
            note = WHOSE
        subject = read_subject(self.mail.subject, is_from_list="list-id" in self.mail.headers).text
        destination = find_destination(self.settings, self.box, self.mail)
        definition = self.desk.procedure.definition
        result = register(
            self.desk,
            subject=subject if is_visible(subject) else NO_SUBJECT,
            body=body,
            # A mail cannot be asked what it is: it is of the first type where neither mailbox nor procedure says
            type=destination.type or definition.about.default_type or definition.types[0].key,
            severity=destination.severity,
            requester=requester.name or None,
            email=requester.address,
            channel=MAIL if MAIL in definition.channels else definition.channels[0],
            product=destination.product,
            department=destination.department,
            team=destination.team,
            received_at=self.kept.received_at,
            incomplete=True,
            files=self.files,
            mail=self._build_received(
                "e", in_copy=list_people_in_copy(self.desk.store, self.settings, self.mail, besides=requester.address)
            ),
            now=self.now,
        )
        self._note(result.number, note, agent.name if agent is not None else "")
        if linked is not None:
            self._note(result.number, f"It was passed on from ticket {linked}.")
        elif (alike := find_alike(self.desk.store, result.number, self.now)) is not None:
            self._note(result.number, f"The same person wrote with the same subject before: ticket {alike}.")
        return Handed(result.number, result.summary, True)

    @property
    def _author(self) -> str:
        # In angle brackets even without a name: a bare address would be taken for somebody of the ticket's client
        return f"{self.sender.name} <{self.sender.address}>".strip()

    def _find_new_words(self, found: FoundTicket) -> Visible:
        """Find what is new in the mail, whose quotations of the conversation fold (M-20)."""
        letters: list[str] = []
        if found.letter is not None:
            with open_reader(self.desk.store.url) as reader:
                letter = load_letter(reader, found.number, str(found.letter))
            letters = [letter.body] if letter is not None else []
        return find_visible(self.mail.body.text, html=self.mail.body.html, letters=letters)

    def _find_survey_answer(self, found: FoundTicket, new_text: str) -> Answer | None:
        scale = self.desk.procedure.definition.feedback.scale
        key = self.settings.token_key
        return find_answer(self.desk.store.url, self.mail, found, new_text, key, scale, self.now)

    def _build_received(self, via: str, *, whole: str = "", in_copy: tuple[PersonInCopy, ...] = ()) -> ReceivedMail:
        is_public = self.settings.is_public(self.sender.address)
        return ReceivedMail(self.kept.key, via, self.is_verified, whole, in_copy, is_public, self.mail.marks.by)

    def _build_text(self, text: str) -> str:
        return _build_text(text, self.lines)

    def _note(self, number: int, text: str, author: str = "") -> None:
        if text.strip():
            add_mail_note(self.desk, number, text, author=author, now=self.now)


def _build_text(text: str, lines: Sequence[str]) -> str:
    """Return the text of a message, with a line for everything that is not in it."""
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}\n[the rest is in the mail itself]"
    if not is_visible(text):
        text = NO_TEXT
    return "\n".join([text.rstrip(), *(f"[{line}]" for line in lines)])


def choose_files(desk: DeskSession, files: Sequence[AttachedFile]) -> tuple[list[NewFile], list[str]]:
    """Return the files that the desk keeps, and a line for each that is too large or one too many."""
    chosen: list[NewFile] = []
    left_out: list[str] = []
    largest = desk.procedure.definition.files.largest_mb * 1_000_000
    for file in files:
        if len(file.data) > largest or len(chosen) >= MOST_FILES:
            left_out.append(f"{file.name}, {format_size(len(file.data))}, is left out here: it is in the mail itself")
        else:
            chosen.append(NewFile(file.name, file.kind, file.data))
    return chosen, left_out

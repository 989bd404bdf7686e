"""The contents and recipients of a letter, from the store and the mail file (M-50, M-54, M-56)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deskterm.desk.domain.email_address import encode_domain, normalise_address
from deskterm.desk.domain.files.new_file import NewFile
from deskterm.errors import DeskError
from deskterm.mail.letters.compose import Draft, Quotation
from deskterm.mail.letters.international import leave_out
from deskterm.mail.reading.read_mail import read_mail
from deskterm.mail.settings.mailboxes import build_mail_settings
from deskterm.mail.settings.schema import SIGNATURE_PLACEHOLDERS, IdentityPart, MailFile
from deskterm.mail.threading.tokens import make_bounce_part, make_message_id, make_plus_part, make_survey_part
from deskterm.store.db.reader import ReadConnection
from deskterm.store.queries.mail.letters import (
    find_answered_mail,
    find_open_survey,
    list_file_places,
    load_author_name,
    load_department_label,
    load_heading,
    load_message_before,
)
from deskterm.store.queries.mail.mails import load_mail_bytes
from deskterm.store.queries.outbox import Letter, load_letter
from deskterm.store.queries.ticket_tabs.files import load_public_file

_DEFAULT = "default"
"""The identity of departments that have none of their own, where the file has one of this name."""


class NoIdentity(DeskError):
    """No identity of the mail file writes for the letter's department."""


class Outgoing(NamedTuple):
    """A letter that is to leave. account: the way out; envelope: the sender that failures are told to, none for
    what goes by itself, so that nothing answers it (M-55); contacts: address → number of the contact; without_address:
    numbers of those that have none; withheld: reason why it does not leave to somebody, by number of the contact."""

    letter: Letter
    account: str
    envelope: str
    contacts: dict[str, int]
    without_address: list[int]
    draft: Draft
    withheld: Mapping[int, str] = MappingProxyType({})

    def withhold(self, reasons: Mapping[int, str]) -> Outgoing:
        """Return the letter without some of its recipients. reasons: for each, by number of the contact."""
        kept = {address: contact for address, contact in self.contacts.items() if contact not in reasons}
        return self._replace(
            contacts=kept,
            without_address=[contact for contact in self.without_address if contact not in reasons],
            draft=leave_out(self.draft, self.contacts.keys() - kept.keys()),
            withheld=reasons,
        )


class _Answered(NamedTuple):
    """The mail that a letter answers. mailbox: it came to; addresses: that it was sent to; sender, reply_to: addresses
    of its writer, the second where answers are to go, empty where that is the first."""

    mailbox: str
    message_id: str
    references: list[str]
    addresses: list[str]
    sender: str = ""
    reply_to: str = ""


def load_outgoing(
    reader: ReadConnection,
    file: MailFile,
    token_key: bytes,
    number: int,
    key: str,
    now: datetime,
    timezone: str,
    scale: int = 5,
) -> Outgoing | None:
    """Load a letter with everything that goes with it; None where there is none any more. scale: the best score of a
    survey. Raises NoIdentity where nobody writes for its department."""
    letter = load_letter(reader, number, key)
    if letter is None:
        return None
    return build_outgoing(reader, file, token_key, letter, now, timezone, scale)


def build_outgoing(
    reader: ReadConnection,
    file: MailFile,
    token_key: bytes,
    letter: Letter,
    now: datetime,
    timezone: str,
    scale: int = 5,
    *,
    author: str | None = None,
) -> Outgoing:
    """Return what goes with a letter. author: the name of who wrote it, where its message is not in the store yet.
    Raises NoIdentity as `load_outgoing` does."""
    number, key = letter.number, letter.key
    heading = load_heading(reader, number)
    answered = _load_answered(reader, number)
    _, identity = choose_identity(file, heading.department, answered.mailbox if answered else "")
    sender_name, sender = parseaddr(identity.sender)
    # The address that the customer wrote to, where it is one of the mailbox's (M-54)
    if answered is not None and answered.mailbox in file.mailbox:
        ours = file.mailbox[answered.mailbox].addresses
        sender = next((one for one in answered.addresses if normalise_address(one) in ours), sender)
    sender = encode_domain(sender)
    domain = sender.rpartition("@")[2]
    instead = {}
    if answered is not None and answered.reply_to and not build_mail_settings(file).is_ours(answered.reply_to):
        instead[answered.sender] = answered.reply_to  # where the writer wants answers (M-23)
    reached = [
        (person, encode_domain(instead.get(person.email.lower(), person.email))) for person in letter.to if person.email
    ]
    contacts = {address.lower(): person.contact for person, address in reached}
    people = [(person.name, address) for person, address in reached]
    is_copy = letter.covers is not None
    local, _, host = sender.rpartition("@")
    author = author or load_author_name(reader, number, letter.covers)
    draft = Draft(
        sender=(sender_name, sender),
        to=people[:1],
        cc=people[1:],
        reply_to=f"{local}+{make_plus_part(token_key, number)}@{host}" if identity.plus else "",
        subject=_write_subject(letter, heading.subject, identity, number),
        text=letter.body,
        # A letter from a template ends as that says
        signature=_write_signature(
            reader, identity, heading.department, number, author or load_author_name(reader, number, letter.covers)
        )
        if is_copy
        else "",
        # A letter that only says that there is news repeats nothing of what was written (S5-15)
        quotation=_load_quotation(reader, number, letter, timezone)
        if is_copy and not letter.bare and file.mail.quote
        else None,
        files=_load_files(reader, letter),
        message_id=make_message_id(token_key, number, int(key), domain),
        date=format_datetime(now),
        answered=answered.message_id if answered else "",
        references=answered.references if answered else (),
        is_automatic=letter.is_automatic,
        answers_mail=answered is not None,
        scores=_list_scores(reader, letter, token_key, sender, scale) if identity.plus else (),
    )
    envelope = "" if letter.is_automatic else sender
    if identity.bounce is not None:
        part, _, host = identity.bounce.rpartition("@")
        envelope = encode_domain(f"{part}+{make_bounce_part(token_key, number, int(key))}@{host}")
    missing = [person.contact for person in letter.to if not person.email]
    return Outgoing(letter, identity.account, envelope, contacts, missing, draft)


def choose_identity(file: MailFile, department: str, mailbox: str) -> tuple[str, IdentityPart]:
    """Return the identity that a letter is written by: that of the mailbox that its conversation came by, the
    department's, the one called `default`, or the only one. Raises NoIdentity."""
    of_mailbox = file.mailbox[mailbox].identity if mailbox in file.mailbox else None
    for name in (of_mailbox, department, _DEFAULT):
        if name and name in file.identity:
            return name, file.identity[name]
    if len(file.identity) == 1:
        return next(iter(file.identity.items()))
    if not department:
        raise NoIdentity(
            f"No identity writes for tickets without a department: name one [identity.{_DEFAULT}] in the mail file."
        )
    raise NoIdentity(
        f"No identity writes for department {department}: name one [identity.{department}] or [identity.{_DEFAULT}]"
        " in the mail file."
    )


def _write_subject(letter: Letter, subject: str, identity: IdentityPart, number: int) -> str:
    text = letter.heading or subject
    if letter.bare:
        text = letter.heading or f"[{number}]"  # it does not name the matter (S5-15)
    elif letter.covers is not None:
        text = f"Re: {subject}"
    tag = f"[#{number}]"
    if not identity.subject_tag or text.endswith(tag):
        return text
    # Headings of templates begin with the number in brackets, which must not stand in the subject twice
    return f"{text.removeprefix(f'[{number}]').strip()} {tag}".lstrip()


def _write_signature(reader: ReadConnection, identity: IdentityPart, department: str, number: int, author: str) -> str:
    """Return the signature of a letter. department: the key of its ticket's; author: the name of who wrote it."""
    text = identity.signature
    label = load_department_label(reader, department) if department else ""
    for word, value in zip(SIGNATURE_PLACEHOLDERS, (author, label, str(number)), strict=True):
        text = text.replace(f"{{{word}}}", value)
    return text


def _list_scores(reader: ReadConnection, letter: Letter, key: bytes, sender: str, scale: int) -> list[tuple[int, str]]:
    """List the scores of the survey that a letter asks for, each with the address that gives it."""
    if letter.on != "feedback-asked":
        return []
    survey = find_open_survey(reader, letter.number)
    if survey is None:
        return []
    local, _, domain = sender.rpartition("@")
    return [
        (score, f"{local}+{make_survey_part(key, letter.number, survey, score)}@{domain}")
        for score in range(1, scale + 1)
    ]


def _load_answered(reader: ReadConnection, number: int) -> _Answered | None:
    """Load the last mail of the conversation that a person outside wrote."""
    found = find_answered_mail(reader, number)
    if found is None:
        return None
    key, mailbox, message_id = found
    data = load_mail_bytes(reader, key)
    if not data:
        return _Answered(mailbox, message_id, [], [])
    mail = read_mail(data)
    references = [one for one in mail.references if one != message_id]
    addresses = [one.address for one in (*mail.to, *mail.cc)]
    sender = mail.sender.address if mail.sender is not None else ""
    reply_to = mail.reply_to[0].address if mail.reply_to else ""
    return _Answered(mailbox, message_id, references, addresses, sender, reply_to if reply_to != sender else "")


def _load_quotation(reader: ReadConnection, number: int, letter: Letter, timezone: str) -> Quotation | None:
    """Load the last message before a letter's that a person outside wrote."""
    message = load_message_before(reader, number, letter.covers)
    if message is None or not message.text.strip():
        return None
    at = datetime.fromtimestamp(message.at, UTC).astimezone(ZoneInfo(timezone))
    return Quotation(f"On {at.strftime('%d %b %Y %H:%M %Z')}, {message.author} wrote:", message.text)


def _load_files(reader: ReadConnection, letter: Letter) -> Sequence[NewFile]:
    """Load the files that go with a letter: those of its message, never of a note (M-57)."""
    if letter.files_of is None:
        return []
    places = list_file_places(reader, letter.number, letter.files_of)
    found = (load_public_file(reader, letter.number, letter.files_of, place) for place in places)
    return [NewFile(*file) for file in found if file is not None]

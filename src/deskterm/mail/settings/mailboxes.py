"""Mailboxes and the addresses of the desk, as the pipeline needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal

from deskterm.desk.domain.email_address import normalise_address
from deskterm.mail.settings.schema import LARGEST, AgentsByMail, DestinationPart, MailFile


@dataclass(frozen=True, slots=True)
class Destination:
    """The values that a ticket is given because of the mailbox or the plus part it came by (M-33): keys or labels of
    the procedure, None for what the procedure itself decides."""

    department: str | None = None
    type: str | None = None
    team: str | None = None
    product: str | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A place that mails are taken from. addresses: those whose mails lie there, normalised; plus: word after the
    plus sign of an address → where its mails go; trusted: names of the mail servers whose word about a sender counts
    (M-24); unthreaded: what happens to an automatic mail without a ticket (M-36); copies: what
    a mail makes that came to another mailbox of the desk too (M-07); largest: bytes of a mail that is taken whole
    (M-11)."""

    name: str
    addresses: tuple[str, ...] = ()
    destination: Destination = Destination()
    plus: dict[str, Destination] = field(default_factory=dict)
    trusted: tuple[str, ...] = ()
    unthreaded: Literal["register", "quarantine"] = "register"
    copies: Literal["note", "each"] = "note"
    largest: int = LARGEST


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Everything that the pipeline needs to know. blocked: addresses and domains whose mails are spam (M-38);
    public_providers: domains that no organisation is found by (M-27)."""

    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    own_addresses: frozenset[str] = frozenset()
    """All addresses of mailboxes and identities."""
    blocked: frozenset[str] = frozenset()
    public_providers: frozenset[str] = frozenset()
    agents_by_mail: AgentsByMail = "note"
    """The result of an agent's mail (M-26)."""
    token_key: bytes = field(default=b"", repr=False)
    """The key that signs the tokens in letters; empty where no letter ever left."""

    def find_mailbox(self, name: str) -> Mailbox:
        """Return a mailbox by its name; one without addresses where none is declared."""
        return self.mailboxes.get(name) or Mailbox(name)

    def is_ours(self, address: str) -> bool:
        """Return whether an address is one of the desk's, with or without a plus part."""
        address = normalise_address(address)
        local, _, domain = address.rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return address in self.own_addresses or plain in self.own_addresses

    def is_public(self, address: str) -> bool:
        """Return whether an address is of a provider for everybody, so that its domain says nothing of a client
        (M-27)."""
        return normalise_address(address).rpartition("@")[2] in self.public_providers

    def is_blocked(self, address: str) -> bool:
        """Return whether the mails of an address are spam (M-38)."""
        address = normalise_address(address)
        return not self.blocked.isdisjoint((address, address.rpartition("@")[2]))


def build_mail_settings(file: MailFile, token_key: bytes = b"") -> MailSettings:
    """Return what the pipeline needs to know of a mail file. token_key: the key that signs the tokens in letters."""
    mailboxes = {
        name: Mailbox(
            name,
            part.addresses,
            _build_destination(part),
            {word: _build_destination(one) for word, one in part.plus.items()},
            part.trusted,
            part.unthreaded,
            part.copies,
            part.largest,
        )
        for name, part in file.mailbox.items()
    }
    own = {address for box in mailboxes.values() for address in box.addresses}
    for identity in file.identity.values():
        own |= {normalise_address(parseaddr(identity.sender)[1]), identity.bounce or ""}
    return MailSettings(
        mailboxes,
        frozenset(own - {""}),
        frozenset(normalise_address(word) for word in file.mail.blocked),
        frozenset(normalise_address(word) for word in file.mail.public_providers),
        file.mail.agents_by_mail,
        token_key,
    )


def _build_destination(part: DestinationPart) -> Destination:
    return Destination(part.department, part.type, part.team, part.product, part.severity)

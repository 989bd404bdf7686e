"""The tables of `mail.toml` (M-63): what may stand in them, and what holds where nothing does."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parseaddr
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from deskterm.desk.domain.email_address import normalise_address
from deskterm.procedure.schema.text_types import NoticeTopic

Encryption = Literal["tls", "starttls", "none"]
"""The protection of a connection (M-60): `tls` from its beginning, `starttls` before the login, `none` on this machine
only."""

AgentsByMail = Literal["reply", "note", "off"]
"""The result of an agent's mail: a public answer, a note, or nothing but a note that it came (M-26)."""

NoticesByMail = Literal["off", "each", "hourly", "daily"]
"""The mails that an agent gets about their notices (M-58): none, one each, or one for those of an hour or a day."""

PushTopic = Literal[NoticeTopic, "mentioned", "undelivered", "kept_back", "timer", "scheduled-reply", "rule"]
"""The kinds of notices that may be pushed: the topics of a procedure's notices, those of the desk's own, and `rule` for
whatever a rule of the procedure says."""

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_SECRET = re.compile(r"(?:keyring|file|env):\S.*")
# Without a fragment or a query; without encryption to this machine only
_PAGE = re.compile(r"(?:https://[^\s/?#@]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)/[^\s?#]*")
_TENANT = re.compile(r"[A-Za-z0-9.-]+")
_AFTER = re.compile(r"keep|flag|delete|move:\S.*")


def _check_address(text: str) -> str:
    if _ADDRESS.fullmatch(text.strip()) is None:
        raise ValueError("is no address: write it as support@example.org")
    return normalise_address(text)


def _check_sender(text: str) -> str:
    # Where it is no address with a name, what is found is a part of it
    if _ADDRESS.fullmatch(parseaddr(text)[1]) is None:
        raise ValueError(
            'has no address: write it as "Example Support <support@example.org>", and a name with commas in quotation'
            " marks"
        )
    return text


def _check_secret(text: str) -> str:
    if _SECRET.fullmatch(text) is None:
        raise ValueError(
            'is where the secret lies, and not the secret: "keyring:NAME", "file:/path" (mode 0600) or "env:NAME"'
        )
    return text


def _check_after(text: str) -> str:
    if _AFTER.fullmatch(text) is None:
        raise ValueError('is "keep", "flag", "delete", or "move:" with a folder')
    return text


def _check_page(text: str) -> str:
    if _PAGE.fullmatch(text) is None:
        raise ValueError('is an address that begins with "https://": what is sent there is secret')
    return text


def _check_tenant(text: str) -> str:
    if _TENANT.fullmatch(text) is None:
        raise ValueError('is the number or the domain of an organisation, or "common"')
    return text


AddressText = Annotated[str, AfterValidator(_check_address)]
SecretPlace = Annotated[str, AfterValidator(_check_secret)]
"""The place of a secret (M-62): `keyring:NAME`, `file:/path` or `env:NAME`; never the secret itself."""
PageAddress = Annotated[str, AfterValidator(_check_page)]
"""The address of a provider's page."""


class Table(BaseModel):
    """A table of the file: a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OAuthPart(Table):
    """A login with a token (M-61); the secret beside it is the place of the refresh token, which `deskterm mail login`
    gets. preset: the provider whose pages are known; client_id, client_secret: of the client that is registered with
    the provider; the secret's place, where it has one; tenant: the organisation at Microsoft, by its number or domain,
    which clients of one organisation need; token_url, device_url, authorize_url, scope: where no preset says them, or
    others than it does; ca_file: certificates of an authority of one's own, for these pages."""

    preset: Literal["google", "microsoft"] | None = None
    client_id: str
    client_secret: SecretPlace | None = None
    tenant: Annotated[str, AfterValidator(_check_tenant)] = "common"
    token_url: PageAddress | None = None
    device_url: PageAddress | None = None
    authorize_url: PageAddress | None = None
    scope: str | None = None
    ca_file: str | None = None

    @model_validator(mode="after")
    def _check_addresses(self) -> OAuthPart:
        if self.preset is None and self.token_url is None:
            raise ValueError('needs a preset ("google" or "microsoft") or a token_url')
        return self


class ServerPart(Table):
    """A server and the login on it. port: the usual one of its encryption where left out; ca_file: certificates of an
    authority of one's own; user: empty where the server asks for none."""

    host: str
    port: int | None = Field(default=None, ge=1, le=65535)
    user: str = ""
    tls: Encryption = "tls"
    ca_file: str | None = None

    @model_validator(mode="after")
    def _check_encryption(self) -> ServerPart:
        if self.tls == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError('goes without encryption to this machine only: use "tls" or "starttls"')
        return self


class ImapPart(ServerPart):
    """A folder on an IMAP server."""

    folder: str = "INBOX"


class DestinationPart(Table):
    """The values that the tickets of a mailbox or of a plus part get, by key or label of the procedure."""

    department: str | None = None
    type: str | None = None
    team: str | None = None
    product: str | None = None
    severity: str | None = None


LARGEST_MB = 50
LARGEST = LARGEST_MB * 1_000_000
"""Bytes of a mail that is taken whole, where the mail file does not say (M-11)."""


class MailboxPart(DestinationPart):
    """A place that mails are taken from: an IMAP folder, a Maildir or an mbox file.

    addresses: those whose mails lie there. plus: word after the plus sign of an address → where its mails go. trusted:
    names by which its mail servers sign what they say of a sender (M-24). after: what happens on the server once a mail
    is done: `keep`, `flag`, `delete` or `move:FOLDER` (M-05). mark_seen: other programs show it as read then. since:
    nothing older is taken; by default nothing from before the mailbox was added (M-12). copies: what a mail to several
    of the desk's mailboxes makes (M-07). unthreaded: what happens to automatic mails without a ticket (M-36). poll:
    seconds between two looks where the server does not tell by itself. largest_mb: of a mail that is taken whole
    (M-11). identity: the one that its answers are written by; the department's where left out."""

    imap: ImapPart | None = None
    maildir: str | None = None
    mbox: str | None = None
    secret: SecretPlace | None = None
    oauth: OAuthPart | None = None
    addresses: tuple[AddressText, ...] = ()
    plus: dict[str, DestinationPart] = Field(default_factory=dict)
    trusted: tuple[str, ...] = ()
    after: Annotated[str, AfterValidator(_check_after)] = "flag"
    mark_seen: bool = False
    since: date | None = None
    copies: Literal["note", "each"] = "note"
    unthreaded: Literal["register", "quarantine"] = "register"
    poll: int = Field(default=60, ge=5, le=300)
    largest_mb: int = Field(default=LARGEST_MB, ge=1, le=500)
    identity: str | None = None

    @property
    def has_source(self) -> bool:
        """True where mails lie somewhere to be fetched from, and do not only come by the pipe of a mail server."""
        return self.imap is not None or self.maildir is not None or self.mbox is not None

    @property
    def largest(self) -> int:
        """Bytes of a mail that is taken whole."""
        return self.largest_mb * 1_000_000

    @model_validator(mode="after")
    def _check_source(self) -> MailboxPart:
        given = [name for name in ("imap", "maildir", "mbox") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"takes mails from one place: {' or '.join(given)}")
        if self.imap is not None and self.imap.user and self.secret is None:
            raise ValueError('needs a secret: where the password of its user lies, as "keyring:support"')
        if self.oauth is not None and (self.imap is None or not self.imap.user):
            raise ValueError("has oauth, which logs a user in on an IMAP server: imap has to name both")
        return self


class AccountPart(Table):
    """A way out (M-52). per_minute: letters at most."""

    smtp: ServerPart
    secret: SecretPlace | None = None
    oauth: OAuthPart | None = None
    per_minute: int = Field(default=60, ge=1)

    @model_validator(mode="after")
    def _check_login(self) -> AccountPart:
        if self.smtp.user and self.secret is None:
            raise ValueError('needs a secret: where the password of its user lies, as "keyring:support"')
        if self.oauth is not None and not self.smtp.user:
            raise ValueError("has oauth, which logs a user in: smtp has to name it")
        return self


SIGNATURE_PLACEHOLDERS = ("agent", "department", "number")
"""The words that stand in braces in a signature."""


class IdentityPart(Table):
    """The sender of a department's letters (M-54, M-56). from: name and address. account: the way out. bounce: the
    address that failures go to; a plus part is added. signature: below each letter, with the placeholders that there
    are for it. plus: answers come to an address that names the ticket. subject_tag: the subject ends in the ticket's
    number."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    sender: Annotated[str, AfterValidator(_check_sender)] = Field(alias="from")
    account: str
    bounce: AddressText | None = None
    signature: str = ""
    plus: bool = False
    subject_tag: bool = True


PUBLIC_PROVIDERS = (
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com"),
    *("me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me", "protonmail.com", "mail.ru"),
    *("yandex.ru", "qq.com", "163.com", "126.com", "orange.fr", "free.fr", "laposte.net", "libero.it"),
)


class MailPart(Table):
    """The rules for all mail of the desk. agents_by_mail: what an agent's mail makes (M-26). public_providers: domains
    that no organisation is found by (M-27). blocked: addresses and domains whose mails are spam (M-38). spam_days: days
    after which spam leaves quarantine (M-09). raw_days: days for which mails are kept as they came; as long as the
    ticket where left out (M-68). participants: in copy of one letter, or with one of their own (M-50). largest_mb: of
    the files of one letter (M-57). quote: the last message stands below each letter."""

    agents_by_mail: AgentsByMail = "note"
    public_providers: tuple[str, ...] = PUBLIC_PROVIDERS
    blocked: tuple[str, ...] = ()
    spam_days: int = Field(default=30, ge=1)
    raw_days: int | None = Field(default=None, ge=1)
    participants: Literal["cc", "separate"] = "cc"
    largest_mb: int = Field(default=20, ge=1)
    quote: bool = True


class PushPart(Table):
    """Notices that are pushed to an agent or a team, by a service of theirs. url: the place of its address, which lets
    everybody write there who knows it, and so is a secret; on: the kinds of notices; per_hour: pushes at most, what is
    over that is counted; text: with the subject and the words of the notice, and not its kind alone; hours: `working`
    leaves what the passing of time causes for the next opening, as all notices do, and `any` does not."""

    url: SecretPlace
    on: tuple[PushTopic, ...] = ("escalated", "breached", "warned", "mentioned", "rule")
    per_hour: int = Field(default=20, ge=1, le=1000)
    text: bool = False
    hours: Literal["working", "any"] = "working"


class MailFile(Table):
    """The whole file. notices: login → when an agent gets their notices by mail; `default` is for all others. push:
    login or key of a team → what is pushed to them."""

    mailbox: dict[str, MailboxPart] = Field(default_factory=dict)
    account: dict[str, AccountPart] = Field(default_factory=dict)
    identity: dict[str, IdentityPart] = Field(default_factory=dict)
    mail: MailPart = MailPart()
    notices: dict[str, NoticesByMail] = Field(default_factory=dict)
    push: dict[str, PushPart] = Field(default_factory=dict)

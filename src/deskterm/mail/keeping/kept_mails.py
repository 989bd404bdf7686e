"""Mails as they are kept: their bytes first, and what became of them (M-02, M-03, M-09)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from deskterm.desk.domain.files.new_file import format_size
from deskterm.errors import DeskError
from deskterm.mail.keeping.identity import compute_identity
from deskterm.mail.reading.addresses import read_addresses
from deskterm.mail.reading.header_block import Headers
from deskterm.mail.reading.header_values import clean
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import MailRow, table_of

MailState = Literal["taken", "done", "copy", "quarantined", "ignored"]

LONGEST_SUBJECT = 250
"""Characters of a subject that lists show."""

_BEHIND_ALL = 2**62
"""The key of a mail that is not kept: all others came before."""

_mail = table_of(MailRow)
_INSERT = insert(_mail).returning(_mail.c.id)
_SELECT = select(_mail).where(_mail.c.id == bindparam("key"))


class KeptMail(NamedTuple):
    """A mail that is kept. key: its number; the others as in `MailRow`. data: its bytes, or the beginning of more than
    are taken (M-11); empty once they were erased."""

    key: int
    mailbox: str
    place: str
    received_at: datetime
    size: int
    identity: str
    message_id: str
    sender: str
    subject: str
    state: MailState
    reason: str
    tries: int
    ticket: int | None
    seq: int | None
    data: bytes

    @property
    def rest(self) -> str:
        """A sentence on what is not in the bytes that are kept; empty where they are all."""
        return describe_rest(self.place, self.size, len(self.data))


class Kept(NamedTuple):
    """A mail that is kept by now: its key, and whether it was not before."""

    key: int
    is_new: bool


def keep_mail(
    store: Store,
    mailbox: str,
    place: str,
    data: bytes,
    *,
    received_at: datetime,
    now: datetime,
    size: int | None = None,
    on_server: bool = False,
    quarantined_for: str = "",
) -> Kept:
    """Keep the bytes of a mail, before anything else is done with it, and return its key (commit 1 of M-02). A mail
    that was kept from the same place before has its key already. place: where it lies in the mailbox; received_at: when
    it reached the mailbox, at most `now`; size: of the whole mail, where the bytes are only its beginning; on_server:
    its server is to be told once it is done; quarantined_for: the reason why it waits for whoever keeps it, or a
    person, and no fetch works on it."""
    found = find_key(store, mailbox, place)
    if found is not None:
        return Kept(found, False)
    mail = describe_mail(mailbox, place, data, size=size, received_at=received_at, now=now)
    row = {
        "mailbox": mail.mailbox,
        "place": mail.place,
        "received_at": mail.received_at,
        "taken_at": now,
        "changed_at": now,
        "size": mail.size,
        "identity": mail.identity,
        "message_id": mail.message_id,
        "sender": mail.sender,
        "subject": mail.subject,
        "state": "quarantined" if quarantined_for else mail.state,
        "reason": quarantined_for,
        "tries": mail.tries,
        "on_server": int(on_server),
        "raw": zlib.compress(data, 6),
    }
    try:
        with store.writing() as session:
            return Kept(int(session.execute(_INSERT, row).scalar_one()), True)
    except IntegrityError:  # another process was faster
        found = find_key(store, mailbox, place)
        if found is None:
            raise
        return Kept(found, False)


def describe_mail(
    mailbox: str, place: str, data: bytes, *, received_at: datetime, now: datetime, size: int | None = None
) -> KeptMail:
    """Return a mail as it would be kept, behind all that are. The arguments are those of `keep_mail`."""
    head = Headers.read(data)
    senders = read_addresses([head.raw(name) for name in ("from", "sender", "reply-to", "return-path")])
    return KeptMail(
        _BEHIND_ALL,
        mailbox,
        place,
        min(received_at, now),
        max(size or 0, len(data)),
        compute_identity(head, data),
        clean(head.raw("message-id")).strip("<>")[:1000],
        senders[0].address if senders else "",
        head.text("subject")[:LONGEST_SUBJECT],
        "taken",
        "",
        0,
        None,
        None,
        data,
    )


def describe_rest(place: str, size: int, kept: int) -> str:
    """Return a sentence on the part of a mail that was not taken because of its size (M-11); empty where all of it was.
    place, size: of the mail; kept: bytes of it that are kept, 0 where they were erased."""
    if not 0 < kept < size:
        return ""
    if place.startswith("sha256:"):
        left = "the rest was not taken"
    else:
        left = f"the rest lies {'in its Maildir' if place.startswith('maildir:') else 'on the mail server'}"
    return f"Only the beginning of this mail is here: it has {format_size(size)}, and {left}."


def find_key(store: Store, mailbox: str, place: str) -> int | None:
    """Return the key of the mail that was kept from a place of a mailbox; None for none."""
    query = select(_mail.c.id).where(_mail.c.mailbox == mailbox, _mail.c.place == place)
    with store.reading() as session:
        found: int | None = session.execute(query).scalar_one_or_none()
        return found


def find_known_places(store: Store, mailbox: str, places: Sequence[str]) -> set[str]:
    """Return those of some places of a mailbox that mails were kept from. places: at most a few hundred, as each is a
    value of the query."""
    query = select(_mail.c.place).where(_mail.c.mailbox == mailbox, _mail.c.place.in_(list(places)))
    with store.reading() as session:
        return set(session.execute(query).scalars())


def load_mail(store: Store, key: int) -> KeptMail:
    """Load a mail. Raises DeskError when there is none of this key."""
    with store.reading() as session:
        row = session.execute(_SELECT, {"key": key}).one_or_none()
    if row is None:
        raise DeskError(f"There is no mail {key}: `deskterm mail list` shows those there are.")
    data = zlib.decompress(row.raw) if row.raw else b""
    return KeptMail(
        row.id,
        row.mailbox,
        row.place,
        row.received_at,
        row.size,
        row.identity,
        row.message_id,
        row.sender,
        row.subject,
        row.state,
        row.reason,
        row.tries,
        row.ticket_id,
        row.seq,
        data,
    )


def set_state(
    store: Store, key: int, state: MailState, reason: str, now: datetime, *, ticket: int | None = None
) -> None:
    """Set the state of a mail that is no message. One that is done meanwhile stays so. reason: in a sentence."""
    with store.writing() as session:
        change_state(session, key, state, reason, now, ticket=ticket)


def change_state(
    session: Session, key: int, state: MailState, reason: str, now: datetime, *, ticket: int | None = None
) -> None:
    """Do what `set_state` does, in a transaction of the caller's."""
    values: dict[str, object] = {"state": state, "reason": reason[:1000], "changed_at": now}
    if ticket is not None:
        values["ticket_id"] = ticket
    session.execute(update(_mail).where(_mail.c.id == key, _mail.c.state != "done").values(**values))


def count_try(store: Store, key: int, now: datetime) -> int:
    """Count another try of a mail, before it is tried: a mail that ends the program is known by it. Return the number
    of tries."""
    statement = update(_mail).where(_mail.c.id == key).values(tries=_mail.c.tries + 1, changed_at=now)
    with store.writing() as session:
        session.execute(statement)
        return int(session.execute(select(_mail.c.tries).where(_mail.c.id == key)).scalar_one())


def take_back_try(store: Store, key: int) -> None:
    """Take back a try that the store ended, and not the mail."""
    with store.writing() as session:
        session.execute(update(_mail).where(_mail.c.id == key, _mail.c.tries > 0).values(tries=_mail.c.tries - 1))


def list_server_work(store: Store, mailbox: str, prefix: str) -> list[tuple[int, str]]:
    """Return key and place of mails that their server has still to be told of: nothing more is to be done with them.
    prefix: that their places begin with."""
    query = select(_mail.c.id, _mail.c.place).where(
        _mail.c.mailbox == mailbox,
        _mail.c.on_server == 1,
        _mail.c.state.in_(("done", "copy", "ignored")),
        _mail.c.place.startswith(prefix, autoescape=True),
    )
    with store.reading() as session:
        return [(row.id, row.place) for row in session.execute(query.order_by(_mail.c.id))]


def note_server_told(store: Store, keys: Sequence[int]) -> None:
    """Note that the server was told of these mails."""
    with store.writing() as session:
        session.execute(update(_mail).where(_mail.c.id.in_(list(keys))).values(on_server=0))


def list_keys(
    store: Store, states: Sequence[MailState] = ("taken",), *, mailbox: str | None = None, limit: int = 10_000
) -> list[int]:
    """Return the keys of mails in some states, the oldest first: by default those that were taken and not worked on.
    mailbox: only those of it. Left out are mails in quarantine whose registration was undone: each is released by
    itself (M-69)."""
    was_undone = (_mail.c.state == "quarantined") & _mail.c.seq.is_not(None)
    query = select(_mail.c.id).where(_mail.c.state.in_(list(states)), ~was_undone).order_by(_mail.c.id).limit(limit)
    if mailbox is not None:
        query = query.where(_mail.c.mailbox == mailbox)
    with store.reading() as session:
        return list(session.execute(query).scalars())


def find_earlier(store: Store, mail: KeptMail) -> KeptMail | None:
    """Return the first mail with the same identity that was kept before this one (M-06); None for none."""
    query = (
        select(_mail.c.id).where(_mail.c.identity == mail.identity, _mail.c.id < mail.key).order_by(_mail.c.id).limit(1)
    )
    with store.reading() as session:
        found = session.execute(query).scalar_one_or_none()
    return load_mail(store, found) if found is not None else None

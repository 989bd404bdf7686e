"""Mails that came before (M-06): the same bytes, or the same words by another way."""

from __future__ import annotations

from sqlalchemy import select

from deskterm.mail.keeping.kept_mails import KeptMail, find_earlier, load_mail
from deskterm.mail.reading.read_mail import Mail, read_mail
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import MailRow, table_of

_mail = table_of(MailRow)


def find_copied(store: Store, kept: KeptMail, mail: Mail) -> KeptMail | None:
    """Return the mail that another one is a copy of; None where it is none. A message id and a sender that were there
    before make a copy only where one of the two came over a list, or both say the same: an id can be guessed."""
    same = find_earlier(store, kept)
    if same is not None:
        return same
    if not kept.message_id or not kept.sender:
        return None
    query = (
        select(_mail.c.id)
        .where(_mail.c.message_id == kept.message_id, _mail.c.sender == kept.sender, _mail.c.id < kept.key)
        .order_by(_mail.c.id)
        .limit(1)
    )
    with store.reading() as session:
        found = session.execute(query).scalar_one_or_none()
    if found is None:
        return None
    earlier = load_mail(store, found)
    other = read_mail(earlier.data)
    is_of_list = "list-id" in mail.headers or "list-id" in other.headers
    is_same_text = " ".join(mail.body.text.split()) == " ".join(other.body.text.split())
    return earlier if is_of_list or is_same_text else None


def is_first_of_mailbox(store: Store, earlier: KeptMail, copied: KeptMail) -> bool:
    """Return whether a copy is the first one of its mailbox, and not of the mail's own (M-07)."""
    if copied.mailbox == earlier.mailbox:
        return False
    is_same = _mail.c.identity == copied.identity
    if copied.message_id:
        is_same |= (_mail.c.message_id == copied.message_id) & (_mail.c.sender == copied.sender)
    # Whatever ticket it is on: with `copies = "each"` a copy has one of its own
    query = select(_mail.c.id).where(is_same, _mail.c.mailbox == copied.mailbox, _mail.c.id < copied.key)
    with store.reading() as session:
        return session.execute(query.limit(1)).first() is None

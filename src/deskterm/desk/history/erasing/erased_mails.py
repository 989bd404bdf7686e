"""Mails of a person who is erased, or of tickets that are purged: their bytes go, and what the rows say of people
(M-68)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlmodel import Session

from deskterm.desk.history.erasing.erased_drafts import overwrite_deleted
from deskterm.store.db.tables import MailRow, table_of

_mail = table_of(MailRow)
_PER_STATEMENT = 500

_EMPTY = (
    update(_mail)
    .where(_mail.c.id == bindparam("key"))
    # The identity is a digest of what the mail says, without a salt: whoever guesses the mail could prove it by that
    .values(raw=b"", sender="", subject="", message_id="", identity=bindparam("mark"))
)


def erase_mails(session: Session, tickets: Sequence[int], address: str = "") -> int:
    """Empty the mails of some tickets, and those that came from an address; return how many there were. Others' mails
    on the same tickets go too: they quote what the person wrote, and nothing can be taken out of bytes."""
    found: set[int] = set()
    for start in range(0, len(tickets), _PER_STATEMENT):
        found |= _find(session, _mail.c.ticket_id.in_(list(tickets[start : start + _PER_STATEMENT])))
    if address:
        found |= _find(session, _mail.c.sender == address.lower())
    if found:
        overwrite_deleted(session)
        session.connection().execute(_EMPTY, [{"key": key, "mark": f"erased {key}"} for key in sorted(found)])
    return len(found)


def _find(session: Session, condition: ColumnElement[bool]) -> set[int]:
    has_something = or_(func.length(_mail.c.raw) > 0, _mail.c.sender != "", _mail.c.subject != "")
    return set(session.execute(select(_mail.c.id).where(condition, has_something)).scalars())

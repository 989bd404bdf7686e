"""Mails of a person who is erased, or of tickets that are purged: their bytes go, and what the rows say of people
(M-68)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlmodel import Session

from deskterm.desk.domain.email_address import list_spellings
from deskterm.desk.history.erasing.erased_drafts import overwrite_deleted
from deskterm.store.db.tables import MailRow, table_of

_mail = table_of(MailRow)
_PER_STATEMENT = 500

_EMPTY = (
    update(_mail)
    .where(_mail.c.id == bindparam("key"))
    # The identity is a digest of what the mail says, without a salt: whoever guesses the mail could prove it by that.
    # A reason may name the sender, or be the words of an agent
    .values(
        raw=b"", sender="", subject="", message_id="", reason="", identity=bindparam("mark"), state=bindparam("end")
    )
)


def erase_mails(session: Session, tickets: Sequence[int], address: str = "") -> int:
    """Empty the mails of some tickets, and those that came from an address; return how many there were. Others' mails
    on the same tickets go too: they quote what the person wrote, and nothing can be taken out of bytes. Reasons of
    other mails that name the address are emptied. One in quarantine leaves it: nothing could be done with it."""
    found = _find_mails(session, tickets, address)
    named = _names(address) if address else None
    if found or named is not None:
        overwrite_deleted(session)
    if found:
        rows = [
            {"key": key, "mark": f"erased {key}", "end": "ignored" if state == "quarantined" else state}
            for key, state in sorted(found.items())
        ]
        session.connection().execute(_EMPTY, rows)
    if named is not None:
        session.execute(update(_mail).where(named).values(reason=""))
    return len(found)


def count_mails(session: Session, tickets: Sequence[int], address: str = "") -> int:
    """Return how many mails `erase_mails` would empty."""
    return len(_find_mails(session, tickets, address))


def _find_mails(session: Session, tickets: Sequence[int], address: str) -> dict[int, str]:
    """Return number → state of the mails of some tickets, and of those that came from an address."""
    found: dict[int, str] = {}
    for start in range(0, len(tickets), _PER_STATEMENT):
        found |= _find(session, _mail.c.ticket_id.in_(list(tickets[start : start + _PER_STATEMENT])))
    if address:
        found |= _find(session, _mail.c.sender.in_({address.lower(), *list_spellings(address)}))
    return found


def _find(session: Session, condition: ColumnElement[bool]) -> dict[int, str]:
    has_something = or_(func.length(_mail.c.raw) > 0, _mail.c.sender != "", _mail.c.subject != "", _mail.c.reason != "")
    rows = session.execute(select(_mail.c.id, _mail.c.state).where(condition, has_something))
    return {row.id: row.state for row in rows}


def _names(address: str) -> ColumnElement[bool]:
    spellings = {address.lower(), *list_spellings(address)}
    return or_(*(func.lower(_mail.c.reason).contains(one, autoescape=True) for one in sorted(spellings)))

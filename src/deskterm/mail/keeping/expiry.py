"""Mails whose time is over: spam that nobody missed, and bytes that are kept for some days only (M-09, M-68)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update

from deskterm.store.db.engine import Store
from deskterm.store.db.tables import MailRow, table_of

SPAM = "The mail server marked it as spam."
"""The reason of mails in quarantine that leave it by themselves."""
_BATCH = 500

_mail = table_of(MailRow)


def expire_mails(store: Store, *, spam_days: int, raw_days: int | None, now: datetime) -> int:
    """Let spam leave quarantine after some days, without its bytes, and empty the bytes of mails that are done after
    some; None keeps these as long as their tickets. Return how many mails it was."""
    spam = (_mail.c.state == "quarantined") & (_mail.c.reason == SPAM) & (_mail.c.taken_at < now - timedelta(spam_days))
    count = _empty(
        store, spam, state="ignored", reason=f"Spam that nobody missed for {spam_days} days.", changed_at=now
    )
    if raw_days is not None:
        old = _mail.c.state.in_(("done", "copy", "ignored")) & (_mail.c.taken_at < now - timedelta(raw_days))
        count += _empty(store, old & (func.length(_mail.c.raw) > 0))
    return count


def _empty(store: Store, condition: ColumnElement[bool], **values: object) -> int:
    """Empty the bytes of the mails of a condition, some at a time, so that nobody waits for long."""
    count = 0
    while True:
        with store.writing() as session:
            keys = list(session.execute(select(_mail.c.id).where(condition).limit(_BATCH)).scalars())
            if not keys:
                return count
            session.execute(update(_mail).where(_mail.c.id.in_(keys)).values(raw=b"", **values))
        count += len(keys)

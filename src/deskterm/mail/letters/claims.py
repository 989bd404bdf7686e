"""Letters that are to leave now, each claimed by one process (M-49, M-51, M-52)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Integer, String, and_, bindparam, cast, delete, func, insert, or_, select, update
from sqlmodel import Session

from deskterm.desk.core.session import DeskSession
from deskterm.store.db.engine import Store
from deskterm.store.db.tables import RecordRow, SendingRow, table_of

_HELD = timedelta(minutes=5)
"""Length of a claim: longer than a session with a server may take."""
_DOUBT = timedelta(minutes=10)
"""Time after which a letter is repeated of which it is not known whether the server has it."""
_PAUSES = (60, 300, 900, 3600, 10_800)
"""Seconds before the second attempt and those after it; from then on six hours."""
_LAST_PAUSE = 6 * 3600
PATIENCE = timedelta(hours=48)
"""Time for which a letter is tried."""

_record, _sending = table_of(RecordRow), table_of(SendingRow)


class Claim(NamedTuple):
    """A letter that this process is to send. attempt: 1, 2, 3 …; message_id, date: of the attempt before, empty in the
    first one: they stay the same; states: address → what became of it in earlier attempts; is_repeat: it may have
    arrived already."""

    number: int
    key: str
    holder: str
    attempt: int
    message_id: str
    date: str
    states: dict[str, str]
    first_at: datetime
    is_repeat: bool = False


class Doubtful(NamedTuple):
    """A letter that a process left in doubt, for the second time: a person decides."""

    number: int
    key: str
    attempt: int


def list_due(store: Store, now: datetime, limit: int = 100) -> list[tuple[int, str]]:
    """Return ticket and key of the letters that are to leave now, the oldest first. Of one ticket only the first:
    letters to the same people go in their order."""
    due = or_(_record.c.due_at.is_(None), _record.c.due_at <= now)
    is_waiting = (_record.c.kind == "letter") & _record.c.state.in_(("queued", "unsure")) & due
    # One row a ticket, whose key is a number in a text: a ticket with very many letters keeps no other from its turn
    first = (
        select(_record.c.ticket_id, cast(func.min(cast(_record.c.key, Integer)), String).label("key"))
        .where(is_waiting)
        .group_by(_record.c.ticket_id)
        .subquery()
    )
    is_ready = or_(
        _sending.c.ticket_id.is_(None),
        and_(_sending.c.phase.in_(("waiting", "unsure")), _sending.c.next_at <= now),
    )
    query = (
        select(_record.c.ticket_id, _record.c.key)
        .join(first, and_(first.c.ticket_id == _record.c.ticket_id, first.c.key == _record.c.key))
        .outerjoin(_sending, and_(_sending.c.ticket_id == _record.c.ticket_id, _sending.c.key == _record.c.key))
        .where(_record.c.kind == "letter", is_ready)
        .order_by(_record.c.at, _record.c.ticket_id)
        .limit(limit)
    )
    with store.reading() as session:
        return [(row.ticket_id, row.key) for row in session.execute(query)]


def claim(desk: DeskSession, number: int, key: str, account: str, now: datetime) -> Claim | None:
    """Claim a letter; None where another process has it, or it was withdrawn meanwhile."""
    holder = secrets.token_hex(8)
    with desk.store.writing() as session:
        state = session.execute(
            select(_record.c.state).where(
                _record.c.ticket_id == number, _record.c.kind == "letter", _record.c.key == key
            )
        ).scalar_one_or_none()
        if state not in ("queued", "unsure"):
            return None
        # On PostgreSQL two may read the same: the insert or the condition of the update lets only one through
        row = session.execute(_SELECT, {"number": number, "letter": key}).one_or_none()
        if row is None:
            session.execute(
                insert(_sending),
                {
                    "ticket_id": number,
                    "key": key,
                    "account": account,
                    "phase": "sending",
                    "holder": holder,
                    "held_until": now + _HELD,
                    "attempt": 1,
                    "next_at": now,
                    "first_at": now,
                    "message_id": "",
                    "date": "",
                    "recipients": "{}",
                    "reason": "",
                    "repeats": 0,
                },
            )
            return Claim(number, key, holder, 1, "", "", {}, now)
        if row.phase not in ("waiting", "unsure") or row.next_at > now:
            return None
        is_repeat = row.phase == "unsure"
        result = session.execute(
            update(_sending)
            .where(_sending.c.ticket_id == number, _sending.c.key == key, _sending.c.phase == row.phase)
            .values(
                phase="sending",
                holder=holder,
                held_until=now + _HELD,
                attempt=row.attempt + 1,
                account=account,
                repeats=row.repeats + is_repeat,
            )
        )
        if result.rowcount != 1:  # type: ignore[attr-defined]
            return None
        states = json.loads(row.recipients)
        return Claim(number, key, holder, row.attempt + 1, row.message_id, row.date, states, row.first_at, is_repeat)


_SELECT = select(_sending).where(_sending.c.ticket_id == bindparam("number"), _sending.c.key == bindparam("letter"))


def note_data(store: Store, claimed: Claim, message_id: str, date: str) -> None:
    """Keep that the server may have the letter from now on, with its message id and date, so that a repetition has the
    same."""
    _update(store, claimed, phase="data", message_id=message_id, date=date)


def put_off(store: Store, claimed: Claim, states: Mapping[str, str], reason: str, now: datetime) -> datetime:
    """Let a letter wait for its next attempt, and return when that is."""
    place = claimed.attempt - 1
    pause = timedelta(seconds=_PAUSES[place] if place < len(_PAUSES) else _LAST_PAUSE)
    next_at = now + pause
    _update(
        store, claimed, phase="waiting", holder="", next_at=next_at, recipients=json.dumps(states), reason=reason[:500]
    )
    return next_at


def give_back(store: Store, claimed: Claim, reason: str, now: datetime, pause: timedelta) -> None:
    """Give a letter back as if it had not been tried: the way out was at fault (M-52)."""
    _update(
        store,
        claimed,
        phase="unsure" if claimed.is_repeat else "waiting",
        holder="",
        next_at=now + pause,
        attempt=claimed.attempt - 1,
        reason=reason[:500],
    )


def doubt(store: Store, claimed: Claim, states: Mapping[str, str], reason: str, now: datetime) -> None:
    """Keep that it is not known whether the server has the letter: it is repeated once (M-51)."""
    _update(
        store,
        claimed,
        phase="unsure",
        holder="",
        next_at=now + _DOUBT,
        recipients=json.dumps(states),
        reason=reason[:500],
    )


def forget(store: Store, number: int, key: str) -> None:
    """Remove a letter that is sent, or has failed for good, from those on their way."""
    with store.writing() as session:
        forget_within(session, number, key)


def forget_within(session: Session, number: int, key: str) -> None:
    """Do what `forget` does, in a transaction of the caller's."""
    session.execute(delete(_sending).where(_sending.c.ticket_id == number, _sending.c.key == key))


def recover(store: Store, now: datetime) -> list[Doubtful]:
    """Take over what processes that ended have left: what had not reached the server waits again, and what may have is
    in doubt. What is kept of letters that do not wait any more, such as withdrawn ones, is removed. Return what is in
    doubt for the second time."""
    lapsed = _sending.c.held_until < now
    with store.writing() as session:
        session.execute(
            update(_sending)
            .where(_sending.c.phase == "sending", lapsed)
            .values(phase="waiting", holder="", next_at=now)
        )
        twice = session.execute(
            select(_sending).where(_sending.c.phase == "data", lapsed, _sending.c.repeats > 0)
        ).all()
        session.execute(
            update(_sending)
            .where(_sending.c.phase == "data", lapsed, _sending.c.repeats == 0)
            .values(phase="unsure", holder="", next_at=now + _DOUBT, reason="deskterm ended while it sent the letter")
        )
        session.execute(_REMOVE_SETTLED)
    return [Doubtful(row.ticket_id, row.key, row.attempt) for row in twice]


_REMOVE_SETTLED = delete(_sending).where(
    _sending.c.phase.in_(("waiting", "unsure")),
    ~select(_record.c.key)
    .where(
        _record.c.ticket_id == _sending.c.ticket_id,
        _record.c.kind == "letter",
        _record.c.key == _sending.c.key,
        _record.c.state.in_(("queued", "unsure")),
    )
    .exists(),
)
"""Those who hold a letter remove what they kept of it themselves."""


def is_over(claimed: Claim, now: datetime) -> bool:
    """Return whether a letter has been tried for as long as letters are."""
    return now - claimed.first_at >= PATIENCE


def _update(store: Store, claimed: Claim, **values: object) -> None:
    with store.writing() as session:
        session.execute(
            update(_sending)
            .where(
                _sending.c.ticket_id == claimed.number,
                _sending.c.key == claimed.key,
                _sending.c.holder == claimed.holder,
            )
            .values(**values)
        )

"""Scheduled replies: sent when their time has come, or held back with the reason (C-20)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from deskterm.desk.api import open_desk
from deskterm.desk.conversation.scheduled_replies import hold_due_reply, send_due_reply
from deskterm.desk.core.session import DeskSession
from deskterm.desk.domain.records import SCHEDULED_REPLY
from deskterm.errors import DeskError
from deskterm.store.db.errors import UnavailableDesk
from deskterm.store.db.tables import RecordRow, table_of

_record = table_of(RecordRow)
_waiting = (_record.c.kind == SCHEDULED_REPLY) & (_record.c.state == "waiting")


class DoneReply(NamedTuple):
    """A scheduled reply that was sent or held back. who: the login of its author; due: when it was to be sent, epoch
    seconds; sentence: for people."""

    number: int
    who: str
    due: int
    sentence: str


class ScheduledReplies:
    """The scheduled replies of one desk. desk: the session of the system. Unlike warnings they are not dated back: a
    letter that a runner sends late answers at the instant when it is sent.
    """

    def __init__(self, desk: DeskSession) -> None:
        self._desk = desk

    def next_at(self) -> datetime | None:
        """Return the instant at which the next reply is due; None when none waits."""
        with self._desk.store.reading() as session:
            found: datetime | None = session.execute(select(func.min(_record.c.due_at)).where(_waiting)).scalar_one()
        return found

    def step(self, now: datetime) -> Iterator[DoneReply]:
        """Send or hold back all that are due by now, in order, each in a transaction of its own, and yield them. Of
        several runners, the second finds nothing left to do."""
        with self._desk.store.reading() as session:
            due = session.execute(
                select(_record.c.ticket_id, _record.c.key, _record.c.who, _record.c.due_at, _record.c.data)
                .where(_waiting, _record.c.due_at <= now)
                .order_by(_record.c.due_at, _record.c.ticket_id, _record.c.key)
            ).all()
        for number, key, who, due_at, data in due:
            try:
                author = open_desk(self._desk.store, who, behind=json.loads(data).get("behind", ""))
                result = send_due_reply(author, number, key, now=now)
            except UnavailableDesk:
                raise
            except DeskError as error:
                # Whatever the error is, the author would not learn of it otherwise
                result = hold_due_reply(self._desk, number, key, str(error), now=now)
            if result is not None:
                yield DoneReply(number, who, int(due_at.timestamp()), result.summary)

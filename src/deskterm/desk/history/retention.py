"""How long tickets are kept: never purged before the procedure's years are over (S5-09), nor while they are held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from deskterm.desk.core.row_mapping import seconds
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.history.erasure import find_plain_text_fields, replace_texts
from deskterm.errors import DeskError, UsageError
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import PersonalText, table_of
from deskterm.store.queries.retention import RetentionRow, load_expired_tickets

_AT_ONCE = 100
"""Tickets that are purged in one transaction: others work meanwhile."""


def place_hold(
    desk: DeskSession, number: int, reason: str, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Keep a ticket as it is, whatever its age, and erase nobody on it, until it is released. DeskError where the
    procedure holds nothing, or it is held already."""
    words = " ".join(reason.split())
    if not words:
        raise UsageError("Say why it is held: whoever wants to release it asks for that.")
    with desk.ticket(number, "hold", now, version) as work:
        if not work.procedure.definition.retention.legal_hold:
            raise DeskError("This desk's procedure holds nothing: [retention] has legal_hold = false.")
        if work.state.held is not None:
            raise DeskError(f"Ticket {number} is held already: {work.state.held}.")
        work.append("held", {"held": (None, words)})
        done = work.done(f"{number} is held: {words}")
    return done


def release_hold(
    desk: DeskSession, number: int, reason: str = "", *, now: datetime, version: int | None = None
) -> CommandResult:
    """Hold a ticket no longer."""
    with desk.ticket(number, "hold", now, version, action="end a hold") as work:
        if work.state.held is None:
            raise DeskError(f"Ticket {number} is not held.")
        work.append("held", {"held": (work.state.held, None)}, reason=reason)
        done = work.done(f"{number} is not held any more")
    return done


def calculate_cutoff(now: datetime, years: int) -> datetime:
    """Tickets that were last touched before this may be purged: so many years ago, by the calendar."""
    from dateutil.relativedelta import relativedelta

    return now - relativedelta(years=years)


def find_expired_tickets(desk: DeskSession, reader: ReadConnection, *, now: datetime) -> list[RetentionRow]:
    """Closed tickets whose time is over and that have words left, held ones among them; the oldest first."""
    years = desk.procedure.definition.retention.years
    return load_expired_tickets(reader, seconds(calculate_cutoff(now, years)))


def purge_expired_tickets(
    desk: DeskSession, reader: ReadConnection, *, now: datetime, progress: Callable[[int, int], None] | None = None
) -> list[RetentionRow]:
    """Empty the words of closed tickets whose time is over, but for those that are held; which they were. What was
    done when and by whom, and the chain of events, stay. DeskError unless an admin asks."""
    desk.require("purge")
    wanted = [ticket for ticket in find_expired_tickets(desk, reader, now=now) if ticket.held is None]
    last = seconds(calculate_cutoff(now, desk.procedure.definition.retention.years))
    table = table_of(PersonalText)
    gone: list[RetentionRow] = []
    for start in range(0, len(wanted), _AT_ONCE):
        part = {ticket.number: ticket for ticket in wanted[start : start + _AT_ONCE]}
        with desk.tickets(list(part), "purge", now) as works:
            for work in works:
                state = work.state
                if state.held is not None or state.is_open or state.updated_at >= last:
                    continue  # it moved on meanwhile
                query = select(table.c.id).where(table.c.ticket_id == work.number, table.c.salt != "")
                emptied = dict.fromkeys(work.session.execute(query).scalars())
                replace_texts(work, "purged", emptied, fields=find_plain_text_fields(work))
                gone.append(part[work.number or 0])
        if progress is not None:
            progress(min(start + _AT_ONCE, len(wanted)), len(wanted))
    if gone:
        desk.store.checkpoint()
    return gone

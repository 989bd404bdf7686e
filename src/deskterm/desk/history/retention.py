"""Retention: legal holds, and purging the texts of tickets that the procedure no longer keeps (S5-09)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from deskterm.desk.core.row_mapping import to_epoch
from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult
from deskterm.desk.history.erasing.erased_drafts import remove_drafts_before, remove_drafts_of
from deskterm.desk.history.erasing.erased_mails import erase_mails
from deskterm.desk.history.erasing.erased_sendings import erase_sendings
from deskterm.desk.history.erasing.erasure import find_plain_text_fields, replace_texts
from deskterm.errors import DeskError, MissingReason
from deskterm.store.db.reader import ReadConnection
from deskterm.store.db.tables import PersonalText, table_of
from deskterm.store.queries.retention import RetentionRow, load_expired_tickets

_BATCH_SIZE = 100
"""Tickets that are purged in one transaction: in a longer one, other agents would wait."""


def place_hold(
    desk: DeskSession, number: int, reason: str, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Place a legal hold on a ticket: until it is released, the ticket is not purged and nobody on it is erased. Raises
    UsageError without a reason, and DeskError when the procedure has no holds or the ticket is on hold already."""
    reason = " ".join(reason.split())
    if not reason:
        raise MissingReason("Say why it is held: whoever wants to release it asks for that.")
    with desk.ticket(number, "hold", now, version) as work:
        if not work.procedure.definition.retention.legal_hold:
            raise DeskError("This desk's procedure holds nothing: [retention] has legal_hold = false.")
        if work.state.held is not None:
            raise DeskError(f"Ticket {number} is held already: {work.state.held}.")
        work.append("held", {"held": (None, reason)})
        result = work.build_result(f"{number} is held: {reason}")
    return result


def release_hold(
    desk: DeskSession, number: int, reason: str = "", *, now: datetime, version: int | None = None
) -> CommandResult:
    """Release the legal hold on a ticket. Raises DeskError when it is not on hold."""
    with desk.ticket(number, "hold", now, version, action="end a hold") as work:
        if work.state.held is None:
            raise DeskError(f"Ticket {number} is not held.")
        work.append("held", {"held": (work.state.held, None)}, reason=reason)
        result = work.build_result(f"{number} is not held any more")
    return result


def calculate_cutoff(now: datetime, years: int) -> datetime:
    """Return the instant so many calendar years ago; tickets that were last updated before it may be purged."""
    # Not multiples of 365 days: a year of the procedure is one of the calendar
    return now - relativedelta(years=years)


def find_expired_tickets(desk: DeskSession, reader: ReadConnection, *, now: datetime) -> list[RetentionRow]:
    """Find closed tickets that are kept too long and still have texts, those on hold too, the oldest first."""
    years = desk.procedure.definition.retention.years
    return load_expired_tickets(reader, to_epoch(calculate_cutoff(now, years)))


def purge_expired_tickets(
    desk: DeskSession, reader: ReadConnection, *, now: datetime, progress: Callable[[int, int], None] | None = None
) -> list[RetentionRow]:
    """Empty the texts of closed tickets that are kept too long and not on hold, and return these tickets. Drafts for
    them go too, and drafts that nobody has touched for as long (C-05).

    The events stay, with who did what and when, and so does their chain. progress: called with tickets done and tickets
    in all. Raises DeskError unless an admin calls it."""
    desk.require("purge")
    expired = [ticket for ticket in find_expired_tickets(desk, reader, now=now) if ticket.held is None]
    cutoff = to_epoch(calculate_cutoff(now, desk.procedure.definition.retention.years))
    table = table_of(PersonalText)
    purged: list[RetentionRow] = []
    for start in range(0, len(expired), _BATCH_SIZE):
        batch = {ticket.number: ticket for ticket in expired[start : start + _BATCH_SIZE]}
        with desk.tickets(list(batch), "purge", now) as works:
            for work in works:
                state = work.state
                if state.held is not None or state.is_open or state.updated_at >= cutoff:
                    continue  # it changed after it was found, before it was locked
                # What was emptied before has no salt any more
                query = select(table.c.id).where(table.c.ticket_id == work.number, table.c.salt != "")
                emptied = dict.fromkeys(work.session.execute(query).scalars())
                replace_texts(work, "purged", emptied, files_of=None, fields=find_plain_text_fields(work))
                purged.append(batch[work.number or 0])
            numbers = [ticket.number for ticket in purged if ticket.number in batch]
            remove_drafts_of(works[0].session, numbers)
            erase_mails(works[0].session, numbers)
            erase_sendings(works[0].session, numbers)
        if progress is not None:
            progress(min(start + _BATCH_SIZE, len(expired)), len(expired))
    with desk.writing("purge") as session:
        forgotten = remove_drafts_before(session, calculate_cutoff(now, desk.procedure.definition.retention.years))
    if purged or forgotten:
        desk.store.checkpoint()
    return purged

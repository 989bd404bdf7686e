"""Catching up with what is due on a ticket before a command: whether anything is, and the transactions that record it
in the name of the desk itself (D-02). `deskterm.desk.reactions.catch_up`, which is handed in, knows what is due and
what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import bindparam, select
from sqlmodel import Session

from deskterm.desk.core.context import TransactionContext, build_system_agent
from deskterm.desk.core.row_mapping import to_datetime
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.store.db.tables import ClockRow, table_of

CatchUp = Callable[[TicketTransaction, int, Callable[[], TicketTransaction]], None]
"""Records everything of a ticket that is due by an instant and not recorded yet (D-02). It gets a transaction that has
appended nothing, the instant in epoch seconds, and a function that begins another transaction in the name of the desk
itself. Handed in from above (`desk.api`), as the reactions are."""

_clock = table_of(ClockRow)
_FIND_DUE = (
    select(_clock.c.metric)
    .where(
        _clock.c.ticket_id.in_(bindparam("numbers", expanding=True)),
        _clock.c.state == "running",
        _clock.c.next_event_at <= bindparam("now"),
    )
    .limit(1)
)


def is_anything_due(session: Session, numbers: Sequence[int], now: int) -> bool:
    """Return whether any of some tickets has a clock with an event that is due by now, epoch seconds, and not recorded
    yet."""
    values = {"numbers": list(numbers), "now": to_datetime(now)}
    return session.connection().execute(_FIND_DUE, values).first() is not None


def record_due_events(work: TicketTransaction, until: int, catch_up: CatchUp) -> list[TicketTransaction]:
    """Record what is due by an instant before a transaction begins, in the name of the desk itself. Return the
    transactions that did so, in order; they are written, and belong to the same database transaction. until: epoch
    seconds; not the transaction's own instant, which a wrong clock may have put into the future."""
    steps: list[TicketTransaction] = []

    @cache  # only when something is due, which is rare
    def build_context() -> TransactionContext:
        return replace(
            work.context, agent=build_system_agent(), behind="", bulk=None, macro="", note=None, undo_window=0
        )

    def begin() -> TicketTransaction:
        context = build_context()
        # Warnings and misses without reactions are written together: nothing reads their rows in between
        if steps and all(event.kind == "noticed" for event in steps[-1].new_events):
            steps[-1].begin_next(context)
            return steps[-1]
        if steps:
            steps[-1].finish()
        last_hash = steps[-1].hash if steps else work.hash
        steps.append(
            TicketTransaction(context, work.reactions, work.session, work.fold, work.at, work.number, last_hash)
        )
        return steps[-1]

    catch_up(work, until, begin)
    if steps:
        steps[-1].finish()
    return steps

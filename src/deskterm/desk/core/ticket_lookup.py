"""Look-ups of tickets by number, inside a session: whether they exist, and which of them are open."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session

from deskterm.errors import DeskError
from deskterm.store.db.tables import Ticket, table_of

_ticket = table_of(Ticket)


def require_ticket(session: Session, number: int) -> None:
    """Raise DeskError when there is no such ticket."""
    if session.execute(select(_ticket.c.id).where(_ticket.c.id == number)).scalar_one_or_none() is None:
        raise DeskError(f"There is no ticket {number}: `deskterm ticket list` shows those there are.")


def select_open_tickets(session: Session, numbers: Iterable[int]) -> list[int]:
    """Return those of some tickets that are open, in the order of their numbers."""
    query = select(_ticket.c.id).where(_ticket.c.id.in_(list(numbers)), _ticket.c.is_open == 1)
    return sorted(session.execute(query).scalars())

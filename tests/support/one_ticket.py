"""A desk by a shipped procedure with one ticket, and what is to be seen of it."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.desk.core.session import DeskSession
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.ticket_detail import TicketDetail, load_records, load_ticket_detail

Opened = Callable[..., DeskSession]


def seen(desk: DeskSession, number: int = 1001) -> TicketDetail:
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return found


def states(desk: DeskSession, number: int = 1001) -> dict[str, str]:
    """Metric → the state of its last cycle."""
    return {clock.metric: clock.state for clock in seen(desk, number).clocks}


def hung(desk: DeskSession, kind: str, number: int = 1001) -> list[dict[str, object]]:
    """The records of a kind that hang on a ticket."""
    with open_reader(desk.store.url) as reader:
        return [record.values for record in load_records(reader, number, kind)]

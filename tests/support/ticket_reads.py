"""Reads of a ticket for tests: its detail, clocks and records, and the letters and notices about it."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.desk.core.session import DeskSession
from deskterm.desk.tickets.register import register
from deskterm.store.db.reader import open_reader
from deskterm.store.queries.outbox import Letter, load_letters, load_notices
from deskterm.store.queries.ticket_detail import (
    ClockView,
    RecordView,
    TicketDetail,
    load_clocks,
    load_records,
    load_ticket_detail,
)
from small_desk import at

DeskFactory = Callable[..., DeskSession]
"""Opens a desk by a shipped procedure, with ticket 1001; keyword arguments are fields of the ticket."""


def read_ticket(desk: DeskSession, number: int = 1001) -> TicketDetail:
    """The detail of a ticket, which must exist."""
    with open_reader(desk.store.url) as reader:
        found = load_ticket_detail(reader, number)
    assert found is not None
    return found


def read_timers(desk: DeskSession, number: int = 1001) -> list[ClockView]:
    """The timers of a ticket, in the order of their metrics."""
    with open_reader(desk.store.url) as reader:
        return [clock for clock in load_clocks(reader, number) if clock.metric.startswith("timer:")]


def read_clock_states(desk: DeskSession, number: int = 1001) -> dict[str, str]:
    """Metric → the state of its last cycle."""
    return {clock.metric: clock.state for clock in read_ticket(desk, number).clocks}


def read_records(desk: DeskSession, kind: str, number: int = 1001) -> list[dict[str, object]]:
    """The values of a ticket's records of a kind."""
    with open_reader(desk.store.url) as reader:
        return [record.values for record in load_records(reader, number, kind)]


def letters_about(desk: DeskSession, number: int = 1001) -> list[Letter]:
    """The letters about a ticket, in whatever state, in the order of their events."""
    with open_reader(desk.store.url) as reader:
        states = [record.state for record in load_records(reader, number, "letter")]
        found = [letter for state in dict.fromkeys(states) for letter in load_letters(reader, state)]
    return sorted((letter for letter in found if letter.number == number), key=lambda letter: int(letter.key))


def notices_to(desk: DeskSession, login: str) -> list[str]:
    """The lines of the notices to an agent, newest first."""
    with open_reader(desk.store.url) as reader:
        return [notice.what for notice in load_notices(reader, login)]


def open_ticket(desk: DeskSession, minute: float = 0, **fields: object) -> int:
    """Register a ticket of Ida Fern, without what its type may require; return its number."""
    values: dict[str, object] = {
        "subject": "The projector is dark", "body": "Nothing shows.", "requester": "Ida Fern",
        "email": "ida@larch.example", "incomplete": True, **fields,
    }  # fmt: skip
    return register(desk, now=at(minute), **values).number  # type: ignore[arg-type]


def records_of(desk: DeskSession, number: int, kind: str) -> list[RecordView]:
    """A ticket's records of a kind."""
    return [record for record in read_ticket(desk, number).records if record.kind == kind]


def escalation_steps(desk: DeskSession, number: int) -> list[RecordView]:
    """The steps of ladders that a ticket has taken, first to last."""
    return records_of(desk, number, "escalation")


def clock_state(desk: DeskSession, number: int, metric: str, cycle: int = 1) -> tuple[str, int | None]:
    """State and due time of a cycle of a metric."""
    found = next(clock for clock in read_ticket(desk, number).clocks if (clock.metric, clock.cycle) == (metric, cycle))
    return found.state, found.due


def routing_of(desk: DeskSession, number: int) -> tuple[str, str | None, int | None]:
    """Status, team and tier of a ticket."""
    ticket = read_ticket(desk, number)
    return ticket.row.status, ticket.row.team, ticket.values["tier"]


def suggestion_states(desk: DeskSession, number: int) -> dict[str, str]:
    """Rule → state of its last suggestion."""
    return {str(record.values["rule"]): record.state for record in records_of(desk, number, "suggestion")}


def numbered_notices(desk: DeskSession, login: str) -> list[tuple[int, str]]:
    """Number of the ticket and line of the notices to an agent, newest first."""
    with open_reader(desk.store.url) as reader:
        return [(notice.number, notice.what) for notice in load_notices(reader, login)]

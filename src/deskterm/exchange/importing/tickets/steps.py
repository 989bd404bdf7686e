"""Steps of a ticket in the order of time, as far as an export says them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from deskterm.exchange.importing.csv_source import BadRow
from deskterm.exchange.importing.tickets.foreign_ticket import NOBODY, ForeignMessage, ForeignTicket, Person
from deskterm.exchange.importing.tickets.words import WordTable

StepKind = Literal["registered", "assigned", "message", "response", "moved", "resolved", "closed", "export"]
_ORDER: Sequence[StepKind] = ("registered", "assigned", "message", "response", "moved", "resolved", "closed", "export")
_DONE = ("solved", "closed")


class Step(NamedTuple):
    """One thing that happened. line: the place of the ticket in its file. status: the key that the ticket has from then
    on, None for the one before. word: of the file, for a change of status."""

    kind: StepKind
    at: int
    line: int
    status: str | None = None
    author: Person = NOBODY
    message: ForeignMessage | None = None
    word: str = ""

    def to_line(self) -> str:
        """Return what an earlier import is compared by. It is stored as a fingerprint, so its form must not change."""
        body = self.message.body if self.message else ""
        return "\x1f".join((self.kind, str(self.at), self.author.identity, self.word, body))


@dataclass(slots=True)
class PlannedTicket:
    """A ticket and its steps, the first the registration and the last the state as of the export. kind: the key of its
    type. status: the key that it has in the end."""

    ticket: ForeignTicket
    kind: str
    status: str
    rows: list[Step]
    notes: list[BadRow]
    external_id: str = ""

    def compute_fingerprint(self, rows: int) -> str:
        """Return a hash of the first so many steps; behind a point of the whole ticket, where that is all of them."""
        past = [step.to_line() for step in self.rows[: min(rows, len(self.rows) - 1)]]
        digest = hashlib.sha256("\x1e".join(past).encode()).hexdigest()
        return f"{digest}.{self._digest_all()}" if rows >= len(self.rows) else digest

    def _digest_all(self) -> str:
        ticket = self.ticket
        people = (ticket.requester.identity, ticket.assignee.identity, ticket.organisation)
        words = (ticket.subject, ticket.status, ticket.priority, ticket.type, ticket.channel, ticket.team)
        others = (ticket.product, ticket.topic, *ticket.tags, str(ticket.updated))
        return hashlib.sha256("\x1f".join((*people, *words, *others)).encode()).hexdigest()


def plan_steps(
    ticket: ForeignTicket, kind: str, status: str, words: WordTable, is_staff: Callable[[ForeignMessage], bool]
) -> PlannedTicket:
    """Order what happened to a ticket. kind, status: keys of its type and of the status it has in the file. is_staff:
    whether a message is from the desk. What happened before the creation is dated at it, and noted."""
    planned = PlannedTicket(ticket, kind, status, [], list(ticket.notes))
    line, created = ticket.place, ticket.created
    first = words.find_status(kind, ticket.moves[0].old).key if ticket.moves else None
    steps = [Step("registered", created, line, first)]
    if ticket.assigned is not None and ticket.assignee:
        steps.append(Step("assigned", ticket.assigned, line, author=ticket.assignee))
    for message in _select_messages(ticket):
        steps.append(Step("message", message.at, line, author=message.author, message=message))
    answered = any(
        step.message and step.author and step.message.is_public is not False and is_staff(step.message)
        for step in steps
    )
    if ticket.first_response is not None and not answered:
        steps.append(Step("response", ticket.first_response, line, author=ticket.assignee))
    for move in ticket.moves:
        steps.append(
            Step("moved", move.at, line, words.find_status(kind, move.new).key, author=move.author, word=move.new)
        )
    steps += _plan_ending(planned, words)
    steps = [_date_after(step, created, planned) for step in steps]
    steps.sort(key=lambda step: (step.kind != "registered", step.at, _ORDER.index(step.kind)))
    newest = max(step.at for step in steps)
    steps.append(Step("export", max(ticket.updated or newest, newest), line, status))
    planned.rows = steps
    return planned


def _select_messages(ticket: ForeignTicket) -> list[ForeignMessage]:
    """Return the messages without the first one, where that is the description once more."""
    first = ticket.messages[0] if ticket.messages else None
    if first is not None and _squeeze(first.body) == _squeeze(ticket.description):
        return ticket.messages[1:]
    return ticket.messages


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _plan_ending(planned: PlannedTicket, words: WordTable) -> list[Step]:
    """Return the steps of the resolution and the closing, at the instants of their columns."""
    ticket, kind, status = planned.ticket, planned.kind, planned.status
    line, category = ticket.place, words.category(status)
    if any(step_status in _DONE for step_status in _categories_of_moves(ticket, kind, words)):
        return []
    resolved, closed = ticket.resolved, ticket.closed
    if category not in _DONE:
        if resolved is not None or closed is not None:
            planned.notes.append(
                BadRow(line, f"{ticket.number} has an instant of resolution and is {ticket.status}: it is left open")
            )
        return []
    instant = resolved if resolved is not None else closed
    if instant is None:
        planned.notes.append(
            BadRow(line, f"{ticket.number} is {ticket.status}, and since when is not said: as of the export")
        )
        return []
    solved = words.find_category(kind, "@solved")
    if category == "solved":
        return [Step("resolved", instant, line, status)]
    if words.category(solved) != "solved" or resolved is None or closed == resolved:
        return [Step("closed", instant, line, status)]
    steps = [Step("resolved", resolved, line, solved)]
    if closed is not None:
        steps.append(Step("closed", max(closed, resolved), line, status))
    return steps


def _categories_of_moves(ticket: ForeignTicket, kind: str, words: WordTable) -> list[str]:
    keys = [words.find_status(kind, move.new).key for move in ticket.moves]
    return [words.category(key) for key in keys if key is not None and not key.startswith("@")]


_BEFORE = {"resolved": "resolved", "closed": "closed", "response": "answered", "assigned": "assigned", "moved": "moved"}


def _date_after(step: Step, created: int, planned: PlannedTicket) -> Step:
    if step.at >= created:
        return step
    what = _BEFORE.get(step.kind, "a message came")
    planned.notes.append(
        BadRow(step.line, f"{planned.ticket.number}: {what} before it was created: dated at its creation")
    )
    return step._replace(at=created)

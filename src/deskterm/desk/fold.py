"""The fold: from events to the ticket as it stands and to its clocks.

Pure: events, the procedure versions they name and the words they refer to go in; a `State` and clocks come out. The
same fold serves a command, an import and the proof of `deskterm doctor`, so what the tables hold is what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from deskterm.desk.events import Event
from deskterm.procedure.compiled import OPEN_CATEGORIES, Compiled
from deskterm.sla.clock import Clock, Folding, Mark

FACTS = frozenset(
    {
        "type",
        "severity",
        "priority",
        "organisation_key",
        "department",
        "product",
        "channel",
        "tags",
        "tenant",
        "topic",
        "exempt",
    }
)
"""Fields that policies look at."""


@dataclass(slots=True)
class State:
    """A ticket as its events leave it. Instants are epoch seconds; tags are in order. The words of a subject or a
    requester's name are not here: they are looked up by their reference when the row is written."""

    type: str = ""
    status: str = ""
    category: str = "new"
    severity: str | None = None
    severity_requested: str | None = None
    priority: str | None = None
    impact: str | None = None
    urgency: str | None = None
    requester_id: int | None = None
    organisation_id: int | None = None
    organisation_key: str | None = None
    tenant: str | None = None
    channel: str = ""
    department: str | None = None
    team: str | None = None
    tier: int | None = None
    assignee: str | None = None
    product: str | None = None
    topic: str | None = None
    exempt: str | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    external_id: str | None = None
    subject_id: int | None = None
    received_at: int = 0
    updated_at: int = 0
    answered_at: int | None = None
    solved_at: int | None = None
    closed_at: int | None = None
    reopened: int = 0
    waiting: str = "us"
    version: int = 0
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.category in OPEN_CATEGORIES


def apply(state: State, event: Event, procedure: Compiled) -> Mark:
    """Fold one event into the state, in place, and say what the clocks should know of it."""
    happened: set[str] = {"answered"} if state.answered_at is not None else set()
    at = event.at
    facts_changed = False
    before = state.category
    for name, (old, new) in event.changes.items():
        if name == "status":
            _enter(state, old, new, procedure, happened)
        elif name == "tags":
            state.tags = tuple(new or ())
        elif name.startswith("fields."):
            state.fields[name[7:]] = new
        else:
            setattr(state, name, new)
            if name == "assignee" and new:
                happened.add("assigned")
        facts_changed = facts_changed or name in FACTS
    if event.kind == "registered":
        happened.add("received")
        at = state.received_at or at
        state.received_at = at
        if "subject" in event.texts:
            state.subject_id = event.texts["subject"].id
    elif "subject" in event.texts:
        state.subject_id = event.texts["subject"].id
    if "body" in event.texts and event.kind in ("replied", "registered"):
        _speak(state, event, at, happened)
    if event.data.get("next_steps"):
        happened.add("next_steps")
    if event.data.get("resolution"):
        happened.add("resolution")
    if event.data.get("automatic_raise"):
        happened.add("automatic_raise")
    _date(state, before, event.at, happened)
    if facts_changed or not state.facts:
        state.facts = {name: getattr(state, name) for name in FACTS if name != "organisation_key"}
        state.facts["organisation"] = state.organisation_key
    state.updated_at = event.at
    state.version = event.seq
    return Mark(at, frozenset(happened), state.status, state.facts)


def _enter(state: State, old: str | None, new: str, procedure: Compiled, happened: set[str]) -> None:
    known = procedure.statuses.get(new)
    state.status = new
    state.category = known.category if known else "open"
    happened.add(f"status:{new}")
    happened.add(f"category:{state.category}")
    if old is not None:
        happened.add(f"leaves:{old}")


def _speak(state: State, event: Event, at: int, happened: set[str]) -> None:
    author = event.data.get("author_kind", "agent")
    if author == "requester":
        if event.kind == "replied":
            happened.add("customer_message")
        state.waiting = "us"
    elif event.data.get("automatic"):
        happened.add("auto_reply")
    elif event.kind == "replied":
        happened.add("agent_reply")
        state.waiting = "them"
        if state.answered_at is None:
            state.answered_at = at


def _date(state: State, before: str, at: int, happened: set[str]) -> None:
    was_open = before in OPEN_CATEGORIES
    if state.is_open:
        if not was_open:
            happened.add("reopened")
            state.reopened += 1
            state.waiting = "us"
        state.solved_at = state.closed_at = None
        return
    if was_open or state.solved_at is None:
        state.solved_at = at
    if state.category == "closed" and state.closed_at is None:
        state.closed_at = at
    elif state.category != "closed":
        state.closed_at = None


class TicketFold:
    """A ticket being folded, event by event. procedures: version → that edition, compiled."""

    def __init__(self, procedures: Callable[[int], Compiled]) -> None:
        self.state = State()
        self._procedures = procedures
        self._folding: Folding | None = None
        self._version = -1

    def step(self, event: Event) -> None:
        """Fold in the next event of the ticket."""
        procedure = self._procedures(event.version)
        mark = apply(self.state, event, procedure)
        if self._folding is None:
            self._folding = Folding(procedure.terms)
        elif self._version != event.version:
            self._folding.judge(procedure.terms)
        self._version = event.version
        self._folding.step(mark)

    def clocks(self) -> list[Clock]:
        """All cycles of all metrics, as they stand after the last event."""
        return self._folding.clocks() if self._folding else []


def folded(events: Iterable[Event], procedures: Callable[[int], Compiled]) -> TicketFold:
    """A whole ticket from its events, in the order of their sequence."""
    ticket = TicketFold(procedures)
    for event in events:
        ticket.step(event)
    return ticket

"""Tickets of five events each, recomputed: from stored events to clocks, and how much of that is not `sla`."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from deskterm.desk.domain.event_application import apply_event
from deskterm.desk.domain.events import Event, TextRef, decode_event, encode_event
from deskterm.desk.domain.fold import fold_events
from deskterm.desk.domain.state import State
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.procedure.load import load
from deskterm.procedure.shipped import find_procedure
from deskterm.sla.clock import Clock
from deskterm.sla.event import SlaEvent
from deskterm.sla.fold import fold_clocks

ROUNDS = 20
Stored = list[tuple[int, str, int, str, int, str]]
"""The events of a ticket as a store gives them."""


def history(number: int) -> list[Event]:
    """A ticket that is answered, waits for its requester, goes on and is resolved."""
    at = int(datetime(2024, 1, 2, tzinfo=UTC).timestamp()) + number * 619
    texts = {"body": TextRef(number, "0" * 64)}
    said = {"author_kind": "agent", "author": "sam", "channel": "email"}

    def moved(old: str | None, new: str) -> dict[str, tuple[str | None, str]]:
        return {"status": (old, new)}

    given = {
        "type": (None, "incident"),
        "severity": (None, ("critical", "high", "moderate", "low")[number % 4]),
        "channel": (None, "email"),
        "received_at": (None, at),
    }
    return [
        Event(1, "registered", at, "sam", 1, {**given, **moved(None, "new")}, texts, {"author_kind": "requester"}),
        Event(2, "replied", at + 900, "sam", 1, moved("new", "active"), texts, said),
        Event(3, "replied", at + 9000, "sam", 1, moved("active", "awaiting-user-info"), texts, said),
        Event(
            4,
            "replied",
            at + 90_000,
            "ann",
            1,
            moved("awaiting-user-info", "active"),
            texts,
            {"author_kind": "requester"},
        ),
        Event(5, "moved", at + 200_000, "sam", 1, moved("active", "resolved")),
    ]


def stored(events: Sequence[Event]) -> Stored:
    return [(event.seq, event.kind, event.at, event.actor, event.version, encode_event(event)) for event in events]


def marks(events: Sequence[Event], procedure: CompiledProcedure) -> list[SlaEvent]:
    state = State()
    return [apply_event(state, event, procedure) for event in events]


def judgements(clocks: Sequence[Clock]) -> list[tuple[object, ...]]:
    """What both ways of folding must agree on; the history of a ticket adds what was noticed."""
    return [(clock.metric, clock.cycle, clock.state, clock.due_at, clock.consumed, clock.cause) for clock in clocks]


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    began = time.process_time()
    work()
    spent = time.process_time() - began
    gc.enable()
    return spent


def main(tickets: int = 100_000) -> None:
    procedure = CompiledProcedure(load(find_procedure("incident-management")).procedure, 1)
    terms = procedure.terms

    def edition(_: int) -> CompiledProcedure:
        return procedure

    spent: dict[str, list[float]] = {"reading": [], "folding": [], "sla": []}
    share = max(1, tickets // ROUNDS)
    for first in range(0, tickets, share):
        made = [history(number) for number in range(first, min(first + share, tickets))]
        rows, marked = [stored(events) for events in made], [marks(events, procedure) for events in made]
        if not first:
            by_marks = [judgements(fold_clocks(ticket, terms)) for ticket in marked]
            if [judgements(fold_events(events, edition).clocks()) for events in made] != by_marks:
                raise SystemExit("the fold of events and the fold of their marks do not agree")
        spent["reading"].append(seconds(lambda rows=rows: [[decode_event(*row) for row in ticket] for ticket in rows]))  # type: ignore[misc]
        spent["folding"].append(seconds(lambda made=made: [fold_events(events, edition).clocks() for events in made]))  # type: ignore[misc]
        spent["sla"].append(seconds(lambda marked=marked: [fold_clocks(ticket, terms) for ticket in marked]))  # type: ignore[misc]
    reading, folding, sla = (share / statistics.median(times) for times in spent.values())
    outside = statistics.median(
        1 - s / (r + f) for r, f, s in zip(spent["reading"], spent["folding"], spent["sla"], strict=True)
    )
    print(f"fold      {tickets:,} tickets of 5 events: {sum(map(sum, list(spent.values())[:2])):.1f} s in all")
    print(f"fold      from stored events   {1 / (1 / reading + 1 / folding):>9,.0f} tickets/s")
    print(f"fold      from events          {folding:>9,.0f} tickets/s")
    print(f"fold      from marks (sla)     {sla:>9,.0f} tickets/s")
    print(f"fold      share outside sla    {outside:>9.0%}")


if __name__ == "__main__":
    main()

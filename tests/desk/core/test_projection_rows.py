"""The rows of a ticket from its events and their fold."""

from __future__ import annotations

from typing import Any

from deskterm.desk.core.projection_rows import EVENT_COLUMNS, TicketProjection, build_message_rows, chain_events
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import GENESIS, Event, TextRef
from deskterm.desk.domain.fold import TicketFold
from deskterm.procedure.compiled import CompiledProcedure
from small_desk import small_procedure

PROCEDURE = CompiledProcedure(small_procedure())
BEGIN = 1_795_424_400
BODY = TextRef(7, "")


def event(
    seq: int, kind: EventKind, minute: int, changes: dict[str, tuple[Any, Any]] | None = None, **more: Any
) -> Event:
    texts = more.pop("texts", {})
    return Event(seq, kind, BEGIN + minute * 60, "ann", 1, changes or {}, texts, more)


REGISTERED = event(
    1, "registered", 0, {"type": (None, "fault"), "status": (None, "new"), "severity": (None, "low")},
    texts={"body": BODY},
)  # fmt: skip
MOVED = event(2, "moved", 5, {"status": ("new", "working")})


def test_events_chained_in_parts_are_chained_as_at_once() -> None:
    whole, last = chain_events(1001, GENESIS, [REGISTERED, MOVED])
    first, middle = chain_events(1001, GENESIS, [REGISTERED])
    rest, end = chain_events(1001, middle, [MOVED])
    assert (first + rest, end) == (whole, last)
    row = dict(zip(EVENT_COLUMNS, whole[1], strict=True))
    assert (row["ticket_id"], row["seq"], row["kind"], row["hash"]) == (1001, 2, "moved", last)


def test_only_rows_that_differ_are_removed_and_added() -> None:
    fold = TicketFold(lambda version: PROCEDURE)
    new = TicketProjection(fold)
    fold.step(REGISTERED)
    rows = new.build_rows(1001, PROCEDURE, "h1")
    assert rows.ticket["status"] == "new"
    assert rows.clocks.removed == []
    assert {clock["metric"] for clock in rows.clocks.added} >= {"response", "resolution"}
    unchanged = TicketProjection(fold).build_rows(1001, PROCEDURE, "h1")
    assert (unchanged.clocks, unchanged.records) == (([], []), ([], []))
    later = TicketProjection(fold)
    fold.step(event(2, "moved", 5, {"status": ("new", "solved")}))
    changed = later.build_rows(1001, PROCEDURE, "h2")
    assert changed.ticket["hash"] == "h2"
    assert ("resolution", 1) in changed.clocks.removed
    assert {(clock["metric"], clock["cycle"]) for clock in changed.clocks.added} >= set(changed.clocks.removed)


def test_a_change_of_status_ends_the_last_visit_and_adds_one() -> None:
    fold = TicketFold(lambda version: PROCEDURE)
    new = TicketProjection(fold)
    for one in (REGISTERED, MOVED):
        fold.step(one)
    visits = new.build_rows(1001, PROCEDURE, "h1").visits
    assert visits.removed == []
    assert [(row["n"], row["status"], row["until"]) for row in visits.added] == [
        (1, "new", BEGIN + 300),
        (2, "working", None),
    ]
    later = TicketProjection(fold)
    fold.step(event(3, "noted", 6))
    assert later.build_rows(1001, PROCEDURE, "h2").visits == ([], [])
    fold.step(event(4, "moved", 7, {"status": ("working", "solved")}))
    visits = later.build_rows(1001, PROCEDURE, "h2").visits
    assert visits.removed == [(2,)]
    assert [(row["n"], row["until"]) for row in visits.added] == [(2, BEGIN + 420), (3, None)]
    undo = TicketProjection(fold)
    fold.step(event(5, "undone", 8, seqs=[4]))
    visits = undo.build_rows(1001, PROCEDURE, "h3").visits
    assert visits.removed == [(2,), (3,)]
    assert [(row["n"], row["until"]) for row in visits.added] == [(2, None)]


def test_messages_that_a_later_event_undoes_are_marked() -> None:
    noted = event(2, "noted", 1, texts={"body": BODY})
    undone = event(3, "undone", 2, seqs=[2])
    marks = [(row["seq"], row["mark"]) for row in build_message_rows(1001, [REGISTERED, noted, undone])]
    assert marks == [(1, ""), (2, "undone")]

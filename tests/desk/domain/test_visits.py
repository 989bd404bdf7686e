"""Visits: the stays of a ticket in its statuses, from events alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.event_strategies import TicketScript, compile_version, ticket_scripts
from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import fold_events, select_effective_events
from deskterm.desk.domain.visits import Visit
from deskterm.procedure.compiled import CompiledProcedure
from small_desk import small_procedure

PROCEDURE = CompiledProcedure(small_procedure())
BEGIN = 1_795_424_400


def fold_visits(*events: tuple[int, dict[str, tuple[Any, Any]]], undone: tuple[int, ...] = ()) -> tuple[Visit, ...]:
    """Return the visits of a ticket from the minute and the changes of each event, the first its registration."""
    found = []
    for seq, (minute, changes) in enumerate(events, 1):
        kind: EventKind = "registered" if seq == 1 else "moved"
        found.append(Event(seq, kind, BEGIN + minute * 60, "ann", 1, changes))
    if undone:
        found.append(Event(len(found) + 1, "undone", found[-1].at + 60, "lea", 1, data={"seqs": list(undone)}))
    return fold_events(found, lambda version: PROCEDURE).visits


def in_minutes(visits: tuple[Visit, ...]) -> list[tuple[str, int, int | None]]:
    return [
        (visit.status, (visit.since - BEGIN) // 60, None if visit.until is None else (visit.until - BEGIN) // 60)
        for visit in visits
    ]


OPENED = {"type": (None, "fault"), "status": (None, "new")}


def test_the_first_visit_begins_as_the_request_arrived_though_it_was_recorded_later() -> None:
    """R-02"""
    arrived = {"received_at": (None, BEGIN - 3600), **OPENED}
    visits = fold_visits((5, arrived), (9, {"status": ("new", "working")}))
    assert in_minutes(visits) == [("new", -60, 9), ("working", 9, None)]
    assert (visits[0].kind, visits[0].seq, visits[0].actor, visits[0].category) == ("registered", 1, "ann", "new")
    assert (visits[1].kind, visits[1].seq, visits[1].category) == ("moved", 2, "open")


def test_a_move_dated_before_the_visit_that_it_ends_leaves_one_of_no_length() -> None:
    """R-02: a request that is said to arrive after it was moved"""
    arrived = {"received_at": (None, BEGIN + 3600), **OPENED}
    visits = fold_visits((0, arrived), (9, {"status": ("new", "working")}), (70, {"status": ("working", "solved")}))
    assert in_minutes(visits) == [("new", 60, 60), ("working", 60, 70), ("solved", 70, None)]


def test_equal_statuses_in_a_row_are_one_visit() -> None:
    visits = fold_visits((0, OPENED), (2, {"status": ("new", "new")}), (5, {"status": ("new", "working")}))
    assert in_minutes(visits) == [("new", 0, 5), ("working", 5, None)]


def test_what_was_undone_is_as_if_it_had_never_been() -> None:
    """R-32: from the undoing on; the events before it give the visits that there were."""
    moves = ((0, OPENED), (5, {"status": ("new", "working")}), (9, {"status": ("working", "solved")}))
    assert in_minutes(fold_visits(*moves)) == [("new", 0, 5), ("working", 5, 9), ("solved", 9, None)]
    assert in_minutes(fold_visits(*moves, undone=(3,))) == [("new", 0, 5), ("working", 5, None)]
    assert in_minutes(fold_visits(*moves, undone=(2, 3))) == [("new", 0, None)]


def test_a_visit_knows_the_hands_that_the_ticket_went_through() -> None:
    """R-30: its registration hands over nothing, and nor does who lays a ticket down."""
    visits = fold_visits(
        (0, {**OPENED, "team": (None, "desk"), "assignee": (None, "ann")}),
        (1, {"assignee": ("ann", None)}),
        (2, {"team": ("desk", "network"), "assignee": (None, "sam"), "tier": (None, 2)}),
        (3, {"team": ("network", "desk")}),
        (4, {"status": ("new", "working"), "assignee": ("sam", "kim")}),
    )
    hands = [(one.team, one.tier, one.assignee, one.teams, one.hand_offs) for one in visits]
    assert hands == [("desk", None, "ann", 1, 0), ("desk", 2, "kim", 2, 3)]


@settings(max_examples=100)
@given(ticket_scripts(), st.data())
def test_visits_cover_a_life_without_gap_and_overlap_and_equal_a_recount(
    script: tuple[TicketScript, int], data: st.DataObject
) -> None:
    events = script[0].events
    undone = data.draw(st.sets(st.sampled_from([event.seq for event in events[1:]]))) if len(events) > 1 else set()
    if undone:
        last = events[-1]
        events = [
            *events,
            Event(last.seq + 1, "undone", last.at, "lea", last.version, data={"seqs": sorted(undone)}),
        ]
    fold = fold_events(events, compile_version)
    visits = fold.visits
    assert [visit.n for visit in visits] == list(range(1, len(visits) + 1))
    assert visits[0].since == fold.state.received_at
    assert all(before.until == after.since for before, after in pairwise(visits))
    assert all(visit.until is not None and visit.since <= visit.until for visit in visits[:-1])
    assert (visits[-1].status, visits[-1].until) == (fold.state.status, None)
    recounted: list[tuple[str, int]] = []
    for event in select_effective_events(events):
        if "status" in event.changes and (not recounted or recounted[-1][0] != event.changes["status"][1]):
            recounted.append((event.changes["status"][1], event.seq))
    assert [(visit.status, visit.seq) for visit in visits] == recounted

"""The fold: undo, upcoming events and due times, on tickets made of events alone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.event_strategies import START, TicketScript, compile_version, ticket_scripts
from deskterm.desk.domain.due_changes import compute_due_times, find_due_changes
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import TicketFold, fold_events, select_effective_events
from deskterm.desk.domain.state import State


def without_counts(state: State) -> State:
    """The state without what also an undone event moves on: version and last change."""
    return replace(state, version=0, updated_at=0, last_event_at=0, dated_from=0)


@settings(max_examples=150)
@given(ticket_scripts(), st.data())
def test_undone_events_leave_no_trace(script: tuple[TicketScript, int], data: st.DataObject) -> None:
    events = script[0].events
    kept = data.draw(st.integers(1, len(events)))
    undone = [event.seq for event in events[kept:]]
    last = events[-1]
    undo = Event(last.seq + 1, "undone", last.at, "lea", last.version, data={"seqs": undone})
    after = fold_events([*events, undo], compile_version)
    before = fold_events(events[:kept], compile_version)
    assert select_effective_events([*events, undo]) == events[:kept]
    assert without_counts(after.state) == without_counts(before.state)
    assert after.state.version == undo.seq
    assert after.clocks() == before.clocks()


@settings(max_examples=150)
@given(ticket_scripts())
def test_a_recorded_warning_or_breach_is_not_upcoming_any_more(script: tuple[TicketScript, int]) -> None:
    ticket, _ = script
    fold = fold_events(ticket.events, compile_version)
    for _ in range(20):
        upcoming = fold.upcoming_events()
        assert upcoming == sorted(upcoming)
        if not upcoming:
            break
        first = upcoming[0]
        data = first._asdict()
        number = fold.state.version + 1
        at = max(first.instant, fold.state.dated_from)
        fold.step(Event(number, "noticed", at, "deskterm", ticket.version, data=data))
        assert first not in fold.upcoming_events()
        assert len(fold.upcoming_events()) < len(upcoming)
    else:
        raise AssertionError("noticing goes on for ever")


def test_a_change_of_severity_is_a_due_change_in_the_order_of_metrics() -> None:
    ticket = TicketScript()
    ticket.register(2 * 3600, severity="s1")
    fold, at, procedure = fold_events(ticket.events, compile_version), START + 3 * 3600, compile_version(1)
    before = compute_due_times(fold, at)
    assert find_due_changes(before, fold, at, procedure, 1001) == []
    ticket.append("severity_set", 3 * 3600, severity="s2")
    fold.step(ticket.events[-1])
    changes = find_due_changes(before, fold, at, procedure, 1001)
    assert [(change.metric, change.number) for change in changes] == [("response", 1001), ("resolution", 1001)]
    assert [change.old_due for change in changes] == [before[change.metric, 1][0] for change in changes]
    assert [change.late_now for change in changes] == [False, False]  # the response was late before


def test_the_last_event_is_the_latest_though_an_import_dates_a_later_one_before_it() -> None:
    ticket = TicketScript()
    ticket.register(0, severity="s1")
    ticket.append("noted", 3600)
    ticket.append("noted", 1800)
    events = ticket.events
    assert fold_events(events, compile_version).state.last_event_at == events[1].at
    undo = Event(4, "undone", events[0].at, "lea", 1, data={"seqs": [2]})
    assert fold_events([*events, undo], compile_version).state.last_event_at == events[1].at


def test_an_empty_fold_promises_nothing() -> None:
    fold = TicketFold(compile_version)
    assert (fold.clocks(), fold.upcoming_events(), fold.facts, compute_due_times(fold, START)) == ([], [], {}, {})

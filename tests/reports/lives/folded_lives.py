"""Lives folded from nothing but the events, one ticket after the other: slow, and obvious."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from deskterm.desk.core.row_mapping import build_message_row
from deskterm.desk.domain.event_application import apply_event
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.fold import fold_events, select_effective_events
from deskterm.desk.domain.state import State
from deskterm.desk.domain.visits import Visit
from deskterm.procedure.compiled import CompiledProcedure
from deskterm.reports.attainment import find_breach, find_continuation
from deskterm.reports.lives.histories import list_record_changes, read_histories
from deskterm.reports.lives.life import COUNTED_RECORDS, Cycle, Life, MessageMark
from deskterm.sla.clock import Clock
from deskterm.sla.timer_keys import TIMER_PREFIX
from deskterm.store.db.reader import ReadConnection

Procedures = Callable[[int], CompiledProcedure]
"""Returns a version of the procedure."""


def fold_lives(reader: ReadConnection, procedures: Procedures, numbers: Sequence[int], as_of: int) -> Iterator[Life]:
    """Yield the lives of tickets as of an instant, epoch seconds. numbers: in order; a ticket without an event up to
    the instant is left out."""
    for number, events in read_histories(reader, numbers, as_of):
        yield build_life(number, events, procedures, as_of)


def build_life(number: int, events: Sequence[Event], procedures: Procedures, as_of: int) -> Life:
    """Return the life of a ticket after its events."""
    effective = select_effective_events(events)
    state = State()
    visits = list(_fold_visits(effective, state, procedures))
    fold = fold_events(events, procedures)
    state = fold.state
    split = state.fields.get("split_from")
    return Life(
        number=number,
        external_id=state.external_id,
        received_at=state.received_at,
        recorded_at=events[0].at,
        type=state.type,
        severity=state.severity,
        severity_at_opening=fold_events(events[:1], procedures).state.severity,
        priority=state.priority,
        client=state.organisation_key,
        product=state.product,
        channel=state.channel,
        department=state.department,
        topic=state.topic,
        tags=tuple(sorted(state.tags)),
        team=state.team,
        tier=state.tier,
        assignee=state.assignee,
        exempt=state.exempt,
        split_from=split if isinstance(split, int) else None,
        visits=visits,
        cycles=build_cycles(fold.clocks(), state, as_of),
        records=sorted(
            (record for record in state.records.values() if record.kind in COUNTED_RECORDS),
            key=lambda record: (record.kind, record.key),
        ),
        messages=list(_list_messages(effective)),
        changes=list(list_record_changes(effective)),
    )


def _fold_visits(events: Iterable[Event], state: State, procedures: Procedures) -> Iterator[Visit]:
    """Yield the visits that events make; equal statuses in a row are one."""
    visit: Visit | None = None
    teams: set[str] = set()
    hand_offs = place = 0
    for event in events:
        team, assignee = state.team, state.assignee
        apply_event(state, event, procedures(event.version))
        if state.team is not None:
            teams.add(state.team)
        is_handed_over = state.team != team or (state.assignee != assignee and state.assignee is not None)
        hand_offs += is_handed_over and event.kind != "registered"
        if "status" not in event.changes or (visit is not None and visit.status == state.status):
            continue
        since = (state.received_at or event.at) if visit is None else max(event.at, visit.since)
        if visit is not None:
            yield visit._replace(until=since)
        place += 1
        hands = state.team, state.tier, state.assignee, len(teams), hand_offs
        visit = Visit(place, state.status, state.category, since, None, event.kind, event.seq, event.actor, *hands)
    if visit is not None:
        yield visit


def build_cycles(clocks: Iterable[Clock], state: State, as_of: int) -> list[Cycle]:
    """Return the cycles of clocks, timers left out."""
    found: list[Cycle] = []
    previous: dict[str, Clock] = {}
    for clock in clocks:
        if clock.metric.startswith(TIMER_PREFIX):
            continue
        continuation = find_continuation(clock, previous.get(clock.metric))
        previous[clock.metric] = clock
        found.append(
            Cycle(
                clock.metric,
                clock.cycle,
                clock.state,
                clock.started_at,
                clock.due_at,
                clock.stopped_at,
                find_breach(clock.state, clock.breached_at, clock.target_seconds, clock.consumed, clock.since, as_of),
                clock.cause,
                (clock.metric, clock.cycle) in state.waived,
                clock.calendar,
                clock.version,
                continuation,
            )
        )
    return found


def _list_messages(events: Iterable[Event]) -> Iterator[MessageMark]:
    for event in events:
        row = build_message_row(event)
        if row is not None:
            at = event.data.get("spoken_at", event.at)
            automatic, is_thanks = bool(row["automatic"]), row["mark"] == "thanks"
            yield MessageMark(event.seq, at, row["author_kind"], row["kind"] == "public", automatic, is_thanks)

"""Application of events to the state of a ticket, and the occurrences that clocks start and stop by."""

from __future__ import annotations

from deskterm.desk.domain.event_kinds.table import RETENTION_EVENTS, SYSTEM_EVENTS
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.kind_effects import KIND_EFFECTS
from deskterm.desk.domain.records import (
    CALL,
    Record,
    apply_record_change,
    records_of_kind,
)
from deskterm.desk.domain.state import POLICY_FIELDS, State
from deskterm.procedure.compiled import OPEN_CATEGORIES, CompiledProcedure
from deskterm.procedure.sla_terms import SNOOZE
from deskterm.sla.event import SlaEvent
from deskterm.sla.target_kinds.pauses import LoggedWork

_DUE_FIELDS = frozenset({"sprint", "snoozed_until", "tier"})
"""Fields that due times depend on besides policies, or that say whose work counts (S3-06)."""

_SAID_BY_DATA = ("resolution", "confirmed", "automatic_raise")
"""Members of an event's data that are occurrences where they are true."""

_NOT_BY_PERSONS = SYSTEM_EVENTS | RETENTION_EVENTS


def apply_event(state: State, event: Event, procedure: CompiledProcedure) -> SlaEvent:
    """Apply an event to the state, in place, and return the SLA event that clocks are advanced by."""
    # A condition sees the occurrences of one event only, nothing of earlier ones. So all events after the first answer
    # carry `answered`: a metric for later replies starts at `customer_message and answered`.
    occurrences: set[str] = {"answered"} if state.answered_at is not None else set()
    at = event.at
    facts_changed = dues_changed = False
    category_before = state.category
    for name, (old, new) in event.changes.items():
        if name == "status":
            _enter_status(state, old, new, procedure, occurrences)
        elif name == "tags":
            state.tags = tuple(new or ())
        elif name.startswith("fields."):
            state.fields[name[7:]] = new
        elif name.startswith("dues."):
            state.dues = {key: due for key, due in {**state.dues, name[5:]: new}.items() if due is not None}
            dues_changed = True
        elif name.startswith("records."):
            apply_record_change(state.records, name[8:], new, event.at, event.texts)
        else:
            setattr(state, name, new)
            if name == "assignee" and new:
                occurrences.add("assigned")
        facts_changed = facts_changed or name in POLICY_FIELDS
        dues_changed = dues_changed or name in _DUE_FIELDS or name.startswith("records.entry.")
    for name, text in event.texts.items():
        if name.startswith("fields."):
            state.fields[name[7:]] = {"text": text.id}
    if event.kind == "registered":
        occurrences.add("received")
        # Clocks start when the request arrived, which may be before it was registered.
        at = state.received_at or at
        state.received_at = at
        if "subject" in event.texts:
            state.subject_id = event.texts["subject"].id
    elif "subject" in event.texts:
        state.subject_id = event.texts["subject"].id
    elif event.kind == "replied" and not event.data.get("imported"):
        at = event.data.get("spoken_at", at)
    if "body" in event.texts and event.kind in ("replied", "registered"):
        _apply_message(state, event, at, occurrences)
    if "bulk" in event.data:
        # By this record undo finds the other tickets that the same command changed (`history.undo`).
        apply_record_change(state.records, f"act.{event.data['bulk']}", {"state": "done", "who": event.actor}, event.at)
    if event.kind in KIND_EFFECTS:
        facts_changed = KIND_EFFECTS[event.kind](state, event, occurrences) or facts_changed
    if event.data:  # most events have changes and texts only
        if event.data.get("next_steps") and not event.data.get("unaddressed"):
            occurrences.add("next_steps")
        occurrences.update(name for name in _SAID_BY_DATA if event.data.get(name))
    _update_end(state, category_before, event.at, occurrences)
    dues_changed = _end_temporary_states(state, occurrences) or dues_changed
    # Facts are made anew only where they changed, and never changed in place: every SLA event keeps its own, and
    # folding a long history would otherwise spend most of its time here.
    if facts_changed or dues_changed or not state.facts:
        state.facts = {name: getattr(state, name) for name in POLICY_FIELDS if name != "organisation_key"}
        state.facts["organisation"] = state.organisation_key
        _add_clock_facts(state)
    if event.kind not in _NOT_BY_PERSONS:
        state.updated_at = event.at
    # An import dates its events by the last one of a person, so one of the desk itself may be later
    state.last_event_at = max(state.last_event_at, event.at)
    state.dated_from = event.at
    state.version = event.seq
    # Only `overruled` sets `counts_from`: a message that was wrongly taken for thanks counts from its arrival.
    return SlaEvent(event.data.get("counts_from", at), frozenset(occurrences), state.status, state.facts)


def _enter_status(state: State, old: str | None, new: str, procedure: CompiledProcedure, occurrences: set[str]) -> None:
    status = procedure.statuses.get(new)
    state.status = new
    # A status that a later procedure dropped: open, so that nobody loses sight of the ticket
    state.category = status.category if status else "open"
    occurrences.add(f"status:{new}")
    occurrences.add(f"category:{state.category}")
    if old is not None:
        occurrences.add(f"leaves:{old}")


def _apply_message(state: State, event: Event, at: int, occurrences: set[str]) -> None:
    if event.data.get("imported"):
        return  # history: nobody waits for an answer to it, and it may be from before the last one (M-12)
    author = event.data.get("author_kind", "agent")
    # Only a message after registration counts as one: the request itself is `received`
    if author == "requester":
        if event.kind == "replied":
            occurrences.add("customer_message")
        state.waiting = "us"
    elif event.data.get("automatic"):
        # An automatic letter is no answer: the customer still waits for us (S1-19)
        occurrences.add("auto_reply")
    elif event.kind == "replied" and not event.data.get("unaddressed"):
        occurrences.add("agent_reply")
        if state.waiting == "us":
            occurrences.add(f"asked_again:{state.status}")
        state.waiting = "them"
        # The instant of the message and not of its recording: it may have been a call that was written down later
        if state.answered_at is None:
            state.answered_at = at


def _update_end(state: State, category_before: str, at: int, occurrences: set[str]) -> None:
    """Set or clear the instants at which the ticket was solved and closed."""
    was_open = category_before in OPEN_CATEGORIES
    if state.is_open:
        if not was_open:
            occurrences.add("reopened")
            state.reopened += 1
            state.waiting = "us"
        state.solved_at = state.closed_at = None
        return
    # From solved to closed the instant of the solution stays
    if was_open or state.solved_at is None:
        state.solved_at = at
    if state.category == "closed" and state.closed_at is None:
        state.closed_at = at
        _end_escalations(state, at)
    elif state.category != "closed":
        # Back from closed to solved, which is no reopening
        state.closed_at = None


def _end_escalations(state: State, at: int) -> None:
    """End the escalations of a closed ticket, but for those that a complaint started after its end (S4-21)."""
    for record in list(records_of_kind(state.records, "escalation")):
        # The ticket is closed, so nobody has to decide any more
        if record.state == "open" and not record.values.get("afterwards"):
            _end_record(state, record, at)


def _end_calls(state: State) -> None:
    """End the calls of a ticket that is done: nobody is called for it any more."""
    for record in list(records_of_kind(state.records, CALL)):
        if record.state == "open":
            _end_record(state, record, record.at)


def _end_record(state: State, record: Record, at: int) -> None:
    """Mark a record as ended, and take its flag off the ticket. at: the new instant of the record, epoch seconds."""
    values = {name: value for name, value in record.values.items() if name != "flag"} | {"state": "over"}
    state.records[record.kind, record.key] = Record(record.kind, record.key, at, values)


def _end_temporary_states(state: State, occurrences: set[str]) -> bool:
    """End what does not outlast other events, and return whether due times depend on it.

    A message of the requester and the end of the ticket end a snooze; the end of the ticket ends work on it. A reopened
    ticket loses its due times and its sprint: they were set for the work that was finished.
    """
    changed = False
    if state.snoozed_until is not None and not occurrences.isdisjoint(
        ("customer_message", "category:solved", "category:closed")
    ):
        state.snoozed_until, changed = None, True
    # Without this the reopened ticket would be overdue at once, by a due time that was set for work since finished
    if "reopened" in occurrences and (state.dues or state.sprint):
        state.dues, state.sprint, changed = {}, None, True
    if state.is_open:
        return changed
    _end_calls(state)
    if state.workers:
        state.workers, state.work_started_at, changed = {}, {}, True
        # The clock of hands-on work must stop with the ticket, though nobody stopped working
        occurrences.add("work_stopped")
    return changed


def _add_clock_facts(state: State) -> None:
    """Add the facts that clocks need besides those that policies test."""
    facts = state.facts
    if state.dues or state.snoozed_until is not None:
        snooze = {} if state.snoozed_until is None else {SNOOZE: state.snoozed_until}
        facts["dues"] = {**state.dues, **snooze}
    if state.sprint is not None:
        facts["sprint"] = state.sprint
    if state.tier is not None:
        facts["tier"] = state.tier
    if state.workers:
        facts["working"] = frozenset(state.workers.values())
    logged = tuple(
        LoggedWork(entry.at, entry.values["started"], entry.values["seconds"], entry.values.get("tier"))
        for entry in records_of_kind(state.records, "entry")
        if entry.state == "valid"
    )
    if logged:
        facts["logged"] = logged

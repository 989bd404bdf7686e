"""Effects of single kinds of events on the state of a ticket, besides their changes."""

from __future__ import annotations

from collections.abc import Callable

from deskterm.desk.domain.event_kinds.names import EventKind
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import (
    build_letter_record,
    build_notice_record,
)
from deskterm.desk.domain.state import State


def _apply_waiver(state: State, event: Event, occurrences: set[str]) -> bool:
    state.waived = {**state.waived, (event.data["metric"], event.data["cycle"]): event.data.get("reason", "")}
    return False


def _apply_time_notice(state: State, event: Event, occurrences: set[str]) -> bool:
    data = event.data
    key = data["what"], data["metric"], data["cycle"], data.get("threshold", "")
    state.noticed |= {(*key, data["due"])}
    state.noticed_instants |= {(*key, data["instant"])}
    return False


def _apply_snooze(state: State, event: Event, occurrences: set[str]) -> bool:
    occurrences.add("snoozed" if state.snoozed_until is not None else "unsnoozed")
    return False


def _apply_work_start(state: State, event: Event, occurrences: set[str]) -> bool:
    state.workers = {**state.workers, event.actor: event.data.get("tier")}
    state.work_started_at = {**state.work_started_at, event.actor: event.at}
    occurrences.add("work_started")
    return True


def _apply_work_stop(state: State, event: Event, occurrences: set[str]) -> bool:
    # A lead may stop the work of somebody who went home
    who = event.data.get("of", event.actor)
    state.workers = {login: tier for login, tier in state.workers.items() if login != who}
    state.work_started_at = {login: since for login, since in state.work_started_at.items() if login != who}
    # As long as one person works the clock goes on
    if not state.workers:
        occurrences.add("work_stopped")
    return True


def _apply_overruled_thanks(state: State, event: Event, occurrences: set[str]) -> bool:
    """Count a message that was taken for mere thanks as a request (rule 14)."""
    occurrences.add("customer_message")
    state.waiting = "us"
    return False


def _apply_transfer(state: State, event: Event, occurrences: set[str]) -> bool:
    occurrences.add("transferred")
    return False


def _apply_cancellation(state: State, event: Event, occurrences: set[str]) -> bool:
    occurrences.add("cancelled")
    return False


def _apply_merge(state: State, event: Event, occurrences: set[str]) -> bool:
    # Only the ticket that ends has its clocks cancelled; the one that takes it in goes on untouched (SLA rule 16)
    if event.data.get("into"):
        occurrences.add("cancelled")
    return False


def _apply_separation(state: State, event: Event, occurrences: set[str]) -> bool:
    """Remove the emptied link fields, so that a separated ticket equals one that never was linked."""
    for name in event.changes:
        if name.startswith("fields.") and state.fields.get(name[7:]) is None:
            state.fields.pop(name[7:], None)
    return False


def _apply_erasure(state: State, event: Event, occurrences: set[str]) -> bool:
    """Remove field values from before such texts were stored apart: an erased text is emptied in its own table."""
    for name in event.data.get("fields", ()):
        state.fields.pop(name, None)
    return False


def _apply_letter(state: State, event: Event, occurrences: set[str]) -> bool:
    state.records[("letter", str(event.seq))] = build_letter_record(event)
    # Without a recipient outside it acknowledges nothing
    if event.data.get("to"):
        occurrences.add("auto_reply")
    return False


def _apply_staff_notice(state: State, event: Event, occurrences: set[str]) -> bool:
    state.records[("notice", str(event.seq))] = build_notice_record(event)
    return False


def _apply_call(state: State, event: Event, occurrences: set[str]) -> bool:
    if "rule" in event.data:
        occurrences.add(f"{event.kind}:{event.data['rule']}")
    return False


KIND_EFFECTS: dict[EventKind, Callable[[State, Event, set[str]], bool]] = {
    "waived": _apply_waiver,
    "noticed": _apply_time_notice,
    "snoozed": _apply_snooze,
    "work_started": _apply_work_start,
    "work_stopped": _apply_work_stop,
    "overruled": _apply_overruled_thanks,
    "transferred": _apply_transfer,
    "duplicated": _apply_cancellation,
    "merged": _apply_merge,
    "separated": _apply_separation,
    "withdrawn": _apply_cancellation,
    "erased": _apply_erasure,
    "purged": _apply_erasure,
    "letter": _apply_letter,
    "told": _apply_staff_notice,
    "called": _apply_call,
    "acknowledged": _apply_call,
}
"""Kind → effect of its events besides their changes. Each returns whether facts for clocks changed, and adds what
happened to a set of occurrences, the words in which a procedure starts and stops clocks."""

"""A ticket as its events leave it, and what an event does to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deskterm.desk.domain.event_kinds import RETENTION_EVENTS, SYSTEM_EVENTS, EventKind
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import (
    Record,
    apply_record_change,
    build_letter_record,
    build_notice_record,
    records_of_kind,
)
from deskterm.procedure.compiled import OPEN_CATEGORIES, CompiledProcedure
from deskterm.procedure.sla_terms import SNOOZE
from deskterm.sla.event import Mark

POLICY_FIELDS = frozenset(
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

_DUE_FIELDS = frozenset({"sprint", "snoozed_until", "tier"})
"""Fields that say when something is due, or whose work counts (S3-06)."""

_NOT_BY_PERSONS = SYSTEM_EVENTS | RETENTION_EVENTS

NoticeKey = tuple[str, str, int, str, int]
"""What was said once: what, metric, cycle, threshold, and the due instant that it was said of."""


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
    dues: dict[str, int] = field(default_factory=dict)
    """Metric → when a person said that it is due."""
    sprint: str | None = None
    """The date on which the sprint starts that it is scheduled to."""
    snoozed_until: int | None = None
    workers: dict[str, int | None] = field(default_factory=dict)
    """Login → tier of those who are at work on it."""
    work_started_at: dict[str, int] = field(default_factory=dict)
    """Login → since when they are."""
    waived: dict[tuple[str, int], str] = field(default_factory=dict)
    """(metric, cycle) → why a missed target was let pass."""
    noticed: frozenset[NoticeKey] = frozenset()
    noticed_instants: frozenset[tuple[str, str, int, str, int]] = frozenset()
    """As `noticed`, with the true instant in the place of the due one."""
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    """(kind, key) → what hangs on the ticket, in the order in which it came."""
    held: str | None = None
    """Why it must be kept, whatever its age (S5-09)."""
    last_event_at: int = 0
    """When anything happened, if only that a machine noticed the time; `updated_at` is when somebody acted."""
    version: int = 0
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.category in OPEN_CATEGORIES


def apply_event(state: State, event: Event, procedure: CompiledProcedure) -> Mark:
    """Fold one event into the state, in place, and say what the clocks should know of it."""
    happened: set[str] = {"answered"} if state.answered_at is not None else set()
    at = event.at
    facts_changed = promised = False
    before = state.category
    for name, (old, new) in event.changes.items():
        if name == "status":
            _enter_status(state, old, new, procedure, happened)
        elif name == "tags":
            state.tags = tuple(new or ())
        elif name.startswith("fields."):
            state.fields[name[7:]] = new
        elif name.startswith("dues."):
            state.dues = {key: due for key, due in {**state.dues, name[5:]: new}.items() if due is not None}
            promised = True
        elif name.startswith("records."):
            apply_record_change(state.records, name[8:], new, event.at, event.texts)
        else:
            setattr(state, name, new)
            if name == "assignee" and new:
                happened.add("assigned")
        facts_changed = facts_changed or name in POLICY_FIELDS
        promised = promised or name in _DUE_FIELDS
    for name, words in event.texts.items():
        if name.startswith("fields."):
            state.fields[name[7:]] = {"text": words.id}
    if event.kind == "registered":
        happened.add("received")
        at = state.received_at or at
        state.received_at = at
        if "subject" in event.texts:
            state.subject_id = event.texts["subject"].id
    elif "subject" in event.texts:
        state.subject_id = event.texts["subject"].id
    elif event.kind == "replied":
        at = event.data.get("spoken_at", at)
    if "body" in event.texts and event.kind in ("replied", "registered"):
        _apply_message(state, event, at, happened)
    if "bulk" in event.data:
        apply_record_change(state.records, f"act.{event.data['bulk']}", {"state": "done", "who": event.actor}, event.at)
    if event.kind in _HANDLERS:
        facts_changed = _HANDLERS[event.kind](state, event, happened) or facts_changed
    if event.data.get("next_steps"):
        happened.add("next_steps")
    if event.data.get("resolution"):
        happened.add("resolution")
    if event.data.get("confirmed"):
        happened.add("confirmed")
    if event.data.get("automatic_raise"):
        happened.add("automatic_raise")
    _update_end(state, before, event.at, happened)
    promised = _end_temporary_states(state, happened) or promised
    if facts_changed or promised or not state.facts:
        state.facts = {name: getattr(state, name) for name in POLICY_FIELDS if name != "organisation_key"}
        state.facts["organisation"] = state.organisation_key
        _add_clock_facts(state)
    if event.kind not in _NOT_BY_PERSONS:
        state.updated_at = event.at
    state.last_event_at = event.at
    state.version = event.seq
    return Mark(event.data.get("counts_from", at), frozenset(happened), state.status, state.facts)


def _enter_status(state: State, old: str | None, new: str, procedure: CompiledProcedure, happened: set[str]) -> None:
    known = procedure.statuses.get(new)
    state.status = new
    state.category = known.category if known else "open"
    happened.add(f"status:{new}")
    happened.add(f"category:{state.category}")
    if old is not None:
        happened.add(f"leaves:{old}")


def _apply_message(state: State, event: Event, at: int, happened: set[str]) -> None:
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


def _update_end(state: State, before: str, at: int, happened: set[str]) -> None:
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
        _end_escalations(state, at)
    elif state.category != "closed":
        state.closed_at = None


def _end_escalations(state: State, at: int) -> None:
    """Nobody is asked any more about a ticket that is closed; only what was begun after its end, by a complaint, waits
    for its review still (S4-21)."""
    for record in list(records_of_kind(state.records, "escalation")):
        if record.state == "open" and not record.values.get("afterwards"):
            values = {name: value for name, value in record.values.items() if name != "flag"} | {"state": "over"}
            state.records["escalation", record.key] = Record("escalation", record.key, at, values)


def _end_temporary_states(state: State, happened: set[str]) -> bool:
    """What ends by itself: a snooze by a word of the requester or the end of the matter, and what was said of the
    promise of a ticket that came back, for that was the promise before."""
    changed = False
    if state.snoozed_until is not None and not happened.isdisjoint(
        ("customer_message", "category:solved", "category:closed")
    ):
        state.snoozed_until, changed = None, True
    if "reopened" in happened and (state.dues or state.sprint):
        state.dues, state.sprint, changed = {}, None, True
    if not state.is_open and state.workers:
        state.workers, state.work_started_at, changed = {}, {}, True
        happened.add("work_stopped")
    return changed


def _add_clock_facts(state: State) -> None:
    """What clocks look at beside the facts of policies."""
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


def _apply_waiver(state: State, event: Event, happened: set[str]) -> bool:
    state.waived = {**state.waived, (event.data["metric"], event.data["cycle"]): event.data.get("reason", "")}
    return False


def _apply_time_notice(state: State, event: Event, happened: set[str]) -> bool:
    data = event.data
    key = data["what"], data["metric"], data["cycle"], data.get("threshold", "")
    state.noticed |= {(*key, data["due"])}
    state.noticed_instants |= {(*key, data["instant"])}
    return False


def _apply_snooze(state: State, event: Event, happened: set[str]) -> bool:
    happened.add("snoozed" if state.snoozed_until is not None else "unsnoozed")
    return False


def _apply_work_start(state: State, event: Event, happened: set[str]) -> bool:
    state.workers = {**state.workers, event.actor: event.data.get("tier")}
    state.work_started_at = {**state.work_started_at, event.actor: event.at}
    happened.add("work_started")
    return True


def _apply_work_stop(state: State, event: Event, happened: set[str]) -> bool:
    who = event.data.get("of", event.actor)
    state.workers = {login: tier for login, tier in state.workers.items() if login != who}
    state.work_started_at = {login: since for login, since in state.work_started_at.items() if login != who}
    if not state.workers:
        happened.add("work_stopped")
    return True


def _apply_overruled_thanks(state: State, event: Event, happened: set[str]) -> bool:
    """What was taken for mere thanks was a request (rule 14)."""
    happened.add("customer_message")
    state.waiting = "us"
    return False


def _apply_transfer(state: State, event: Event, happened: set[str]) -> bool:
    happened.add("transferred")
    return False


def _apply_cancellation(state: State, event: Event, happened: set[str]) -> bool:
    happened.add("cancelled")
    return False


def _apply_merge(state: State, event: Event, happened: set[str]) -> bool:
    if event.data.get("into"):
        happened.add("cancelled")
    return False


def _apply_separation(state: State, event: Event, happened: set[str]) -> bool:
    """Neither names the other any more."""
    for name in event.changes:
        if name.startswith("fields.") and state.fields.get(name[7:]) is None:
            state.fields.pop(name[7:], None)
    return False


def _apply_erasure(state: State, event: Event, happened: set[str]) -> bool:
    """Words that stood in a field as they were given, before such words were kept apart."""
    for name in event.data.get("fields", ()):
        state.fields.pop(name, None)
    return False


def _apply_letter(state: State, event: Event, happened: set[str]) -> bool:
    state.records[("letter", str(event.seq))] = build_letter_record(event)
    if event.data.get("to"):
        happened.add("auto_reply")
    return False


def _apply_staff_notice(state: State, event: Event, happened: set[str]) -> bool:
    state.records[("notice", str(event.seq))] = build_notice_record(event)
    return False


_HANDLERS: dict[EventKind, Callable[[State, Event, set[str]], bool]] = {
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
}
"""What events of a kind do beside their changes; whether what clocks look at changed by it."""

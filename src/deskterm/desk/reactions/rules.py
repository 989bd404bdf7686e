"""Rules of the procedure: automatic actions on a ticket when something happens to it.

A rule acts at most once per command, however often its trigger occurs, so that rules that trigger each other come to an
end. Every event that a rule causes carries its key as `by_rule`.
"""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.desk.admin.rule_settings import is_rule_automatic
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.development import items
from deskterm.desk.domain.event_kinds.table import LEVEL_EVENTS
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import build_record_change, find_next_key, records_of_kind
from deskterm.desk.notify.calls import begin_call
from deskterm.desk.notify.on_call import notify_by_rule
from deskterm.desk.reactions.routing import route_ticket
from deskterm.desk.reactions.rule_triggers import find_triggers, is_triggered
from deskterm.desk.workflow import escalation
from deskterm.desk.workflow.transition_rules import find_blocking_reason, record_blocked_move
from deskterm.procedure.schema import Rule, Severity
from deskterm.procedure.sla_terms import to_value_set

SUGGESTED = "suggested"
"""Flag of a ticket with an open suggestion of a rule."""


def apply_rules(work: TicketTransaction, event: Event) -> list[str]:
    """Apply the rules that an event triggers, in the order of the procedure; describe each action in a few words."""
    rules = work.procedure.definition.rules
    triggers = frozenset(find_triggers(work, event)) if rules else frozenset()
    if not triggers:
        return []
    return _run_rules(
        work,
        [rule for rule in rules if rule.on in triggers and is_triggered(work, rule, event)],
        new=event.kind == "registered",
    )


def apply_shift_change_rules(work: TicketTransaction) -> list[str]:
    """Apply the rules for the change of a shift to a ticket (S3-02); describe each action in a few words."""
    return _run_rules(work, [rule for rule in work.procedure.definition.rules if rule.on == "shift-change"], new=False)


def apply_rule(work: TicketTransaction, rule: Rule, *, new: bool = False) -> list[str]:
    """Do what a rule says; describe each action in a few words. A ticket that is not open is not raised, routed or
    moved."""
    phrases: list[str] = []
    if work.state.is_open:
        phrases += _raise_levels(work, rule)
        routed, reached = route_ticket(work, rule, new=new)
        phrases += routed
        # A ticket that was only marked is still here: its status must not say otherwise (S3-12)
        phrases += _move(work, rule) if reached else []
    # On closed tickets too: a low score comes after the end (S4-21)
    phrases += _start_ladder_and_item(work, rule)
    _notify(work, rule, rule.label)
    return phrases


def _run_rules(work: TicketTransaction, rules: Sequence[Rule], *, new: bool) -> list[str]:
    """Apply the rules that are for the ticket; of one that is switched off, suggest what it would do."""
    phrases: list[str] = []
    for rule in rules:
        # Read again for each rule, because the rules before it have appended events.
        applied = {event.data.get("by_rule") for event in work.command_events}
        if rule.key in applied or not is_rule_for_ticket(work, rule):
            continue
        phrases += apply_rule(work, rule, new=new) if is_rule_automatic(work.session, rule) else _suggest(work, rule)
    return phrases


def is_rule_for_ticket(work: TicketTransaction, rule: Rule) -> bool:
    """Return True if a ticket meets the conditions of a rule."""
    state = work.state
    for name, expected in rule.when.items():
        actual: object = getattr(state, "organisation_key" if name == "organisation" else name)
        if name == "exempt":
            actual = "true" if state.exempt else "false"
        accepted = to_value_set(expected)
        if accepted.isdisjoint(actual) if isinstance(actual, tuple) else actual not in accepted:
            return False
    return True


def _suggest(work: TicketTransaction, rule: Rule) -> list[str]:
    """Suggest to the agent what a rule would do; once, until it is accepted or dismissed."""
    records = work.state.records
    if any(
        record.state == "open" and record.values["rule"] == rule.key
        for record in records_of_kind(records, "suggestion")
    ):
        return []
    text = rule.ask or rule.label
    suggestion = build_record_change(
        records,
        "suggestion",
        find_next_key(records, "suggestion"),
        state="open",
        rule=rule.key,
        ask=text,
        flag=SUGGESTED,
    )
    work.append("suggested", suggestion, by_rule=rule.key)
    _notify(work, rule, text)
    return [f"suggested: {text}"]


def _raise_levels(work: TicketTransaction, rule: Rule) -> list[str]:
    """Raise severity and priority by steps. Due times do not change: a raise that is to save a target must not shorten
    it (S3-08)."""
    phrases = []
    procedure, state = work.procedure, work.state
    request_type = procedure.types.get(state.type)
    scales: list[tuple[str, Sequence[Severity], int]] = [
        (
            "severity",
            procedure.definition.severities if request_type is None or request_type.has_severity else (),
            rule.raise_severity,
        ),
        ("priority", procedure.definition.priority.scale, rule.raise_priority),
    ]
    for field, scale, steps in scales:
        before = getattr(state, field)
        after = before
        for _ in range(steps):
            # Step by step, because a step may name the one it is raised to
            after = _next_higher(scale, after)
        if after != before:
            work.append(LEVEL_EVENTS[field], {field: (before, after)}, automatic_raise=True, by_rule=rule.key)
            phrases.append(f"{field} {after}")
    return phrases


def _next_higher(scale: Sequence[Severity], key: str | None) -> str | None:
    for position, step in enumerate(scale):
        if step.key == key:
            return step.raise_to or scale[max(position - 1, 0)].key
    return key


def _move(work: TicketTransaction, rule: Rule) -> list[str]:
    """Move the ticket to the status of a rule, whatever the graph says, if its type has that status. What the status
    requires applies to rules as well."""
    target = work.procedure.statuses.get(rule.status or "")
    current = work.state.status
    if target is None or target.key == current or not work.procedure.has_status(work.state.type, target):
        return []
    if reason := find_blocking_reason(work, target):
        record_blocked_move(work, target, reason, by_rule=rule.key)
        return []
    work.append("moved", {"status": (current, target.key)}, by_rule=rule.key, by_itself=True)
    return [f"now {target.label}"]


_CLIMBING_TRIGGERS = frozenset({"warning", "breach", "effort"})
"""Triggers that come again for every clock: each takes a ladder one level up."""


def _start_ladder_and_item(work: TicketTransaction, rule: Rule) -> list[str]:
    """Start the ladder that a rule names, and raise the development item of its route."""
    phrases = []
    if rule.ladder is not None:
        phrases.append(
            escalation.begin_ladder(
                work,
                rule.ladder,
                reason=rule.label,
                by_rule=rule.key,
                climbs=rule.on in _CLIMBING_TRIGGERS,
                afterwards=rule.on == "low-score",
            )
        )
    if rule.route is not None:
        phrases.append(items.raise_item_by_rule(work, rule.route))
    return [phrase for phrase in phrases if phrase]


def _notify(work: TicketTransaction, rule: Rule, text: str) -> None:
    if rule.repeat and work.state.is_open:
        begin_call(work, rule, text)
    elif rule.notify or rule.rota:
        notify_by_rule(work, rule, text, rule.notify)

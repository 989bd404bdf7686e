"""The procedure's rules: what a ticket does by itself when something happens to it.

A rule acts at most once in a command, however many of its moments come, so that rules which lead to one another come to
an end. What it does carries its key (`by_rule`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deskterm.desk.admin.rule_settings import is_rule_automatic
from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.event_kinds import LEVEL_EVENTS, find_entry
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import build_record_change, find_next_key, records_of_kind
from deskterm.desk.notify.recipients import notify_responsible
from deskterm.desk.reactions.routing import route_ticket
from deskterm.desk.workflow.transition_rules import find_blocking_reason, record_blocked_move
from deskterm.procedure.schema import Rule, Severity
from deskterm.procedure.sla_terms import values
from deskterm.sla.targets import parse_target

SUGGESTED = "suggested"
"""What a ticket is marked with for which a rule suggests something."""


def apply_rules(work: TicketTransaction, event: Event) -> list[str]:
    """Do what the rules say of an event, in the order of the file; what was done, in a few words each."""
    rules = work.procedure.definition.rules
    moments = frozenset(_moments(work, event)) if rules else frozenset()
    if not moments:
        return []
    return _act(
        work,
        [rule for rule in rules if rule.on in moments and _is_meant(work, rule, event)],
        new=event.kind == "registered",
    )


def apply_shift_change_rules(work: TicketTransaction) -> list[str]:
    """Do what the rules say of a ticket at the change of a shift (S3-02)."""
    return _act(work, [rule for rule in work.procedure.definition.rules if rule.on == "shift-change"], new=False)


def apply_rule(work: TicketTransaction, rule: Rule, *, new: bool = False) -> list[str]:
    """Do what a rule says; what was done, in a few words each. A ticket that is not open stays where it is."""
    said: list[str] = []
    if work.state.is_open:
        said += _raise(work, rule)
        sent, there = route_ticket(work, rule, new=new)
        said += sent
        said += _move(work, rule) if there else []
    said += _begin(work, rule)
    _tell(work, rule, rule.label)
    return said


def _act(work: TicketTransaction, rules: Sequence[Rule], *, new: bool) -> list[str]:
    said: list[str] = []
    for rule in rules:
        acted = {event.data.get("by_rule") for event in work.happened}
        if rule.key in acted or not is_rule_for_ticket(work, rule):
            continue
        said += apply_rule(work, rule, new=new) if is_rule_automatic(work.session, rule) else _suggest(work, rule)
    return said


def is_rule_for_ticket(work: TicketTransaction, rule: Rule) -> bool:
    """Whether a ticket is one that a rule is for."""
    state = work.state
    for name, wanted in rule.when.items():
        found: object = getattr(state, "organisation_key" if name == "organisation" else name)
        if name == "exempt":
            found = "true" if state.exempt else "false"
        accepted = values(wanted)
        if accepted.isdisjoint(found) if isinstance(found, tuple) else found not in accepted:
            return False
    return True


# -- when ------------------------------------------------------------------------------------------------------------


def _moments(work: TicketTransaction, event: Event) -> Iterator[str]:
    changes = event.changes
    trigger = find_entry(event.kind).trigger
    if trigger is not None:
        yield trigger
    if event.kind == "registered":
        return  # what a new ticket has is no change of it
    if event.kind == "replied" and not event.data.get("automatic"):
        yield "customer-reply" if event.data.get("author_kind") == "requester" else "reply"
    for field, moment in _CHANGES.items():
        if field in changes:
            yield moment
    if event.kind == "noticed" and event.data["what"] != "timer":
        yield event.data["what"]
        metric = work.procedure.terms.metric(event.data["metric"])
        if metric is not None and metric.counts_work:
            yield "effort"
    if any(_is_low(work, change[1]) for name, change in changes.items() if name.startswith("records.feedback.")):
        yield "low-score"


_CHANGES = {
    "status": "status",
    "severity": "severity-change",
    "priority": "priority-change",
    "department": "department-change",
}


def _is_low(work: TicketTransaction, answer: Mapping[str, object] | None) -> bool:
    """An answer that is at or under the low mark, or a complaint (S4-21)."""
    if answer is None or answer.get("state") != "answered":
        return False
    score = answer.get("score")
    low = isinstance(score, int) and score <= work.procedure.definition.feedback.low
    return low or bool(answer.get("complaint"))


def _is_meant(work: TicketTransaction, rule: Rule, event: Event) -> bool:
    """Whether an event is the moment that a rule names more closely."""
    if rule.on == "status" and rule.entered is not None:
        return bool(event.changes["status"][1] == rule.entered)
    if event.kind != "noticed":
        return True
    if rule.metric not in (None, event.data["metric"]):
        return False
    if rule.on == "effort":
        return _work_done(work, event) == _amount(work, rule, event)
    return rule.on == "breach" or not rule.at or " ".join(rule.at.split()) == event.data.get("threshold")


def _work_done(work: TicketTransaction, event: Event) -> int | None:
    """Seconds of work at which a clock warned, or ran out."""
    whole = _whole(work, event)
    if whole is None or event.data["what"] == "breach":
        return whole
    threshold = event.data["threshold"]
    if threshold.endswith("%"):
        return -(-whole * int(threshold[:-1]) // 100)
    return whole - parse_target(threshold, _DAY).seconds


def _amount(work: TicketTransaction, rule: Rule, event: Event) -> int | None:
    """Seconds of work at which a rule acts; where it does not say, all that there are."""
    whole = _whole(work, event)
    if not rule.at or whole is None:
        return whole
    if rule.at.endswith("%"):
        return -(-whole * int(rule.at[:-1]) // 100)
    return parse_target(rule.at, _DAY).seconds


def _whole(work: TicketTransaction, event: Event) -> int | None:
    key = event.data["metric"], event.data["cycle"]
    return next((clock.target_seconds for clock in work.fold.clocks() if (clock.metric, clock.cycle) == key), None)


_DAY = 86_400
"""Work is counted round the clock."""


# -- what ------------------------------------------------------------------------------------------------------------


def _suggest(work: TicketTransaction, rule: Rule) -> list[str]:
    """Put before the agent what a rule would do; once, until it was taken or left."""
    records = work.state.records
    if any(one.state == "open" and one.values["rule"] == rule.key for one in records_of_kind(records, "suggestion")):
        return []
    words = rule.ask or rule.label
    suggestion = build_record_change(
        records,
        "suggestion",
        find_next_key(records, "suggestion"),
        state="open",
        rule=rule.key,
        ask=words,
        flag=SUGGESTED,
    )
    work.append("suggested", suggestion, by_rule=rule.key)
    _tell(work, rule, words)
    return [f"suggested: {words}"]


def _raise(work: TicketTransaction, rule: Rule) -> list[str]:
    """Raise by steps. Due times stay: a raise that is to save a promise must not shorten it (S3-08)."""
    said = []
    procedure, state = work.procedure, work.state
    kind = procedure.types.get(state.type)
    scales: list[tuple[str, Sequence[Severity], int]] = [
        ("severity", procedure.definition.severities if kind is None or kind.has_severity else (), rule.raise_severity),
        ("priority", procedure.definition.priority.scale, rule.raise_priority),
    ]
    for field, scale, steps in scales:
        before = getattr(state, field)
        after = before
        for _ in range(steps):
            after = _higher(scale, after)
        if after != before:
            work.append(LEVEL_EVENTS[field], {field: (before, after)}, automatic_raise=True, by_rule=rule.key)
            said.append(f"{field} {after}")
    return said


def _higher(scale: Sequence[Severity], key: str | None) -> str | None:
    for place, step in enumerate(scale):
        if step.key == key:
            return step.raise_to or scale[max(place - 1, 0)].key
    return key


def _move(work: TicketTransaction, rule: Rule) -> list[str]:
    """Into a status that the ticket's type knows, whatever the graph says: the procedure wants it so. What the status
    asks for first holds for rules too."""
    target = work.procedure.statuses.get(rule.status or "")
    here = work.state.status
    if target is None or target.key == here or not work.procedure.knows(work.state.type, target):
        return []
    if why := find_blocking_reason(work, target):
        record_blocked_move(work, target, why, by_rule=rule.key)
        return []
    work.append("moved", {"status": (here, target.key)}, by_rule=rule.key, by_itself=True)
    return [f"now {target.label}"]


def _begin(work: TicketTransaction, rule: Rule) -> list[str]:
    """Start a ladder, or a way through development."""
    said = []
    if rule.ladder is not None:
        from deskterm.desk.workflow import escalation  # it is made of commands, whose rules these are

        said.append(
            escalation.begin_ladder(
                work, rule.ladder, reason=rule.label, by_rule=rule.key, afterwards=rule.on == "low-score"
            )
        )
    if rule.route is not None:
        from deskterm.desk.development import items

        said.append(items.raise_item_by_rule(work, rule.route))
    return [words for words in said if words]


def _tell(work: TicketTransaction, rule: Rule, words: str) -> None:
    if rule.notify:
        notify_responsible(work, rule.key, words, words=rule.notify, by_rule=rule.key)

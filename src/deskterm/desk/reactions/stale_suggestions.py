"""Suggestions that are overtaken: what a rule suggests was done by hand, or the ticket is done."""

from __future__ import annotations

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import Record, build_record_change, records_of_kind
from deskterm.desk.notify.topics import is_tier_raise
from deskterm.procedure.schema import Rule

EXPIRED = "lapsed"
"""The state of a suggestion that nobody took or left, and that there is no use for any more."""


def expire_suggestions(work: TicketTransaction, event: Event) -> list[str]:
    """Let the suggestions go that an event does, or leaves no use for; which, in a few words each."""
    if event.kind in ("suggested", "registered"):
        return []
    rules = {rule.key: rule for rule in work.procedure.definition.rules}
    said = []
    for record in [one for one in records_of_kind(work.state.records, "suggestion") if one.state == "open"]:
        rule = rules.get(record.values["rule"])
        if not work.state.is_open or (rule is not None and (_does(work, rule, event) or _past(work, rule))):
            work.append(
                "suggested",
                build_record_change(work.state.records, "suggestion", record.key, state=EXPIRED, flag=None),
                rule=record.values["rule"],
            )
            said += _told(work, record)
    return said


def _told(work: TicketTransaction, record: Record) -> list[str]:
    return [f"no longer suggested: {record.values['ask']}"] if work.state.is_open else []


def _does(work: TicketTransaction, rule: Rule, event: Event) -> bool:
    """Whether an event does the most weighty of what a rule would do: another level of support, else a raise, else
    another status, team or department."""
    changes, procedure = event.changes, work.procedure
    if rule.ladder is not None or rule.tier is not None or rule.tier_by:
        return event.kind == "escalated" or is_tier_raise(procedure, event)
    if rule.raise_severity or rule.raise_priority:
        scales = (("severity", list(procedure.severities)), ("priority", list(procedure.priorities)))
        wanted = {"severity": rule.raise_severity, "priority": rule.raise_priority}
        return any(wanted[name] and name in changes and _up(scale, *changes[name]) for name, scale in scales)
    sent = {"status": rule.status, "team": rule.team, "department": rule.department}
    return any(goal is not None and changes.get(name, (None, None))[1] == goal for name, goal in sent.items())


def _past(work: TicketTransaction, rule: Rule) -> bool:
    """Whether the clock that a rule warns of counts work of another level of support than the ticket is at, or has no
    cycle left that runs or rests (S3-06)."""
    metric = work.procedure.terms.metric(rule.metric or "")
    if metric is None:
        return False
    if metric.tier is not None and work.state.tier is not None and work.state.tier > metric.tier:
        return True
    mine = [clock for clock in work.fold.clocks() if clock.metric == metric.key]
    return bool(mine) and not any(clock.state in ("running", "paused") for clock in mine)


def _up(scale: list[str], before: str | None, after: str | None) -> bool:
    """Whether a step is a more severe one than another; scales begin with the most severe."""
    return after in scale and (before not in scale or scale.index(after) < scale.index(before))

"""Stale suggestions: what a rule suggests was done by hand, or there is no use for it any more."""

from __future__ import annotations

from deskterm.desk.core.transaction import TicketTransaction
from deskterm.desk.domain.events import Event
from deskterm.desk.domain.records import Record, build_record_change, records_of_kind
from deskterm.desk.notify.topics import is_tier_raise
from deskterm.procedure.schema import Rule

EXPIRED = "lapsed"
"""State of a suggestion that was neither accepted nor dismissed before it lost its use."""


def expire_suggestions(work: TicketTransaction, event: Event) -> list[str]:
    """Expire the suggestions that an event carries out or makes useless; describe each in a few words."""
    # Neither can carry out a suggestion, and its own event must not expire it
    if event.kind in ("suggested", "registered"):
        return []
    rules = {rule.key: rule for rule in work.procedure.definition.rules}
    phrases = []
    # A list, because expiring a suggestion changes the records that are searched.
    for record in [
        candidate for candidate in records_of_kind(work.state.records, "suggestion") if candidate.state == "open"
    ]:
        rule = rules.get(record.values["rule"])
        if not work.state.is_open or (
            rule is not None and (_is_done_by(work, rule, event) or _is_clock_over(work, rule))
        ):
            work.append(
                "suggested",
                build_record_change(work.state.records, "suggestion", record.key, state=EXPIRED, flag=None),
                rule=record.values["rule"],
            )
            phrases += _describe(work, record)
    return phrases


def _describe(work: TicketTransaction, record: Record) -> list[str]:
    return [f"no longer suggested: {record.values['ask']}"] if work.state.is_open else []


def _is_done_by(work: TicketTransaction, rule: Rule, event: Event) -> bool:
    """Return True if an event does the most important thing that a rule would do: another level of support, else a
    raise, else another status, team or department."""
    changes, procedure = event.changes, work.procedure
    if rule.ladder is not None or rule.tier is not None or rule.tier_by:
        return event.kind == "escalated" or is_tier_raise(procedure, event)
    if rule.raise_severity or rule.raise_priority:
        scales = (("severity", list(procedure.severities)), ("priority", list(procedure.priorities)))
        raises = {"severity": rule.raise_severity, "priority": rule.raise_priority}
        return any(
            raises[name] and name in changes and _is_more_severe(scale, *changes[name]) for name, scale in scales
        )
    targets = {"status": rule.status, "team": rule.team, "department": rule.department}
    return any(target is not None and changes.get(name, (None, None))[1] == target for name, target in targets.items())


def _is_clock_over(work: TicketTransaction, rule: Rule) -> bool:
    """Return True if the clock that a rule warns of counts the work of a lower level of support than the ticket's, or
    has no cycle left that runs or is paused (S3-06)."""
    metric = work.procedure.terms.find_metric(rule.metric or "")
    if metric is None:
        return False
    if metric.tier is not None and work.state.tier is not None and work.state.tier > metric.tier:
        return True
    clocks = [clock for clock in work.fold.clocks() if clock.metric == metric.key]
    return bool(clocks) and not any(clock.state in ("running", "paused") for clock in clocks)


def _is_more_severe(scale: list[str], before: str | None, after: str | None) -> bool:
    """Return True if a step is more severe than another; scales begin with the most severe."""
    return after in scale and (before not in scale or scale.index(after) < scale.index(before))

"""Work and escalations: minutes that were written down, and who was called in (R-26, R-28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deskterm.reports.lives.life import Life
from deskterm.reports.measures.measure import Measure, Part, Row, Scope

_Rows = Iterator[tuple[Part, Row]]


def _collect_work(life: Life, scope: Scope) -> _Rows:
    for record in life.records:
        if record.kind != "entry" or record.state != "valid":
            continue
        started, seconds = record.values.get("started"), record.values.get("seconds")
        if not isinstance(started, int) or not isinstance(seconds, int) or not scope.has(started):
            continue
        # By whoever worked, and not by whoever has the ticket
        row = Row(replace(life, assignee=record.who or None), started, seconds)
        is_chargeable = bool(record.values.get("chargeable"))
        yield (), row
        yield ("chargeable" if is_chargeable else "not-chargeable",), row
        charged = record.values.get("charged")
        if is_chargeable and isinstance(charged, int):
            yield ("charged",), Row(row.life, started, charged)


def _collect_escalations(life: Life, scope: Scope) -> _Rows:
    open_at_end: dict[str, Row] = {}
    for change in life.changes:
        if change.kind != "escalation":
            continue
        was_open = change.before is not None and change.before.get("state") == "open"
        is_open = change.after is not None and change.after.get("state") == "open"
        values = change.after or change.before or {}
        row = Row(life, change.at)
        if is_open and not was_open:
            if scope.has(change.at):
                yield ("begun",), row
                yield ("begun", f"{values.get('ladder', '')}-{values.get('level', '')}"), row
                yield ("begun", "by-a-rule" if values.get("by_rule") else "by-a-person"), row
            if change.at <= scope.end:
                open_at_end[change.key] = row
        elif was_open and not is_open:
            if scope.has(change.at):
                yield ("decided",), row
            if change.at <= scope.end:
                open_at_end.pop(change.key, None)
    closing = life.find_closing()
    # The end of a ticket ends its escalations, without an event of their own
    if closing is None or closing.since > scope.end:
        for row in open_at_end.values():
            yield ("open",), row


MEASURES = (
    Measure(
        "escalations",
        "Escalations",
        "Steps of escalation that began in the period, by ladder and level and by who asked; those decided or passed "
        "on in it; those open at its end.",
        _collect_escalations,
        over="changes",
        unit="events",
        parts=lambda scope: (("begun",), ("decided",), ("open",)),
    ),
    Measure(
        "work",
        "Work",
        "Time that was written down and began in the period, corrected entries once: chargeable or not; and what is "
        "charged of it.",
        _collect_work,
        over="records",
        unit="entries",
        statistic="times",
        parts=lambda scope: ((), ("chargeable",), ("not-chargeable",), ("charged",)),
    ),
)

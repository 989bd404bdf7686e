"""Calls that repeat until somebody acknowledges them (D-10).

A rule with `repeat` calls its recipients, and calls them again after that time: the record `call.RULE` is `open` with
the number of `calls` so far, until it is `acknowledged` by `who`, or `over` because the ticket was solved or the most
calls were made. The timer of the rule (`procedure.sla_terms.CALL_PREFIX`) says when the next one is due.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.records import CALL, build_record_change, records_of_kind
from deskterm.desk.notify.on_call import notify_by_rule
from deskterm.errors import DeskError
from deskterm.procedure.schema import Rule

CALLING = "calling"
"""Flag of a ticket with a call that nobody has acknowledged."""


def begin_call(work: TicketTransaction, rule: Rule, text: str) -> None:
    """Call the recipients of a rule for the first time; nothing where its call is open already."""
    record = work.state.records.get((CALL, rule.key))
    if record is None or record.state != "open":
        _call(work, rule, text, 1)


def repeat_call(work: TicketTransaction, rule_key: str) -> str:
    """Call the recipients of a rule again, because its time is over, and describe it in a few words."""
    rule = next((rule for rule in work.procedure.definition.rules if rule.key == rule_key), None)
    record = work.state.records.get((CALL, rule_key))
    if rule is None or record is None or record.state != "open":
        return ""
    count = int(record.values["calls"]) + 1
    _call(work, rule, str(record.values["what"]), count)
    return f"call {count} of {rule.calls}"


def acknowledge(desk: DeskSession, number: int, *, now: datetime, version: int | None = None) -> CommandResult:
    """Acknowledge the calls of a ticket: nobody is called for them again. Raises DeskError when there is none."""
    with desk.ticket(number, "note", now, version, action="acknowledge a call") as work:
        open_calls = [record for record in records_of_kind(work.state.records, CALL) if record.state == "open"]
        if not open_calls:
            past = [record for record in records_of_kind(work.state.records, CALL) if record.state == "acknowledged"]
            by = f": {past[-1].who} did" if past else ""
            raise DeskError(f"Ticket {number} has no call to acknowledge{by}.")
        for record in open_calls:
            values = {"state": "acknowledged", "who": desk.agent.login, "flag": None}
            work.append(
                "acknowledged",
                build_record_change(work.state.records, CALL, record.key, **values),
                rule=record.key,
            )
        labels = ", ".join(str(record.values["what"]) for record in open_calls)
        result = work.build_result(f"{number}: call acknowledged ({labels}); nobody is called again")
    return result


def _call(work: TicketTransaction, rule: Rule, text: str, count: int) -> None:
    is_last = count >= rule.calls
    values: dict[str, Any] = {
        "state": "over" if is_last else "open", "calls": count, "what": text, "flag": None if is_last else CALLING
    }  # fmt: skip
    work.append(
        "called",
        build_record_change(work.state.records, CALL, rule.key, **values),
        # Without the rule no further call is waited for
        **({"call": count} if is_last else {"call": count, "rule": rule.key}),
        by_rule=rule.key,
    )
    words = (*rule.notify, "lead") if is_last else rule.notify
    what = text if count == 1 else f"{text} (call {count}: `deskterm ticket acknowledge {work.number}`)"
    # At any hour: whoever is called waits for nothing, and the call for nobody
    notify_by_rule(work, rule, what, words or (() if rule.rota else ("assignee",)), at_once=True)

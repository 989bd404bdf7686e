"""Suggestions of rules, which an agent accepts or dismisses (S3-06, S3-08)."""

from __future__ import annotations

from datetime import datetime

from deskterm.desk.core.session import DeskSession
from deskterm.desk.core.transaction import CommandResult, TicketTransaction
from deskterm.desk.domain.records import Record, build_record_change, records_of_kind
from deskterm.desk.reactions.rules import apply_rule
from deskterm.errors import DeskError


def accept_suggestion(
    desk: DeskSession, number: int, key: str | None = None, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Do what a rule suggests. key: number of the suggestion or key of its rule; left out, the only one."""
    with desk.ticket(number, "edit", now, version, action="take suggestions") as work:
        record = _find_open_suggestion(work, key)
        rule = next((rule for rule in work.procedure.definition.rules if rule.key == record.values["rule"]), None)
        if rule is None:
            raise DeskError(f"The procedure no longer has the rule that suggested {record.values['ask']!r}: leave it.")
        # Closed before the rule acts: the events of the rule would expire it otherwise.
        _close_suggestion(work, record, "taken")
        phrases = apply_rule(work, rule)
        result = work.build_result(f"{number}: {'; '.join(phrases) or rule.label}")
    return result


def dismiss_suggestion(
    desk: DeskSession, number: int, key: str | None = None, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Dismiss what a rule suggests. key: as for `accept_suggestion`."""
    with desk.ticket(number, "edit", now, version, action="leave suggestions") as work:
        record = _find_open_suggestion(work, key)
        _close_suggestion(work, record, "left")
        result = work.build_result(f"{number}: left as it is ({record.values['ask']})")
    return result


def _close_suggestion(work: TicketTransaction, record: Record, state: str) -> None:
    changes = build_record_change(
        work.state.records, "suggestion", record.key, state=state, who=work.context.agent.login, flag=None
    )
    work.append("suggested", changes, rule=record.values["rule"])


def list_open_suggestions(work: TicketTransaction) -> list[Record]:
    """List the suggestions that were neither accepted nor dismissed."""
    return [record for record in records_of_kind(work.state.records, "suggestion") if record.state == "open"]


def _find_open_suggestion(work: TicketTransaction, key: str | None) -> Record:
    """Return the suggestion that a key names. Raises DeskError when none or several match."""
    matches = list_open_suggestions(work)
    if key is not None:
        matches = [record for record in matches if key in (record.key, record.values["rule"])]
    if not matches:
        raise DeskError(f"Nothing is suggested for {work.number}{f' under {key}' if key else ''}.")
    if len(matches) > 1:
        listed = "; ".join(f"{record.key}: {record.values['ask']}" for record in matches)
        raise DeskError(f"Several things are suggested for {work.number}, say which: {listed}.")
    return matches[0]

"""What rules suggest, and an agent takes or leaves (S3-06, S3-08)."""

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
    """Do what a rule suggests. key: which suggestion; left out, the only one there is."""
    with desk.ticket(number, "edit", now, version, doing="take suggestions") as work:
        record = _open(work, key)
        rule = next((rule for rule in work.procedure.definition.rules if rule.key == record.values["rule"]), None)
        if rule is None:
            raise DeskError(f"The procedure no longer has the rule that suggested {record.values['ask']!r}: leave it.")
        _settle(work, record, "taken")
        said = apply_rule(work, rule)
        done = work.done(f"{number}: {'; '.join(said) or rule.label}")
    return done


def dismiss_suggestion(
    desk: DeskSession, number: int, key: str | None = None, *, now: datetime, version: int | None = None
) -> CommandResult:
    """Say no to what a rule suggests."""
    with desk.ticket(number, "edit", now, version, doing="leave suggestions") as work:
        record = _open(work, key)
        _settle(work, record, "left")
        done = work.done(f"{number}: left as it is ({record.values['ask']})")
    return done


def _settle(work: TicketTransaction, record: Record, state: str) -> None:
    changes = build_record_change(
        work.state.records, "suggestion", record.key, state=state, who=work.context.agent.login, flag=None
    )
    work.append("suggested", changes, rule=record.values["rule"])


def list_open_suggestions(work: TicketTransaction) -> list[Record]:
    """What is suggested, and neither taken nor left."""
    return [record for record in records_of_kind(work.state.records, "suggestion") if record.state == "open"]


def _open(work: TicketTransaction, key: str | None) -> Record:
    found = list_open_suggestions(work)
    if key is not None:
        found = [record for record in found if key in (record.key, record.values["rule"])]
    if not found:
        raise DeskError(f"Nothing is suggested for {work.number}{f' under {key}' if key else ''}.")
    if len(found) > 1:
        listed = "; ".join(f"{record.key}: {record.values['ask']}" for record in found)
        raise DeskError(f"Several things are suggested for {work.number}, say which: {listed}.")
    return found[0]
